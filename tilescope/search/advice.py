"""Advice under a profile: the one change with the largest predicted gain, really simulated."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tilescope.designs.bounds import mapping_bound_us
from tilescope.designs.mapping import Mapping
from tilescope.designs.request import resolve
from tilescope.devices.catalog import load_device
from tilescope.devices.device import Device
from tilescope.errors import TilescopeError
from tilescope.profiling.intervals import validated
from tilescope.profiling.products import ProductSettings
from tilescope.quantities.dtypes import canonical_dtype
from tilescope.runs.figures import Interval
from tilescope.runs.limits import Advice
from tilescope.runs.models import Case, Run
from tilescope.search.choosing import Choose, chooser
from tilescope.search.commands import command
from tilescope.search.proposals import Proposal, proposals
from tilescope.targets.bounds import launch_floor_us
from tilescope.targets.costs import RuntimeCosts
from tilescope.targets.runtimes import load_runtime
from tilescope.targets.simulated import SimulatedNpu
from tilescope.targets.whatif import change
from tilescope.workloads.cases import LinearProjectionTestCase
from tilescope.workloads.gemm import Gemm

LEAST_GAIN = 0.01  # of the whole time; less is not worth a command
WORTH_ACCURACY = 0.02  # of the time that is left otherwise; less is not worth any accuracy
PRODUCT = "gemm"  # what the ledger calls every case


@dataclass(frozen=True)
class Place:
    """A device and a runtime, as settings name and change them."""

    device: Device
    costs: RuntimeCosts

    @classmethod
    def of(cls, settings: ProductSettings) -> Place:
        """Raises InputError for a name or a change that cannot be had."""
        device = load_device(settings.device)
        costs = load_runtime(settings.runtime, device.name)
        changed = change(settings.changes, device, costs)
        return cls(changed.device, changed.costs or costs)


@dataclass(frozen=True)
class Tried:
    """A proposal that was simulated: the times of its cases, in their order."""

    proposal: Proposal
    times_us: tuple[float, ...]
    place: Place

    @property
    def us(self) -> float:
        """All cases together."""
        return math.fsum(self.times_us)


def advise(
    run: Run,
    cases: Sequence[LinearProjectionTestCase],
    settings: ProductSettings,
    typed: Sequence[str] | None = None,
    choose: Choose | None = None,
) -> tuple[Advice, ...]:
    """What to try next for the finished cases of a run; empty where nothing gains a hundredth.

    The change with the largest gain that costs no accuracy comes first; one that costs accuracy
    follows where it alone would gain more. `typed` are the words that chose the cases, where a
    command should repeat them. `choose` is what searched the run's mappings, where one did: it
    knows the cases that stay as they are.
    """
    done = [case for case in cases if any(case.name == found.name for found in run.cases)]
    before_us = math.fsum(case.npu_us.median for case in run.cases)
    if not done or len(done) != len(run.cases) or not before_us:
        return ()
    tried = _Trial(before_us * (1 - LEAST_GAIN), choose or chooser(settings))
    place = Place.of(settings)
    for proposal in proposals(done, settings, place.device):
        tried.add(proposal)
    found = [tried.exact] if tried.exact else []
    least_us = min([before_us, *(one.us for one in found)])
    if tried.less_exact and tried.less_exact.us < least_us * (1 - WORTH_ACCURACY):
        found.append(tried.less_exact)
    whole = typed if len(done) == len(cases) else None
    return tuple(
        _advice(one, run, before_us, whole if one.proposal.cases == tuple(done) else None)
        for one in found
    )


class _Trial:
    """Simulates proposals, each only while its bound leaves it a chance."""

    def __init__(self, most_us: float, choose: Choose | None) -> None:
        self.most_us = most_us
        self.choose = choose
        self.exact: Tried | None = None
        self.less_exact: Tried | None = None
        self._times: dict[tuple[object, ...], float] = {}
        self._mappings: dict[tuple[object, ...], Mapping] = {}

    def add(self, proposal: Proposal) -> None:
        """Try a proposal; one that does not fit, or is no faster, is left out."""
        try:
            tried = self._try(proposal)
        except TilescopeError:
            return
        if tried is None:
            return
        if proposal.less_exact:
            self.less_exact = tried
        else:
            self.exact = tried

    def _try(self, proposal: Proposal) -> Tried | None:
        settings = proposal.settings
        place = Place.of(settings)
        dtype = canonical_dtype(settings.dtype)
        work = [self._mapped(case.to_gemm(dtype), settings, place) for case in proposal.cases]
        best = self.less_exact if proposal.less_exact else self.exact
        most_us = min(self.most_us, best.us if best else math.inf)
        least = [
            float(launch_floor_us(gemm, mapping, place.costs))
            + mapping_bound_us(gemm, mapping, place.device)
            for gemm, mapping in work
        ]
        if math.fsum(least) >= most_us:
            return None
        times = tuple(self._us(gemm, mapping, place) for gemm, mapping in work)
        return Tried(proposal, times, place) if math.fsum(times) < most_us else None

    def _mapped(self, gemm: Gemm, settings: ProductSettings, place: Place) -> tuple[Gemm, Mapping]:
        key = (gemm.m, gemm.n, gemm.k, gemm.dtype, settings.mapping, place.device)
        if key not in self._mappings:
            self._mappings[key] = (
                self.choose(gemm) if self.choose else resolve(settings.mapping, gemm, place.device)
            )
        return gemm, self._mappings[key]

    def _us(self, gemm: Gemm, mapping: Mapping, place: Place) -> float:
        key = (gemm.m, gemm.n, gemm.k, gemm.dtype, mapping, place.device, place.costs.name)
        if key not in self._times:
            found = SimulatedNpu(place.device, place.costs).run(gemm, mapping)
            self._times[key] = found.npu_us
        return self._times[key]


def _advice(tried: Tried, run: Run, before_us: float, typed: Sequence[str] | None) -> Advice:
    proposal = tried.proposal
    text = proposal.text
    if proposal.less_exact:
        text += ", less exact"
    return Advice(
        dominant=dominant(run.cases),
        text=text,
        command=command(proposal.cases, proposal.settings, typed),
        gain_us=before_us - tried.us,
        gain_interval_us=_gain_interval(tried, run),
    )


def dominant(cases: Sequence[Case]) -> str:
    """The budget term that takes most of the cases' time."""
    totals: dict[str, float] = {}
    for case in cases:
        for part in case.budget:
            totals[part.term] = totals.get(part.term, 0.0) + part.us
    return max(totals, key=lambda term: totals[term])


def _gain_interval(tried: Tried, run: Run) -> Interval | None:
    """Bounds of the gain, where every time before and after carries an interval."""
    if run.changed:
        return None
    settings, place = tried.proposal.settings, tried.place
    known = (PRODUCT, canonical_dtype(settings.dtype), place.device.name, place.costs.label)
    after = [validated(*known).interval(us) for us in tried.times_us]
    before = [case.interval_us for case in run.cases]
    if not all(before) or not all(after):
        return None
    old = [interval for interval in before if interval is not None]
    new = [interval for interval in after if interval is not None]
    least = sum(one.low for one in old) - sum(one.high for one in new)
    return Interval(
        low=max(0.0, least),  # below it nothing would be gained
        high=sum(one.high for one in old) - sum(one.low for one in new),
        confidence=min(one.confidence for one in (*old, *new)),
    )
