"""The contracts of the product kernels: cc/linear_matmul_*.cc, one entry for each function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tilescope.kernels import references, tolerances, whole_numbers
from tilescope.kernels.contract import Kernel, Operand, Role
from tilescope.kernels.costs import ScalarMatmul
from tilescope.kernels.loop_rates import loop_rates
from tilescope.kernels.matmul_costs import BlockedMatmul

_BFLOAT16_COST = (
    "An mmul a cycle, and 28 cycles for each 16×16 of C as derived from arXiv 2512.13282's "
    "measured bfloat16 kernels."
)
_INT8_COST = (
    "An mmul a cycle; each 16×16 of C adds 7 cycles of pipeline and C's way in and out by one port "
    "each. Chess's tuned kernels, as measured in arXiv 2512.13282, come within 10 % of that; "
    "Peano's loop takes twice the interval and 51 cycles of pipeline."
)
_INT16_COST = (
    "An mmul a cycle; each 8×8 of C adds 7 cycles of pipeline and C's way in and out by one port "
    "each: 2528 cycles for 64×64×32 on aie2, where mlir-aie's guide measures 2535."
)
_INT16_AIE2P_COST = "An estimate: as on aie2, with a 4×4×8 mmul a cycle, which no source confirms."
_INT32_COST = (
    "An estimate: the manual's 16 MACs a cycle on aie2, twice that on aie2p by analogy, and 7 "
    "cycles of pipeline and C's way in and out for each 8×8 of C; no such kernel was measured."
)
_BFP16_COST = (
    "An 8×8×8 mmul a cycle and 2 cycles to convert each operand block; each 16×16 of C adds 10 "
    "cycles in Peano's code, as traced in Npu-Embeddings, or with chess 7 and C's way in and out, "
    "within 10 % of arXiv 2512.13282's kernels."
)
_NATIVE_COST = (
    "8 element-wise MACs for each 4×8×8 mmul; each 8×16 of C adds 7 cycles of pipeline and C's way "
    "in and out: within 8 % of the two tiles traced in Npu-Embeddings, 25 and 29 MAC/cycle."
)
_EMULATED_COST = (
    "An estimate: {macs} bfloat16 MACs and {split} vector slots of splitting for each mmul, read "
    "in llvm-aie's emulation ({rate} MAC/cycle at best with the splitting hoisted); the only "
    "measured float32 kernel of this kind, a matrix-vector product, reached 0.37 MAC/cycle. On "
    "aie2p each of those MACs is made of element-wise ones."
)
_SCALAR_COST = (
    "An estimate of low confidence: about 310 cycles for each soft-float multiply and add, "
    "160 to 350, from the slopes of two measured kernels that are mostly such calls."
)
_BY_COLUMNS_COST = (
    " By columns the blocks of B are transposed by shuffles beside the MACs, as many cycles: no "
    "source has other figures."
)

# MACs, splitting slots and the best rate of each emulation.
_EMULATION = {"safe": (9, 8, 14.2), "fast": (6, 8, 21.3), "low": (3, 4, 42.7)}

SHIFTS = {("int8", "int16"): 5, ("int8", "int8"): 13, ("int16", "int16"): 11}
"""What a narrow C is shifted by, as cc/linear_blocks.h has it.

