"""Which mappings of a group fit the device's memories and descriptors, many at once.

What they demand is in `designs.capacity`; walks are judged where the launch is bounded, and the
additions of per-tile by their own design.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tilescope.designs.capacity import (
    CHANNELS,
    DESCRIPTORS,
    L1,
    L2,
    TRANSFERS,
    TileSizes,
    refusals,
)
from tilescope.devices.device import Device
from tilescope.search.space import Group

Numbers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

WALKS = "walks"
REASONS = (CHANNELS, L1, L2, DESCRIPTORS, TRANSFERS, WALKS)
"""What can forbid a mapping, in the order in which it is asked."""


@dataclass(frozen=True)
class Tiles:
    """Core tiles of a group and what is staged of K, one entry each."""

    m: Numbers
    n: Numbers
    k: Numbers
    staged: Numbers

    def __len__(self) -> int:
        return len(self.m)

    def chosen(self, by: Mask | Numbers) -> Tiles:
        """Those that a mask or an index chooses."""
        return Tiles(self.m[by], self.n[by], self.k[by], self.staged[by])


def forbidden(group: Group, tiles: Tiles, device: Device) -> Iterator[tuple[str, Mask]]:
    """For each reason but walks, in the order of REASONS, which of the tiles it forbids."""
    sizes = TileSizes(tiles.m, tiles.n, tiles.k, tiles.staged)
    for reason, refused in refusals(group.gemm, group.base, sizes, device):
        yield reason, np.broadcast_to(refused, len(tiles))
