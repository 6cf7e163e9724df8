"""Numbers with units: dtypes, shapes, and how a figure is written on a screen."""
