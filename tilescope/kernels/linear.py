"""The contracts of the linear projections' kernels: cc/linear.h, one entry for each function."""

from __future__ import annotations

from collections.abc import Callable

from tilescope.kernels import references, tolerances, whole_numbers
from tilescope.kernels.contract import Kernel, Operand, Role
from tilescope.kernels.costs import Cost, Elementwise, Fill
from tilescope.kernels.matmuls import MATMULS
from tilescope.quantities.dtypes import is_integer

_ELEMENTWISE_COST = (
    "The busier L1 port, and 8 cycles of pipeline fill as mlir-aie's guide measures for an "
    "element-wise loop (72 cycles, bound 64)."
)
_FILL_COST = "A cycle for 21 bytes, as a model of published GEMM times needs for clearing C."

_DTYPES = ("float32", "bfloat16", "int32", "int16", "int8")


def _elementwise(
    name: str,
    summary: str,
    operands: tuple[Operand, ...],
    cost: Cost,
    reference: Callable[..., references.Result],
    error_model: tolerances.ErrorModel,
) -> Kernel:
    """The contract of a function over some elements, named after the dtype that it writes."""
    return Kernel(
        name=name,
        symbol=f"{name}_{operands[-1].dtype}",
        source=f"cc/{name}.cc",
        summary=summary,
        dtype_in=operands[0].dtype,
        dtype_out=operands[-1].dtype,
        variant="vector",
        emulation=None,
        block=None,
        operands=operands,
        scalars=("elements",),
        cost=cost,
        reference=reference,
        error_model=error_model,
    )


def _operand(name: str, role: Role, dtype: str) -> Operand:
    return Operand(name, role, dtype, 1, "elements")


def _accumulate(dtype: str) -> Kernel:
    sums = {"float32": tolerances.float32_sum, "bfloat16": tolerances.bfloat16_sum}
    ends = {"int32": ", which wraps", "int16": ", which saturates", "int8": ", which saturates"}
    whole = is_integer(dtype)
    return _elementwise(
        "linear_accumulate",
        f"c_out = c_in + p{ends.get(dtype, '')}",
        (
            _operand("c_in", Role.IN, dtype),
            _operand("p", Role.IN, dtype),
            _operand("c_out", Role.OUT, dtype),
        ),
        Elementwise((dtype, dtype), dtype, 1, False, _ELEMENTWISE_COST),
        whole_numbers.accumulate(dtype) if whole else references.accumulate,
        sums.get(dtype, tolerances.exact),
    )


_ROUND = _elementwise(
    "linear_round",
    "c_out = c_in, rounded from float32 to bfloat16",
    (_operand("c_in", Role.IN, "float32"), _operand("c_out", Role.OUT, "bfloat16")),
    Elementwise(("float32",), "bfloat16", 0, False, _ELEMENTWISE_COST),
    references.convert,
    tolerances.bfloat16_rounding,
)


def _zero(dtype: str) -> Kernel:
    return _elementwise(
        "linear_zero",
        "c = 0",
        (_operand("c", Role.OUT, dtype),),
        Fill(dtype, 21, False, _FILL_COST),
        references.zero,
        tolerances.exact,
    )


KERNELS = (
    *MATMULS,
    *(_accumulate(dtype) for dtype in _DTYPES),
    _ROUND,
    *(_zero(dtype) for dtype in _DTYPES),
)
