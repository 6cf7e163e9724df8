"""Runs designs and launch plans on a simulated device."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tilescope import _engine
from tilescope.designs.ir import Design
from tilescope.designs.plan import LaunchPlan, PlannedLaunch
from tilescope.designs.problems import require_fit
from tilescope.devices.device import Device
from tilescope.errors import DesignError
from tilescope.quantities.dtypes import numpy_dtype
from tilescope.simulation.lowering import Lowered, lower
from tilescope.simulation.outcomes import DesignOutcome, read_outcome

Array = npt.NDArray[np.generic]


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


def simulate_design(
    design: Design,
    device: Device,
    arrays: dict[str, Array] | None = None,
    *,
    spans: bool = False,
) -> DesignOutcome:
    """One launch of a design; with `arrays`, by host buffer, the data moves and is changed in place.

    Raises DesignError where the design does not fit the device or cannot finish.
    """
    lowered = _lowered(design, device, with_data=arrays is not None)
    try:
        if arrays is None:
            return read_outcome(lowered, _engine.run_timing(lowered.program, spans))
        host = [_bytes_of(arrays[buffer.name]) for buffer in design.host_buffers]
        step = [1, 0, *range(len(host))]
        table = np.array([step + [0] * (10 - len(step))], dtype=np.int64)
        raw = _engine.run_plan([lowered.program], host, table, spans)
    except _engine.SimulationError as error:
        raise DesignError(f"{design.name} on {device.name}: {error}.") from None
    return read_outcome(lowered, raw[0])


def simulate_plan(
    plan: LaunchPlan,
    device: Device,
    inputs: tuple[Array, Array] | None = None,
    *,
    spans: bool = False,
) -> PlanOutcome:
    """Every launch of a plan, in the order of its host steps; without inputs only the time.

    `inputs` are A (m×k) and B (k×n) in the dtype of the product. Raises DesignError where a
    design does not fit the device or cannot finish.
    """
    lowered = [
        _lowered(launch.design, device, with_data=inputs is not None) for launch in plan.launches
    ]
    try:
        if inputs is None:
            raw = [_engine.run_timing(one.program, spans) for one in lowered]
            output = None
        else:
            arrays = _host_arrays(plan, inputs)
            host = [_bytes_of(array) for array in arrays]
            programs = [one.program for one in lowered]
            raw = _engine.run_plan(programs, host, plan.steps(), spans)
            output = arrays[2][: plan.gemm.m, : plan.gemm.n]
    except _engine.SimulationError as error:
        raise DesignError(f"{plan.gemm.label} on {device.name}: {error}.") from None
    launches = tuple(
        LaunchOutcome(planned, read_outcome(one, row))
        for planned, one, row in zip(plan.launches, lowered, raw, strict=True)
    )
    return PlanOutcome(plan, launches, output)


def _lowered(design: Design, device: Device, *, with_data: bool) -> Lowered:
    require_fit(design, device)
    try:
        return lower(design, device, with_data=with_data)
    except ValueError as error:
        raise DesignError(f"{design.name} is not a sound design: {error}.") from None


def _bytes_of(array: Array) -> npt.NDArray[np.uint8]:
    if not array.flags.c_contiguous:
        raise ValueError("the host buffers of a launch are contiguous")
    return array.view(np.uint8).reshape(-1)


def _host_arrays(plan: LaunchPlan, inputs: tuple[Array, Array]) -> list[Array]:
    """The plan's arrays: A and B padded with zeros where needed, C and the tiles poisoned."""
    dtype = numpy_dtype(plan.gemm.dtype)
    arrays: list[Array] = []
    for shape, given in zip(plan.array_shapes, (*inputs, None), strict=False):
        if given is None:
            arrays.append(_poisoned(shape, dtype))
        elif given.shape == shape and given.dtype == dtype and given.flags.c_contiguous:
            arrays.append(given)
        else:
            padded = np.zeros(shape, dtype)
            padded[: given.shape[0], : given.shape[1]] = given
            arrays.append(padded)
    arrays.extend(_poisoned(shape, dtype) for shape in plan.array_shapes[len(arrays) :])
    return arrays


def _poisoned(shape: tuple[int, ...], dtype: np.dtype[np.generic]) -> Array:
    array = np.empty(shape, dtype)
    array.view(np.uint8).fill(0xFF)
    return array
