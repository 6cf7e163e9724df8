"""Runs designs and launch plans on a simulated device."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

import tilescope._engine as _engine
from tilescope.designs.ir import Design
from tilescope.designs.plan import LAUNCH, STEP_COLUMNS, LaunchPlan, PlannedLaunch
from tilescope.designs.problems import require_fit
from tilescope.designs.soundness import require_sound
from tilescope.devices.device import Device
from tilescope.errors import DesignError
from tilescope.quantities.dtypes import numpy_dtype
from tilescope.simulation.lowering import lower
from tilescope.simulation.outcomes import DesignOutcome, read_outcome

Array = npt.NDArray[np.generic]
POISON = 0xFF  # a NaN in every float type: an output that was never written shows


@dataclass(frozen=True)
class LaunchOutcome:
    """A planned launch with what one of its launches took."""

    planned: PlannedLaunch
    outcome: DesignOutcome


@dataclass(frozen=True)
class PlanOutcome:
    """What a plan's launches took, and C (m×n, unpadded) where data was given."""

    plan: LaunchPlan
    launches: tuple[LaunchOutcome, ...]
    output: Array | None


class PreparedDesign:
    """A design lowered for a device, with the memory of its array, ready to run again and again."""

    def __init__(self, design: Design, device: Device, *, with_data: bool) -> None:
        """Raises DesignError where the design is not sound or does not fit the device."""
        require_sound(design)
        require_fit(design, device)
        self.design = design
        self.device = device
        try:
            self.lowered = lower(design, device, with_data=with_data)
        except ValueError as error:
            raise DesignError(f"{design.name} is not a sound design: {error}.") from None

    def time(
        self, *, spans: bool = False, extrapolate: bool = True, objects: bool = False
    ) -> DesignOutcome:
        """One launch without data; steady states are repeated at once unless told otherwise.

        `objects`: note when objects come and go, for what memories hold. Raises DesignError where
        it cannot finish.
        """
        with _plain_errors(self.design.name, self.device):
            raw = _engine.run_timing(
                self.lowered.program, spans, extrapolate=extrapolate, objects=objects
            )
        return read_outcome(self.lowered, raw)


class PreparedPlan:
    """A launch plan whose designs are lowered once, ready to run on any inputs."""

    def __init__(self, plan: LaunchPlan, device: Device, *, with_data: bool = True) -> None:
        """Raises DesignError where a design is not sound or does not fit the device."""
        self.plan = plan
        self.device = device
        self.designs = [
            PreparedDesign(launch.design, device, with_data=with_data) for launch in plan.launches
        ]
        self.engine_plan = None
        if with_data:
            self.engine_plan = _engine.Plan([one.lowered.program for one in self.designs])
            self.steps = plan.steps()

    def run(
        self,
        inputs: tuple[Array, Array] | None,
        *,
        spans: bool = False,
        objects: bool = False,
    ) -> PlanOutcome:
        """Every launch in the order of the host's steps; without inputs only the time.

        `inputs` are A (m×k) and B (k×n) in the dtype of the product. Raises DesignError where a
        design cannot finish.
        """
        if inputs is None:
            outcomes = [one.time(spans=spans, objects=objects) for one in self.designs]
            return self._outcome(outcomes, None)
        return self.bind(inputs).run(spans=spans, objects=objects)

    def bind(self, inputs: tuple[Array, Array]) -> BoundPlan:
        """The plan with host arrays of its own: inputs padded where needed, the rest poisoned."""
        if self.engine_plan is None:
            raise ValueError("a plan prepared without data cannot take inputs")
        a, b = inputs
        by_rows = self.plan.mapping.b_layout == "row"
        return BoundPlan(self, _host_arrays(self.plan, (a, b if by_rows else b.T)))

    def _outcome(self, outcomes: list[DesignOutcome], output: Array | None) -> PlanOutcome:
        launches = tuple(
            LaunchOutcome(planned, outcome)
            for planned, outcome in zip(self.plan.launches, outcomes, strict=True)
        )
        return PlanOutcome(self.plan, launches, output)


