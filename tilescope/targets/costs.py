"""What one launch costs its caller under a runtime, beside what the array itself takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from tilescope.devices.facts import Fact

STEPS = ("copy_in", "sync_in", "sync_out", "copy_out")
STATISTICS = ("avg", "median", "min")
BYTES_PER_MB = 10**6


def exact(value: float | int | str) -> Fraction:
    """The decimal number that a page states, as it is written and not as a float rounds it."""
    return Fraction(str(value))


@dataclass(frozen=True)
class StepCost:
    """One host step for one buffer: a fixed part in µs and a part in µs for each 10^6 bytes."""

    fixed_us: Fraction = Fraction(0)
    us_per_mb: Fraction = Fraction(0)

    def us(self, size_bytes: int) -> Fraction:
        """Exact µs for a buffer of so many bytes."""
        return self.fixed_us + self.us_per_mb * size_bytes / BYTES_PER_MB


@dataclass(frozen=True)
class RuntimeCosts:
    """The costs of one runtime on one device, in exact µs.

    statistic: whether launches are as on average, at the median or at best. setup_us: once for
    each design, never part of a launch. call_us: what a runtime pays around every call because
    it keeps nothing. smallest_bytes: each of the three buffers of the smallest design, an
    addition on one core. notes: what the costs leave out, `always`, `alternating` where a plan
    has more than one design, `power_mode` where they were timed in another one. A step that the
    runtime does not have costs nothing. facts: the passport of every value by its key on the
    page, sources: the text behind each source id.
    """

    name: str
    title: str
    summary: str
    device: str
    statistic: str
    default_statistic: str
    floor_us: Fraction
    floor_covers: str
    smallest_bytes: int
    setup_us: Fraction
    submit_us: Fraction
    residual_us: Fraction
    call_us: Fraction
    steps: Mapping[str, StepCost] = field(hash=False)
    notes: Mapping[str, str] = field(compare=False, repr=False)
    facts: Mapping[str, Fact] = field(compare=False, repr=False)
    sources: Mapping[str, str] = field(compare=False, repr=False)

    @property
    def label(self) -> str:
        """The name that loads these costs again: `allo-profile`, or `allo-profile:min`."""
        if self.statistic == self.default_statistic:
            return self.name
        return f"{self.name}:{self.statistic}"

    @property
    def launch_us(self) -> Fraction:
        """The `launch` term of one launch: submission, residual, and whatever a call starts."""
        return self.submit_us + self.residual_us + self.call_us

    def copy_in_us(self, size_bytes: int) -> Fraction:
        """Copying one input buffer to where the device reads it."""
        return self._step("copy_in", size_bytes)

    def sync_in_us(self, size_bytes: int) -> Fraction:
        """Making one input buffer visible to the device."""
        return self._step("sync_in", size_bytes)

    def sync_out_us(self, size_bytes: int) -> Fraction:
        """Making one output buffer visible to the host."""
        return self._step("sync_out", size_bytes)

    def copy_out_us(self, size_bytes: int) -> Fraction:
        """Copying one output buffer to where the caller wants it."""
        return self._step("copy_out", size_bytes)

    def host_us(self, input_bytes: Iterable[int], output_bytes: Iterable[int]) -> Fraction:
        """The `host` term of one launch: its copies and syncs, buffer by buffer."""
        before = sum((self.copy_in_us(b) + self.sync_in_us(b) for b in input_bytes), Fraction(0))
        after = sum((self.sync_out_us(b) + self.copy_out_us(b) for b in output_bytes), Fraction(0))
        return before + after

    def smallest_us(self, device_us: Fraction) -> Fraction:
        """What the floor's stopwatch would show if the smallest design took device_us.

        A page is right when this equals its floor_us.
        """
        if self.floor_covers == "launch":
            return device_us + self.submit_us + self.residual_us
        size_bytes = self.smallest_bytes
        return device_us + self.launch_us + self.host_us((size_bytes, size_bytes), (size_bytes,))

    def _step(self, name: str, size_bytes: int) -> Fraction:
        step = self.steps.get(name)
        return step.us(size_bytes) if step else Fraction(0)
