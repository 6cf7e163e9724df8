"""A product on loaded designs: the plan's steps, each timed apart, again and again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from tilescope.designs.plan import A_TILE, COPY, LAUNCH, A, B, C, LaunchPlan
from tilescope.quantities.dtypes import numpy_dtype
from tilescope.targets.measured import RunTimes, measured_outcome
from tilescope.targets.outcome import TargetOutcome
from tilescope.targets.xrt.loading import POISON, LoadedDesign

Array = NDArray[Any]
NEVER_RUN = (
    "Measuring through XRT was built from documentation and tested against stand-ins: hold the "
    "first figures of an NPU against another tool's"
)
ARGUMENTS = 2  # the column of a launch's row at which its arrays begin


@dataclass(frozen=True)
class Step:
    """One thing that the host does: for which launch of the plan, and whether it is the launch."""

    work: Callable[[], object]
    owner: int
    is_launch: bool = False


class LoadedProduct:
    """One product with its inputs, on designs that stay loaded.

    A call does what a launch needs of the host, buffer by buffer: copy in, sync in, submit and
    wait, sync out, copy out. What the plan cuts out of A, B and C is cut straight into the
    buffers. Padding is done once, here.
    """

    def __init__(
        self,
        plan: LaunchPlan,
        designs: Sequence[LoadedDesign],
        inputs: tuple[Array, Array],
        calls: Sequence[int],
        setup_us: float,
    ) -> None:
        """Inputs are A [m, k] and B [k, n] in the dtype of the plan's product.

        calls: core calls of one launch of each kind; setup_us: what loading took.
        """
        self.plan = plan
        self.setup_us = setup_us
        self._calls = tuple(calls)
        self.runs: list[RunTimes] = []
        self._designs = tuple(designs)
        rows = plan.steps().tolist()
        self._arrays, self._within = _host_arrays(plan, designs, rows, *inputs)
        self._steps = tuple(self._planned(rows))

    def poison(self) -> None:
        """Overwrite what earlier runs left: every output buffer, and C on the host."""
        for design in self._designs:
            design.poison()
        _bytes(self._arrays[C])[:] = POISON

    def checked_call(self) -> None:
        """One run with every output poisoned before each launch; it is not timed."""
        self.poison()
        for step in self._steps:
            if step.is_launch:
                self._designs[step.owner].poison()
            step.work()

    def call(self) -> None:
        """One run; its times are added to `runs`."""
        now = time.perf_counter_ns
        host = launch = 0
        shares = [0] * len(self._designs)
        began = last = now()
        for step in self._steps:
            start = now()
            step.work()
            end = now()
            if step.is_launch:
                launch += end - start
            else:
                host += end - start
            shares[step.owner] += end - last
            last = end
        self.runs.append(RunTimes(last - began, host, launch, tuple(shares)))

    def output(self) -> Array:
        """C [m, n] as the last run left it, in the mapping's output dtype; a copy."""
        return self._arrays[C][: self.plan.gemm.m, : self.plan.gemm.n].copy()

    def outcome(self, samples_us: Sequence[float]) -> TargetOutcome:
        """The figures of the last runs at the one in the middle.

        samples_us: what the caller's clock found them to take, in the order of taking.
        """
        runs = [
            run.within(round(us * 1e3))
            for run, us in zip(self.runs[-len(samples_us) :], samples_us, strict=True)
        ]
        return measured_outcome(
            self.plan,
            runs,
            self._calls,
            setup_us=self.setup_us,
            output=self.output(),
            notes=(NEVER_RUN,),
        )

    def close(self) -> None:
        """Give the NPU back."""
        self._steps, self._arrays, self._within = (), [], {}
        for design in self._designs:
            design.close()

    def _planned(self, rows: Sequence[Sequence[int]]) -> Iterator[Step]:
        """The plan's steps in order; what comes before a launch is its own, C's part after it."""
        launches = [row[1] for row in rows if row[0] == LAUNCH]
        done = 0
        for row in rows:
            following = launches[min(done, len(launches) - 1)]
            if row[0] == LAUNCH:
                done += 1
                yield from self._launch(row)
            elif row[0] == COPY:
                to = _region(self._arrays[row[2]], row[4], row[5], row[6], row[8])
                source = _region(self._arrays[row[1]], row[3], row[5], row[6], row[7])
                owner = launches[done - 1] if row[2] == C else following
                yield Step(partial(np.copyto, to, source), owner)
            else:
                yield Step(partial(_bytes(self._arrays[row[1]]).fill, 0), following)

    def _launch(self, row: Sequence[int]) -> Iterator[Step]:
        owner = row[1]
        design = self._designs[owner]
        places = row[ARGUMENTS : ARGUMENTS + len(design.arrays)]
        inputs = [i for i, written in enumerate(design.written) if not written]
        outputs = [i for i, written in enumerate(design.written) if written]
        for i in inputs:
            if (owner, i) != self._within.get(places[i]):
                array = self._arrays[places[i]]
                yield Step(partial(np.copyto, self._buffer(row, i), array), owner)
            yield Step(partial(design.give, i), owner)
        yield Step(design.launch, owner, is_launch=True)
        for i in outputs:
            yield Step(partial(design.take, i), owner)
            if (owner, i) != self._within.get(places[i]):
                array = self._arrays[places[i]]
                yield Step(partial(np.copyto, array, self._buffer(row, i)), owner)

    def _buffer(self, row: Sequence[int], argument: int) -> Array:
        """The part of a launch's buffer that the array in its place fills."""
        place = row[ARGUMENTS + argument]
        whole = self._designs[row[1]].arrays[argument].reshape(self.plan.arrays[place][0])
        return _part(whole, self._arrays[place])


