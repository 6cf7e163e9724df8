"""Views of a run; a report reads a run and never runs anything."""
