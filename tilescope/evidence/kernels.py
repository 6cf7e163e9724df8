"""Which of our kernels stands for the one that a row was measured with."""

from __future__ import annotations

from tilescope.errors import InputError
from tilescope.evidence.model import Model
from tilescope.evidence.records import Row
from tilescope.evidence.scaling import scaled
from tilescope.kernels.catalog import find_kernel
from tilescope.kernels.contract import Kernel
from tilescope.quantities.dtypes import CANONICAL

GENERATED_FORMS = ("direct",)
OWN_KERNELS = {"mlir-air-registry": "mlir-air", "mlir-air-profiles": "mlir-air"}
"""Publishers whose products do not call mlir-aie's kernels or ones tuned like them."""
TOOLCHAINS = {"peano": "peano", "chess": "chess", "hand": "chess"}
"""Our toolchain by a row's compiler; a kernel written by hand counts as one of chess."""
DEFAULT_TOOLCHAIN = "peano"
CAST_AFTER = "fused-cast"
"""Products whose C is cast by a launch of its own."""


def product_kernel(row: Row, model: Model) -> tuple[Kernel, tuple[str, ...]]:
    """The product kernel of a row's types, and what had to be assumed.

    Its cost is that of the row's toolchain, multiplied by what was fitted for it. Raises
    InputError where the row leaves its types open or no kernel has them.
    """
    for name, dtype in (("operands", row.dtype_in), ("C", output_dtype(row))):
        if dtype not in CANONICAL:
            raise InputError(f"no kernel takes {name} of {dtype or 'an unknown type'}")
    assumed: tuple[str, ...] = ()
    if not row.dtype_out:
        assumed = (f"C in {output_dtype(row)}",)
    toolchain = TOOLCHAINS.get(row.origin.compiler, DEFAULT_TOOLCHAIN)
    if row.origin.compiler not in TOOLCHAINS:
        assumed = (*assumed, f"compiled by {toolchain}")
    kernel = find_kernel(
        "linear_matmul",
        row.dtype_in,
        emulation=row.arithmetic or None,
        dtype_out=output_dtype(row),
        generation=model.device(row.device).generation,
    ).compiled_by(toolchain)
    return scaled(kernel, model.kernel_factor(row.device, kernel_kind(row))), assumed


def kernel_kind(row: Row) -> str:
    """Toolchain and kind of a row's product kernel: `peano bfloat16`, `chess int8`.

    The kernels of a publisher with its own, and code that a compiler generated from loops, are
    kinds of their own: `peano bfloat16 bfp16 mlir-air generated`.
    """
    parts = [row.origin.compiler, row.dtype_in, row.arithmetic, OWN_KERNELS.get(row.source.name)]
    if row.form in GENERATED_FORMS:
        parts.append("generated")
    return " ".join(part for part in parts if part)


def output_dtype(row: Row) -> str:
    """The type that the product writes C in.

    The row's, or that of the operands where the row does not say, or what a later launch casts.
    """
    if row.form == CAST_AFTER:
        return row.dtype_acc or "float32"
    return row.dtype_out or row.dtype_in