def _host_arrays(
    plan: LaunchPlan,
    designs: Sequence[LoadedDesign],
    rows: Sequence[Sequence[int]],
    a: Array,
    b: Array,
) -> tuple[list[Array], dict[int, tuple[int, int]]]:
    """The plan's arrays, and of those that lie within a buffer which one: launch and argument.

    A tile lies in the buffer of the launch that writes it, or else of the one that reads it.
    """
    by_rows = plan.mapping.b_layout == "row"
    given = {A: np.ascontiguousarray(a), B: np.ascontiguousarray(b if by_rows else b.T)}
    tiled = len(plan.arrays) > A_TILE
    within: dict[int, tuple[int, int]] = {}
    for row in rows:
        if tiled and row[0] == LAUNCH:
            design = designs[row[1]]
            for i, written in enumerate(design.written):
                if written or row[ARGUMENTS + i] not in within:
                    within[row[ARGUMENTS + i]] = (row[1], i)
    arrays: list[Array] = []
    for place, (shape, dtype) in enumerate(plan.arrays):
        if place in within:
            launch, argument = within[place]
            arrays.append(designs[launch].arrays[argument].reshape(shape))
        elif place in given and not tiled:
            arrays.append(given[place])
        else:
            size = shape if tiled else (plan.gemm.m, plan.gemm.n)
            array = np.zeros(size, dtype=numpy_dtype(dtype))
            if place in given:
                _part(array, given[place])[:] = given[place]
            arrays.append(array)
    return arrays, within


def _part(whole: Array, part: Array) -> Array:
    """The corner of an array that is as large as another one: what is beyond it is padding."""
    return whole[: part.shape[0], : part.shape[1]]


def _region(array: Array, offset: int, rows: int, row_bytes: int, stride: int) -> Array:
    """Rows of bytes of an array, `stride` bytes apart."""
    flat = _bytes(array)
    assert offset + (rows - 1) * stride + row_bytes <= flat.size, "a step reaches outside its array"
    return as_strided(flat[offset:], (rows, row_bytes), (stride, 1))


def _bytes(array: Array) -> NDArray[np.uint8]:
    return array.reshape(-1).view(np.uint8)
