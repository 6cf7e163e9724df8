"""What happened: runs, their cases and figures, and the one file format that holds them."""
