"""The contracts of the linear projections' kernels: cc/linear.h, one entry for each function."""

from __future__ import annotations

from tilescope.kernels import references, tolerances
from tilescope.kernels.contract import Kernel, Operand, Role
from tilescope.kernels.costs import BlockedMatmul, Elementwise, Fill, ScalarMatmul
from tilescope.kernels.layout import BLOCK

_BFLOAT16_COST = (
    "An mmul a cycle, and 28 cycles for each 16×16 of C as derived from arXiv 2512.13282's "
    "measured bfloat16 kernels."
)
_EMULATED_COST = (
    "An estimate: {macs} bfloat16 MACs and {split} vector slots of splitting for each mmul, read "
    "in llvm-aie's emulation ({rate} MAC/cycle at best with the splitting hoisted); the only "
    "measured float32 kernel of this kind, a matrix-vector product, reached 0.37 MAC/cycle."
)
_SCALAR_COST = (
    "An estimate of low confidence: about 310 cycles for each soft-float multiply and add, "
    "160 to 350, from the slopes of two measured kernels that are mostly such calls."
)
_ELEMENTWISE_COST = (
    "The busier L1 port, and 8 cycles of pipeline fill as mlir-aie's guide measures for an "
    "element-wise loop (72 cycles, bound 64)."
)
_FILL_COST = "A cycle for 21 bytes, as a model of published GEMM times needs for clearing C."

# MACs, splitting slots and the best rate of each emulation.
_EMULATION = {"safe": (9, 8, 14.2), "fast": (6, 8, 21.3), "low": (3, 4, 42.7)}


def _matmul_operands(dtype: str, dtype_out: str, *, blocked: bool) -> tuple[Operand, ...]:
    r, s, t = BLOCK
    return (
        Operand("a", Role.IN, dtype, "m", "k", (r, s) if blocked else None),
        Operand("b", Role.IN, dtype, "k", "n", (s, t) if blocked else None),
        Operand("c", Role.INOUT, dtype_out, "m", "n", (r, t) if blocked else None),
    )


def _bfloat16_matmul(dtype_out: str) -> Kernel:
    suffix = "" if dtype_out == "bfloat16" else f"_{dtype_out}"
    return Kernel(
        name="linear_matmul",
        symbol=f"linear_matmul_bfloat16{suffix}",
        source="cc/linear_matmul_bfloat16.cc",
        summary=f"C += A·B, bfloat16 operands, {dtype_out} C",
        dtype_in="bfloat16",
        dtype_out=dtype_out,
        variant="vector",
        emulation=None,
        block=BLOCK,
        operands=_matmul_operands("bfloat16", dtype_out, blocked=True),
        scalars=("m", "k", "n"),
        cost=BlockedMatmul(BLOCK, "bfloat16", dtype_out, 1, 0, False, _BFLOAT16_COST),
        reference=references.matmul,
        error_model=tolerances.bfloat16_product(dtype_out),
    )


def _emulated_matmul(emulation: str) -> Kernel:
    macs, split, rate = _EMULATION[emulation]
    note = _EMULATED_COST.format(macs=macs, split=split, rate=rate)
    return Kernel(
        name="linear_matmul",
        symbol=f"linear_matmul_float32_{emulation}",
        source="cc/linear_matmul_float32.cc",
        summary=f"C += A·B, float32 made of {macs} bfloat16 MACs",
        dtype_in="float32",
        dtype_out="float32",
        variant="vector",
        emulation=emulation,
        block=BLOCK,
        operands=_matmul_operands("float32", "float32", blocked=True),
        scalars=("m", "k", "n"),
        cost=BlockedMatmul(BLOCK, "float32", "float32", macs, split, True, note),
        reference=references.matmul,
        error_model=tolerances.emulated_product(emulation),
    )


_SCALAR_MATMUL = Kernel(
    name="linear_matmul",
    symbol="linear_matmul_float32_scalar",
    source="cc/linear_matmul_float32_scalar.cc",
    summary="C += A·B, scalar float32 on row-major matrices",
    dtype_in="float32",
    dtype_out="float32",
    variant="scalar",
    emulation=None,
    block=None,
    operands=_matmul_operands("float32", "float32", blocked=False),
    scalars=("m", "k", "n"),
    cost=ScalarMatmul(310, True, _SCALAR_COST),
    reference=references.matmul,
    error_model=tolerances.scalar_product,
)


def _accumulate(dtype: str) -> Kernel:
    sums = {"float32": tolerances.float32_sum, "bfloat16": tolerances.bfloat16_sum}
    return Kernel(
        name="linear_accumulate",
        symbol=f"linear_accumulate_{dtype}",
        source="cc/linear_accumulate.cc",
        summary="c_out = c_in + p",
        dtype_in=dtype,
        dtype_out=dtype,
        variant="vector",
        emulation=None,
        block=None,
        operands=(
            Operand("c_in", Role.IN, dtype, 1, "elements"),
            Operand("p", Role.IN, dtype, 1, "elements"),
            Operand("c_out", Role.OUT, dtype, 1, "elements"),
        ),
        scalars=("elements",),
        cost=Elementwise((dtype, dtype), dtype, 1, False, _ELEMENTWISE_COST),
        reference=references.accumulate,
        error_model=sums[dtype],
    )


_ROUND = Kernel(
    name="linear_round",
    symbol="linear_round_bfloat16",
    source="cc/linear_round.cc",
    summary="c_out = c_in, rounded from float32 to bfloat16",
    dtype_in="float32",
    dtype_out="bfloat16",
    variant="vector",
    emulation=None,
    block=None,
    operands=(
        Operand("c_in", Role.IN, "float32", 1, "elements"),
        Operand("c_out", Role.OUT, "bfloat16", 1, "elements"),
    ),
    scalars=("elements",),
    cost=Elementwise(("float32",), "bfloat16", 0, False, _ELEMENTWISE_COST),
    reference=references.convert,
    error_model=tolerances.bfloat16_rounding,
)


def _zero(dtype: str) -> Kernel:
    return Kernel(
        name="linear_zero",
        symbol=f"linear_zero_{dtype}",
        source="cc/linear_zero.cc",
        summary="c = 0",
        dtype_in=dtype,
        dtype_out=dtype,
        variant="vector",
        emulation=None,
        block=None,
        operands=(Operand("c", Role.OUT, dtype, 1, "elements"),),
        scalars=("elements",),
        cost=Fill(dtype, 21, False, _FILL_COST),
        reference=references.zero,
        error_model=tolerances.exact,
    )


KERNELS = (
    _bfloat16_matmul("bfloat16"),
    _bfloat16_matmul("float32"),
    _emulated_matmul("safe"),
    _emulated_matmul("fast"),
    _emulated_matmul("low"),
    _SCALAR_MATMUL,
    _accumulate("float32"),
    _accumulate("bfloat16"),
    _ROUND,
    _zero("float32"),
    _zero("bfloat16"),
)
