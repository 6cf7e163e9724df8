"""Cycles of the kernels' calls, worked out once for each size."""

from __future__ import annotations

import numpy as np

from tilescope.devices.device import Device
from tilescope.kernels.catalog import find_kernel
from tilescope.kernels.contract import Kernel
from tilescope.search.capacity import Numbers, Tiles
from tilescope.search.prices import Floats
from tilescope.search.space import SCALAR_STEPS

LONG = 1_000_000  # steps of K: what a call costs beside them is below the rounding
RATE_ROUNDING = 1 - 1e-5


class CallCosts:
    """What one product kernel costs on a device, and clearing its C."""

    def __init__(self, kernel: Kernel, device: Device) -> None:
        self.kernel, self.device = kernel, device
        self._zero = find_kernel("linear_zero", kernel.dtype_out)
        self._products: dict[tuple[int, int, int], int] = {}
        self._zeros: dict[int, int] = {}
        self._rates: dict[tuple[int, int], float] = {}

    def products(self, tiles: Tiles) -> Numbers:
        """Array cycles of a call on each core tile."""
        sizes = np.stack([tiles.m, tiles.k, tiles.n], axis=1)
        codes = (sizes[:, 0] << 42) | (sizes[:, 1] << 21) | sizes[:, 2]
        _, first, places = np.unique(codes, return_index=True, return_inverse=True)
        known, device, cycles = self._products, self.device, self.kernel.cycles
        found = []
        for m, k, n in sizes[first].tolist():
            if (m, k, n) not in known:
                known[m, k, n] = cycles(device, m, k, n)
            found.append(known[m, k, n])
        spread: Numbers = np.array(found, dtype=np.int64)[places]
        return spread

    def zeros(self, tiles: Tiles) -> Numbers:
        """Array cycles of clearing the C of each core tile."""
        counts, places = np.unique(tiles.m * tiles.n, return_inverse=True)
        found = []
        for count in counts.tolist():
            if count not in self._zeros:
                self._zeros[count] = self._zero.cycles(self.device, count)
            found.append(self._zeros[count])
        spread: Numbers = np.array(found, dtype=np.int64)[places]
        return spread

    def rates(self, pairs: Tiles) -> Floats:
        """Cycles that each step of K adds to a call with these m and n; no call has fewer."""
        s = (self.kernel.block or SCALAR_STEPS)[1]
        found = []
        for pair in zip(pairs.m.tolist(), pairs.n.tolist(), strict=True):
            if pair not in self._rates:
                m, n = pair
                long, short = (
                    self.kernel.cycles(self.device, m, steps * s, n) for steps in (LONG, 1)
                )
                self._rates[pair] = (long - short) / ((LONG - 1) * s) * RATE_ROUNDING
            found.append(self._rates[pair])
        return np.array(found)
