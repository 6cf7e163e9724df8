"""Which of our kernels stands for the one that a row was measured with."""

from __future__ import annotations

from tilescope.errors import InputError
from tilescope.evidence.model import Model
from tilescope.evidence.records import Row
from tilescope.kernels.catalog import find_kernel
from tilescope.kernels.contract import Kernel
from tilescope.quantities.dtypes import CANONICAL


def product_kernel(row: Row, model: Model) -> tuple[Kernel, tuple[str, ...]]:
    """The product kernel of a row's types, and what had to be assumed.

    Raises InputError where the row leaves its types open or no kernel has them.
    """
    for name, dtype in (("operands", row.dtype_in), ("C", output_dtype(row))):
        if dtype not in CANONICAL:
            raise InputError(f"no kernel takes {name} of {dtype or 'an unknown type'}")
    assumed: tuple[str, ...] = ()
    if not row.dtype_out:
        assumed = (f"C in {output_dtype(row)}",)
    return find_kernel("linear_matmul", row.dtype_in, dtype_out=output_dtype(row)), assumed


def output_dtype(row: Row) -> str:
    """The type of C: the row's, or that of the operands where the row does not say."""
    return row.dtype_out or row.dtype_in
