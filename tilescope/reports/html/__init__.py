"""A run as one HTML file that opens offline: each figure with unit, kind, formula and source."""