Products of what `ranges.input_range` gives at K = 3072 then reach C's ends at 3.4 standard
deviations or more.
"""


def _operands(
    dtype: str, dtype_out: str, block: tuple[int, int, int] | None
) -> tuple[Operand, ...]:
    a, b, c = (block[:2], block[1:], (block[0], block[2])) if block else (None, None, None)
    return (
        Operand("a", Role.IN, dtype, "m", "k", a),
        Operand("b", Role.IN, dtype, "k", "n", b),
        Operand("c", Role.INOUT, dtype_out, "m", "n", c),
    )


def _kernel(
    symbol: str,
    source: str,
    summary: str,
    cost: Callable[[str], BlockedMatmul],
    error_model: tolerances.ErrorModel,
    generations: tuple[str, ...],
    emulation: str | None = None,
) -> Kernel:
    """The contract of a vector product of floats; `cost` is by toolchain."""
    peano = cost("peano")
    return Kernel(
        name="linear_matmul",
        symbol=symbol,
        source=f"cc/linear_matmul_{source}.cc",
        summary=summary,
        dtype_in=peano.dtype,
        dtype_out=peano.dtype_out,
        variant="vector",
        emulation=emulation,
        block=peano.block,
        operands=_operands(peano.dtype, peano.dtype_out, peano.block),
        scalars=("m", "k", "n"),
        cost=peano,
        reference=references.matmul,
        error_model=error_model,
        generations=generations,
        other_cost=cost("chess"),
    )


def _bfloat16(dtype_out: str) -> Kernel:
    suffix = "" if dtype_out == "bfloat16" else f"_{dtype_out}"

    def cost(toolchain: str) -> BlockedMatmul:
        rates = loop_rates(toolchain, "bfloat16")
        types = ("bfloat16", "bfloat16", dtype_out)
        return BlockedMatmul((4, 8, 4), (4, 4), *types, rates, False, _BFLOAT16_COST)

    return _kernel(
        f"linear_matmul_bfloat16{suffix}",
        "bfloat16",
        f"C += A·B, bfloat16 operands, {dtype_out} C",
        cost,
        tolerances.bfloat16_product(dtype_out),
        ("aie2",),
    )


def _bfloat16_aie2p(dtype_out: str, emulation: str) -> Kernel:
    suffix = "" if dtype_out == "bfloat16" else f"_{dtype_out}"
    by_bfp16 = emulation == "bfp16"
    rate, note = ("bfp16", _BFP16_COST) if by_bfp16 else ("bfloat16", _NATIVE_COST)
    block = (8, 8, 8) if by_bfp16 else (4, 8, 8)
    model = tolerances.bfp16_product if by_bfp16 else tolerances.bfloat16_product

    def cost(toolchain: str) -> BlockedMatmul:
        rates = loop_rates(toolchain, emulation)
        return BlockedMatmul(block, (2, 2), rate, "bfloat16", dtype_out, rates, False, note)

    way = "by way of bfp16" if by_bfp16 else "by element-wise MACs"
    return _kernel(
        f"linear_matmul_bfloat16{suffix}_{emulation}",
        "bfloat16",
        f"C += A·B {way}, {dtype_out} C",
        cost,
        model(dtype_out),
        ("aie2p",),
        emulation,
    )


def _emulated(emulation: str) -> Kernel:
    macs, split, rate = _EMULATION[emulation]
    note = _EMULATED_COST.format(macs=macs, split=split, rate=rate)

    def cost(toolchain: str) -> BlockedMatmul:
        rates = loop_rates(toolchain, "bfloat16")
        types = ("bfloat16", "float32", "float32")
        return BlockedMatmul((4, 8, 4), (4, 4), *types, rates, True, note, macs, split)

    return _kernel(
        f"linear_matmul_float32_{emulation}",
        "float32",
        f"C += A·B, float32 made of {macs} bfloat16 MACs",
        cost,
        tolerances.emulated_product(emulation),
        ("aie2", "aie2p"),
        emulation,
    )


_SCALAR = Kernel(
    name="linear_matmul",
    symbol="linear_matmul_float32_scalar",
    source="cc/linear_matmul_float32_scalar.cc",
    summary="C += A·B, scalar float32 on row-major matrices",
    dtype_in="float32",
    dtype_out="float32",
    variant="scalar",
    emulation=None,
    block=None,
    operands=_operands("float32", "float32", None),
    scalars=("m", "k", "n"),
    cost=ScalarMatmul(310, True, _SCALAR_COST),
    reference=references.matmul,
    error_model=tolerances.scalar_product,
)


def _whole(
    dtype: str,
    dtype_out: str,
    block: tuple[int, int, int],
    blocking: tuple[int, int],
    note: str,
    generations: tuple[str, ...],
) -> Kernel:
    suffix = "_aie2p" if generations == ("aie2p",) else ""
    shift = SHIFTS.get((dtype, dtype_out), 0)
    kind = "int8" if dtype == "int8" else "integer"
    estimated = note.startswith("An estimate")

    def cost(toolchain: str) -> BlockedMatmul:
        rates = loop_rates(toolchain, kind)
        return BlockedMatmul(block, blocking, dtype, dtype, dtype_out, rates, estimated, note)

    units = f" in units of 2^{shift}, saturated" if shift else ""
    kernel = _kernel(
        f"linear_matmul_{dtype}_{dtype_out}{suffix}",
        dtype,
        f"C += A·B, {dtype_out} C{units}",
        cost,
        tolerances.exact,
        generations,
    )
    return replace(kernel, shift=shift, reference=whole_numbers.matmul(dtype, dtype_out, shift))


def _with_columns(kernel: Kernel) -> tuple[Kernel, Kernel]:
    """The kernel and its twin that takes the blocks of B transposed."""
    a, b, c = kernel.operands
    costs = [
        replace(cost, note=cost.note + _BY_COLUMNS_COST)
        for cost in (kernel.cost, kernel.other_cost)
        if isinstance(cost, BlockedMatmul)
    ]
    units = f", C in units of 2^{kernel.shift}" if kernel.shift else ""
    twin = replace(
        kernel,
        symbol=f"{kernel.symbol}_bt",
        summary=f"C += A·B, B by columns{units}",
        operands=(a, replace(b, transposed=True), c),
        b_layout="column",
        cost=costs[0],
        other_cost=costs[1],
    )
    return kernel, twin


_AIE2, _AIE2P, _BOTH = ("aie2",), ("aie2p",), ("aie2", "aie2p")
_VECTOR = (
    *(_bfloat16(out) for out in ("bfloat16", "float32")),
    *(_bfloat16_aie2p(o, e) for e in ("bfp16", "native") for o in ("bfloat16", "float32")),
    *(_emulated(emulation) for emulation in _EMULATION),
    *(_whole("int8", o, (4, 8, 8), (4, 2), _INT8_COST, _AIE2) for o in ("int32", "int16", "int8")),
    *(_whole("int16", o, (4, 4, 4), (2, 2), _INT16_COST, _AIE2) for o in ("int32", "int16")),
    *(_whole("int8", o, (8, 8, 8), (2, 2), _INT8_COST, _AIE2P) for o in ("int32", "int16", "int8")),
    *(_whole("int16", o, (4, 4, 8), (2, 2), _INT16_AIE2P_COST, _AIE2P) for o in ("int32", "int16")),
    _whole("int32", "int32", (4, 2, 4), (2, 2), _INT32_COST, _BOTH),
)
MATMULS = (*(twin for kernel in _VECTOR for twin in _with_columns(kernel)), _SCALAR)
