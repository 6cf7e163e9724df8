"""From a group's core tiles to candidates: what fits, what each is bound by, how exact it is."""

from __future__ import annotations

from collections import Counter

import numpy as np

from tilescope.designs.capacity import L1, TRANSFERS
from tilescope.designs.charges import charges_of
from tilescope.designs.sum_bounds import sum_needs
from tilescope.devices.device import Device
from tilescope.search.calls import CallCosts
from tilescope.search.candidates import Candidates
from tilescope.search.capacity import WALKS, Tiles, forbidden
from tilescope.search.floors import least_array_us, longest_k, pairs_of, with_least_k
from tilescope.search.numerics import ErrorMeter
from tilescope.search.prices import LATENCY, Floats, HostPrices, Sizes, sizes_of
from tilescope.search.space import Group
from tilescope.search.sums import Sums
from tilescope.search.table import launch_table
from tilescope.simulation.batches import least_ticks
from tilescope.simulation.clocks import TimeBase
from tilescope.targets.costs import RuntimeCosts

ERROR = "error"
"""What forbids a mapping that is less exact than was asked for."""

BOUND_ROUNDING = 1 - 1e-9


class Judge:
    """Judges candidates of one product on one device under one runtime, for one objective."""

    def __init__(
        self,
        device: Device,
        costs: RuntimeCosts,
        objective: str,
        meter: ErrorMeter,
        max_error: float | None = None,
    ) -> None:
        self.device = device
        self.objective = objective
        self.meter = meter
        self.max_error = max_error
        self.prices = HostPrices.of(costs)
        self.tick_us = 1e6 / TimeBase.of(device).tick_hz
        self._calls: dict[tuple[str, str], CallCosts] = {}
        self._sums: dict[str, Sums] = {}

    def calls(self, group: Group) -> CallCosts:
        """The costs of a group's kernels."""
        key = (group.kernel.symbol, group.kernel.toolchain)
        if key not in self._calls:
            self._calls[key] = CallCosts(group.kernel, self.device)
        return self._calls[key]

    def sums(self, group: Group) -> Sums:
        """The additions that per-tile launches with a group's products."""
        dtype = group.base.c_dtype
        if dtype not in self._sums:
            self._sums[dtype] = Sums(dtype, self.device)
        return self._sums[dtype]

    def pairs(self, group: Group) -> tuple[Candidates, Counter[str]]:
        """The pairs of sides of a group that fit with some K tile, and what forbids the rest.

        Their bounds hold for any K tile; what is forbidden counts with every staging.
        """
        pairs = pairs_of(group)
        reasons: Counter[str] = Counter()
        fits = np.ones(len(pairs), dtype=np.bool_)
        for reason, mask in forbidden(group, pairs, self.device):
            if reason != TRANSFERS:  # a longer staging has fewer of them
                reasons[reason] += int((mask & fits).sum()) * len(group.staged)
                fits &= ~mask
        pairs = pairs.chosen(fits)
        longest = longest_k(group, pairs, self.device)
        pairs = with_least_k(group, pairs, longest)
        sizes = sizes_of(group, pairs, self.prices)
        if group.per_tile:  # two launches a block, each of which ends with a token
            charges = charges_of(self.device)
            array_us: Floats = sizes.launches.astype(np.float64)
            array_us *= 2 * charges.last_token * charges.us
        else:
            array_us = least_array_us(group, pairs, self.calls(group))
        exact = np.minimum.accumulate(self._errors(group))[longest]
        return self._candidates(0, pairs, sizes, array_us, exact), reasons

    def candidates(self, place: int, group: Group, tiles: Tiles) -> tuple[Candidates, Counter[str]]:
        """Those of a group's core tiles that fit and are exact enough, and what forbids the rest.

        `place` is the group's among all groups.
        """
        reasons: Counter[str] = Counter()
        fits = np.ones(len(tiles), dtype=np.bool_)
        for reason, mask in forbidden(group, tiles, self.device):
            reasons[reason] += int((mask & fits).sum())
            fits &= ~mask
        tiles = tiles.chosen(fits)
        if group.per_tile:
            unfit = self.sums(group).unfit(group, tiles)
            reasons[L1] += int(unfit.sum())
            tiles = tiles.chosen(~unfit)
        error = self._errors_of(group, tiles)
        if self.max_error is not None:
            exact = error <= self.max_error
            reasons[ERROR] += int((~exact).sum())
            tiles, error = tiles.chosen(exact), error[exact]
        sizes = sizes_of(group, tiles, self.prices)
        least = least_ticks(launch_table(group, tiles, sizes, self.calls(group)), self.device)
        walks = least >= 0
        reasons[WALKS] += int((~walks).sum())
        sizes = Sizes(*(getattr(sizes, name)[walks] for name in Sizes.__annotations__))
        tiles, error = tiles.chosen(walks), error[walks]
        array_us = least[walks] * self.tick_us
        if group.per_tile:
            array_us = sizes.launches * (array_us + self._least_sums_us(group, tiles))
        return self._candidates(place, tiles, sizes, array_us, error), reasons

    def _candidates(
        self, place: int, tiles: Tiles, sizes: Sizes, array_us: Floats, error: Floats
    ) -> Candidates:
        bound = array_us + (sizes.floor_us if self.objective == LATENCY else 0)
        return Candidates(
            np.full(len(tiles), place, dtype=np.int64),
            tiles,
            sizes.launches,
            sizes.floor_us,
            bound * BOUND_ROUNDING,
            sizes.moved_bytes,
            error,
        )

    def _errors(self, group: Group) -> Floats:
        """The errors of a group's K tiles, in their order."""
        k = np.array(group.sides_k)
        return self._errors_of(group, Tiles(k, k, k, k))

    def _errors_of(self, group: Group, tiles: Tiles) -> Floats:
        steps, places = np.unique(tiles.k, return_inverse=True)
        errors = [
            self.meter.error(group.mapping(1, 1, int(k), int(k)), group.kernel).max_rel_error
            for k in steps
        ]
        found: Floats = np.array(errors, dtype=np.float64)[places]
        return found

    def _least_sums_us(self, group: Group, tiles: Tiles) -> Floats:
        """The bound of per-tile's additions."""
        rows, columns = group.base.grid
        charges = charges_of(self.device)
        known: dict[tuple[int, int], float] = {}
        found = np.empty(len(tiles))
        for place, block in enumerate(
            zip((tiles.m * rows).tolist(), (tiles.n * columns).tolist(), strict=True)
        ):
            if block not in known:
                needs = sum_needs(*block, group.base.c_dtype, charges)
                known[block] = max(need.total for need in needs) * charges.us
            found[place] = known[block]
        return found
