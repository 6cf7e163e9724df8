"""Traces: the timelines of a run as a file that Perfetto opens."""