class BoundPlan:
    """A prepared plan and the host arrays it works on, as a kept context has its buffers."""

    def __init__(self, prepared: PreparedPlan, arrays: list[Array]) -> None:
        self.prepared = prepared
        self.arrays = arrays
        self.bytes = [_bytes_of(array) for array in arrays]

    def run(self, *, spans: bool = False, objects: bool = False) -> PlanOutcome:
        """Every launch in the order of the host's steps; C is written over at the next run."""
        prepared, plan = self.prepared, self.prepared.plan
        assert prepared.engine_plan is not None  # bind() refused otherwise
        with _plain_errors(plan.gemm.label, prepared.device):
            raw = prepared.engine_plan.run(self.bytes, prepared.steps, spans, objects=objects)
        outcomes = [
            read_outcome(one.lowered, row) for one, row in zip(prepared.designs, raw, strict=True)
        ]
        return prepared._outcome(outcomes, self.arrays[2][: plan.gemm.m, : plan.gemm.n])


def simulate_design(
    design: Design,
    device: Device,
    arrays: dict[str, Array] | None = None,
    *,
    spans: bool = False,
) -> DesignOutcome:
    """One launch of a design; with `arrays`, by host buffer, data moves and they are changed.

    Raises DesignError where the design is not sound, does not fit the device or cannot finish.
    """
    prepared = PreparedDesign(design, device, with_data=arrays is not None)
    if arrays is None:
        return prepared.time(spans=spans)
    host = [_bytes_of(arrays[buffer.name]) for buffer in design.host_buffers]
    step = [LAUNCH, 0, *range(len(host))]
    table = np.array([step + [0] * (STEP_COLUMNS - len(step))], dtype=np.int64)
    with _plain_errors(design.name, device):
        raw = _engine.Plan([prepared.lowered.program]).run(host, table, spans)
    for error in prepared.lowered.functions.errors:
        raise error
    return read_outcome(prepared.lowered, raw[0])


def simulate_plan(
    plan: LaunchPlan,
    device: Device,
    inputs: tuple[Array, Array] | None = None,
    *,
    spans: bool = False,
    objects: bool = False,
) -> PlanOutcome:
    """A plan prepared and run once; see PreparedPlan."""
    prepared = PreparedPlan(plan, device, with_data=inputs is not None)
    return prepared.run(inputs, spans=spans, objects=objects)


@contextmanager
def _plain_errors(what: str, device: Device) -> Iterator[None]:
    try:
        yield
    except _engine.SimulationError as error:
        raise DesignError(f"{what} on {device.name}: {error}.") from None


def _bytes_of(array: Array) -> npt.NDArray[np.uint8]:
    if not array.flags.c_contiguous:
        raise ValueError("the host buffers of a launch are contiguous")
    return array.view(np.uint8).reshape(-1)


def _host_arrays(plan: LaunchPlan, inputs: tuple[Array, Array]) -> list[Array]:
    """The plan's arrays: A and B padded with zeros where needed, C and the tiles poisoned.

    Inputs are taken as they are where the engine can: contiguous, and writeable though it only
    reads them.
    """
    arrays: list[Array] = []
    for place, (shape, name) in enumerate(plan.arrays):
        dtype = numpy_dtype(name)
        given = inputs[place] if place < len(inputs) else None
        if given is None:
            array = np.empty(shape, dtype)
            array.view(np.uint8).fill(POISON)
            arrays.append(array)
        elif (
            given.shape == shape
            and given.dtype == dtype
            and given.flags.c_contiguous
            and given.flags.writeable
        ):
            arrays.append(given)
        else:
            padded = np.zeros(shape, dtype)
            padded[: given.shape[0], : given.shape[1]] = given
            arrays.append(padded)
    return arrays
