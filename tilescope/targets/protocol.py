"""What a place to run must offer to be found, asked and believed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from numpy.typing import NDArray

from tilescope.designs.mapping import Mapping as TileMapping
from tilescope.designs.plan import LaunchPlan
from tilescope.targets.outcome import TargetOutcome
from tilescope.workloads.gemm import Gemm

Array = NDArray[Any]


@runtime_checkable
class Target(Protocol):
    """A place to run: its name, whether its times are simulated or measured, and its state."""

    @property
    def name(self) -> str:
        """The name under which it is registered."""

    @property
    def kind(self) -> str:
        """`simulated` or `measured`: what the times of this target are."""

    def available(self) -> str | None:
        """None when it can run here, otherwise one sentence saying why not, with the remedy."""

    def versions(self) -> Mapping[str, str]:
        """What a reader needs to repeat the figures: name to version or setting."""


@runtime_checkable
class MappedTarget(Target, Protocol):
    """A target that runs a mapped workload and takes the times itself."""

    def run(
        self, gemm: Gemm, mapping: TileMapping, a: Array | None = None, b: Array | None = None
    ) -> TargetOutcome:
        """Run C = A @ B once, A [m, k] and B [k, n] in the workload's dtype.

        Without inputs a simulated target takes only the time and the outcome has no output; a
        measured one raises InputError, as nothing is timed that was not checked. Raises
        InputError for a workload, mapping or input that it cannot run.
        """


class PreparedProduct(Protocol):
    """A product on a device where it stays loaded, to be run as often as wanted."""

    def poison(self) -> None:
        """Overwrite every output, so that one which is not written shows."""

    def checked_call(self) -> None:
        """One run that is not timed, each launch of it on poisoned outputs."""

    def call(self) -> None:
        """One run, whose parts are timed."""

    def output(self) -> Array:
        """C [m, n] as the last run left it, in the mapping's output dtype; a copy."""

    def outcome(self, samples_us: Sequence[float]) -> TargetOutcome:
        """The figures of the last runs, which the caller's clock found to take these times."""

    def close(self) -> None:
        """Give the device back."""


@runtime_checkable
class MeasuringTarget(MappedTarget, Protocol):
    """A target that runs a mapped workload on a device; its runs are timed from outside.

    `runtime` is the software that launches it.
    """

    @property
    def runtime(self) -> str:
        """The runtime by the name that its page has, where it has one."""

    def plan(self, gemm: Gemm, mapping: TileMapping) -> LaunchPlan:
        """The launches and host steps that are run, for a prediction of them."""

    def prepare(
        self,
        gemm: Gemm,
        mapping: TileMapping,
        a: Array,
        b: Array,
        notify: Callable[[str], None] = ...,
    ) -> PreparedProduct:
        """Compile and load C = A @ B; notify hears what is going on.

        Raises InputError for what it cannot run and MachineError for what the machine lacks.
        """


@runtime_checkable
class TimedTarget(Target, Protocol):
    """A target whose callable is timed from outside."""

    def prepare(self, gemm: Gemm, a: Array, b: Array) -> Callable[[], Any]:
        """Move the inputs to where they are used and return what is to be timed.

        The callable computes C = A @ B and returns it as this target holds it; `output` of the
        target turns that into float64. Raises InputError when it cannot run.
        """

    def output(self, result: Any) -> Array:
        """C [m, n] in float64 from what the callable returned."""


@runtime_checkable
class CountsAllocations(Protocol):
    """A timed target that can say what one of its calls allocates."""

    def allocated_bytes(self, call: Callable[[], Any]) -> int | None:
        """Bytes that one call leaves allocated, scratch of its own steps aside; None if unknown."""
