"""The key of a case: one stable name for one series of figures, the same in every run.

    linear.q_proj/f32@npu1/per-tile
    linear.my:64x128x256/bf16@npu2/whole-array,tile=16x32x64,grid=4x8,k-mt=256
    gemm.512x512x512/i8-i16@npu1/fused-k,tile=32x64x128,runtime=iree

    OP.NAME[:MxNxK] / DTYPE[-C_DTYPE] @ DEVICE / FAMILY [,CHOICE=VALUE...]

The shape stands where the name alone does not tell it. A choice stands where it is not the usual
one, and all of them in one order; a core tile stands under every family that chooses it. What
could be mistaken for the grammar is percent-encoded. Two cases with one key were asked for alike.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final
from urllib.parse import quote

from tilescope.runs.figures import Shape
from tilescope.runs.models import Case, MappingChoice

PROJECTIONS: Final[Mapping[str, tuple[int, int, int]]] = MappingProxyType(
    {
        "q_proj": (64, 960, 768),
        "k_proj": (64, 320, 768),
        "v_proj": (64, 320, 768),
        "o_proj": (64, 768, 960),
        "up_proj": (64, 3072, 768),
        "gate_proj": (64, 3072, 768),
        "down_proj": (64, 768, 3072),
    }
)
"""M, N, K that a name alone stands for in a key; with other sizes the key states them."""

SHORT_DTYPES: Final = {
    "float32": "f32",
    "bfloat16": "bf16",
    "float16": "f16",
    "int8": "i8",
    "int16": "i16",
    "int32": "i32",
}
USUAL_RUNTIME: Final = "xrt-linux"
USUAL_GRID: Final = (4, 4)
USUAL_TILES: Final = {"per-tile": (16, 16, 64)}
USUAL_PORTS: Final = {"per-tile": "single", "fused-k": "single", "whole-array": "spread"}
USUAL_EMULATIONS: Final = {"float32": "safe", "bfloat16": "bfp16"}


PARTS: Final = ("dtype", "device", "mapping", "runtime")
"""The parts of a key that a comparison may leave out of account."""

ANY: Final = "*"


def case_key(case: Case, without: Collection[str] = ()) -> str:
    """The key of a case; it holds no white space, no control character and no markup.

    A part that is named in `without` (see PARTS) stands as `*`, so that cases which differ in
    nothing else share a key.
    """
    dtype = ANY if "dtype" in without else _dtypes(case)
    device = ANY if "device" in without else _quoted(case.device, ":()=")
    layout = [ANY] if "mapping" in without else [_quoted(case.mapping.family), *_choices(case)]
    if "runtime" not in without and case.runtime != USUAL_RUNTIME:
        layout.append(f"runtime={_quoted(case.runtime, ':')}")
    return f"{_subject(case)}/{dtype}@{device}/{','.join(layout)}"


def _subject(case: Case) -> str:
    """What is profiled: `linear.q_proj`, `linear.my:64x128x256`, `gemm.512x512x512`."""
    op, shape = _quoted(case.op).replace(".", "%2E"), _sides(case.shape)
    if case.name == case.op:
        return f"{op}.{shape}"
    sizes = (case.shape.m, case.shape.n, case.shape.k)
    known = case.op == "linear" and PROJECTIONS.get(case.name) == sizes
    return f"{op}.{_quoted(case.name)}" + ("" if known else f":{shape}")


def _dtypes(case: Case) -> str:
    """The inputs' dtype, and C's where it is not the one that sums are held in."""
    usual = "int32" if case.dtype.startswith("int") else "float32"
    names = [case.dtype]
    if case.mapping.c_dtype not in (None, usual):
        names.append(str(case.mapping.c_dtype))
    return "-".join(SHORT_DTYPES.get(name, _quoted(name)) for name in names)


def _choices(case: Case) -> list[str]:
    """`choice=value` for every choice that is not the usual one of the family and dtype."""
    mapping, family = case.mapping, case.mapping.family
    grid = (mapping.grid.rows, mapping.grid.cols)
    tile = (mapping.core_tile.m, mapping.core_tile.n, mapping.core_tile.k)
    stated: dict[str, str | None] = {
        "tile": _sides(mapping.core_tile) if USUAL_TILES.get(family) != tile else None,
        "grid": f"{grid[0]}x{grid[1]}" if grid != USUAL_GRID else None,
        "ports": mapping.ports if USUAL_PORTS.get(family) != mapping.ports else None,
        "kernel": mapping.kernel if mapping.kernel != "vector" else None,
        "emulation": _emulation(case.dtype, mapping),
        "k-mt": str(mapping.k_mt) if mapping.k_mt else None,
        "c-depth": str(mapping.c_depth) if mapping.c_depth not in (None, 2) else None,
        "b": mapping.b_layout if mapping.b_layout not in (None, "row") else None,
        "toolchain": mapping.toolchain if mapping.toolchain not in (None, "peano") else None,
    }
    return [f"{name}={_quoted(value, ':')}" for name, value in stated.items() if value is not None]


def _emulation(dtype: str, mapping: MappingChoice) -> str | None:
    """How products are emulated, where that is not the dtype's usual way."""
    usual = USUAL_EMULATIONS.get(dtype)
    return mapping.emulation if mapping.emulation != usual else None


def _sides(shape: Shape) -> str:
    return f"{shape.m}x{shape.n}x{shape.k}"


def _quoted(text: str, safe: str = "") -> str:
    """The text with everything percent-encoded but letters, digits and a few plain signs."""
    return quote(text, safe=f"{safe}+")
