"""A run as one page that opens offline: every figure with its unit, kind, formula and source."""
