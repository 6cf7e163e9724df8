"""Profile one block of a matrix product: NPU, PyTorch and NumPy, and lines for parsing.

python single_tile_matmul_profile.py --dtype float32 --tile-m 64 --tile-n 128 --tile-k 128
"""

from __future__ import annotations

import typer

from tilescope.cli.tile import tile


def main() -> None:
    """Read the flags of `tilescope tile`, profile, and leave with an exit code."""
    typer.run(tile)


if __name__ == "__main__":
    main()
