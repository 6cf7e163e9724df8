"""What a sweep is: its axes, the product that they vary, and its points by number."""

from __future__ import annotations

import json
from dataclasses import dataclass
from math import prod
from typing import Any

from tilescope.designs.request import MappingRequest
from tilescope.errors import InputError
from tilescope.profiling.sweeps.axes import AUTO, Axis, Value
from tilescope.quantities.shapes import parse_grid, parse_tile
from tilescope.workloads.cases import LinearProjectionTestCase
from tilescope.workloads.gemm import Gemm

UNASKED = 1_000_000  # points; more are counted and asked for
MOST = 100_000_000
DEFAULTS: dict[str, Value] = {
    "mapping": "whole-array",
    "dtype": "float32",
    "device": "npu1",
    "runtime": "xrt-linux",
}


@dataclass(frozen=True)
class SweepPlan:
    """The axes, the last fastest, and the product whose sides they vary.

    Points are numbered from 0 in the order of the axes' products.
    """

    axes: tuple[Axis, ...]
    base: LinearProjectionTestCase

    @property
    def size(self) -> int:
        """Points in all."""
        return prod(len(axis.values) for axis in self.axes)

    def values(self, point: int) -> dict[str, Value]:
        """The value of each axis at a point."""
        found: dict[str, Value] = {}
        for axis in reversed(self.axes):
            point, place = divmod(point, len(axis.values))
            found[axis.name] = axis.values[place]
        return {axis.name: found[axis.name] for axis in self.axes}

    def to_json(self) -> str:
        """The plan in one spelling, the same for the same sweep."""
        content = {
            "axes": [{"name": axis.name, "values": list(axis.values)} for axis in self.axes],
            "base": {"name": self.base.name, "M": self.base.M, "N": self.base.N, "K": self.base.K},
        }
        return json.dumps(content, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> SweepPlan:
        """The plan that `to_json` wrote."""
        content = json.loads(text)
        axes = tuple(Axis(one["name"], tuple(one["values"])) for one in content["axes"])
        base = content["base"]
        return cls(axes, LinearProjectionTestCase(base["name"], base["M"], base["N"], base["K"]))


def check_size(plan: SweepPlan, *, asked: bool) -> None:
    """Accept a sweep that is not too long, or whose length was asked for.

    Raises InputError saying how many points there are.
    """
    if plan.size > MOST:
        raise InputError(f"The axes make {plan.size:,} points; the most accepted is {MOST:,}.")
    if plan.size > UNASKED and not asked:
        raise InputError(
            f"The axes make {plan.size:,} points, more than {UNASKED:,}; take fewer values, or "
            "add --yes to run them all."
        )


@dataclass(frozen=True)
class Point:
    """What one point asks for."""

    gemm: Gemm
    request: MappingRequest
    device: str
    runtime: str


def point_of(values: dict[str, Value], base: LinearProjectionTestCase) -> Point:
    """The product and the mapping that a point's values ask for.

    Raises InputError for sides that no product may have.
    """
    asked: dict[str, Any] = DEFAULTS | {k: v for k, v in values.items() if v != AUTO}
    m, n, k = (asked.get(side, getattr(base, side)) for side in "MNK")
    gemm = Gemm("point", m * asked.get("batch", 1), n, k, asked["dtype"])
    tile, grid = asked.get("tile"), asked.get("grid")
    request = MappingRequest(
        family=asked["mapping"],
        core_tile=parse_tile(tile) if tile else None,
        grid=parse_grid(grid) if grid else None,
        ports=asked.get("ports"),
        kernel=asked.get("kernel", "vector"),
        emulation=asked.get("fp32", "safe"),
        bf16=asked.get("bf16") if gemm.dtype == "bfloat16" else None,
        c_dtype=asked.get("out_dtype"),
        k_mt=asked.get("k_mt"),
        c_depth=asked.get("c_depth"),
        b_layout=asked.get("b_layout", "row"),
        toolchain=asked.get("toolchain", "peano"),
    )
    return Point(gemm, request, asked["device"], asked["runtime"])
