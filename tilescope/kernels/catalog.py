"""Every kernel there is, and the one that does what is asked for."""

from __future__ import annotations

from tilescope.errors import InputError
from tilescope.kernels.contract import Kernel
from tilescope.kernels.linear import KERNELS
from tilescope.quantities.dtypes import canonical_dtype
from tilescope.quantities.names import unknown_name

EMULATIONS = ("safe", "fast", "low")
VARIANTS = ("vector", "scalar")


def all_kernels() -> tuple[Kernel, ...]:
    """Every contract, in the order of the host's table."""
    return KERNELS


def find_kernel(
    name: str,
    dtype: str,
    variant: str = "vector",
    emulation: str = "safe",
    dtype_out: str | None = None,
) -> Kernel:
    """The kernel of a name and an input dtype.

    `emulation` matters to the float32 vector product alone. `dtype_out` is the input's dtype
    unless said otherwise. Raises InputError, saying what there is instead.
    """
    wanted = canonical_dtype(dtype)
    result = canonical_dtype(dtype_out) if dtype_out else wanted
    named = [kernel for kernel in KERNELS if kernel.name == name]
    if not named:
        raise unknown_name("kernel", name, dict.fromkeys(kernel.name for kernel in KERNELS))
    if variant not in VARIANTS:
        raise unknown_name("kernel variant", variant, VARIANTS)
    if emulation not in EMULATIONS:
        raise unknown_name("float32 emulation", emulation, EMULATIONS)
    found = [
        kernel
        for kernel in named
        if (kernel.dtype_in, kernel.dtype_out, kernel.variant) == (wanted, result, variant)
        and kernel.emulation in (None, emulation)
    ]
    if not found:
        raise InputError(_refusal(name, wanted, result, variant, named))
    return found[0]


def _refusal(name: str, dtype: str, dtype_out: str, variant: str, named: list[Kernel]) -> str:
    """Why there is no such kernel and what to use."""
    if dtype == "float16":
        return (
            "The NPU has no float16; use bfloat16 (the same size, a wider range, fewer digits) "
            "or float32."
        )
    of_dtype = [kernel for kernel in named if kernel.dtype_in == dtype]
    if not of_dtype:
        dtypes = ", ".join(dict.fromkeys(kernel.dtype_in for kernel in named))
        return f"There is no {dtype} kernel for {name}; there is {dtypes}."
    variants = tuple(dict.fromkeys(kernel.variant for kernel in of_dtype))
    if variant not in variants:
        return (
            f"{name} has no {variant} kernel for {dtype}; use the {variants[0]} kernel, or "
            f"another dtype."
        )
    outputs = ", ".join(dict.fromkeys(kernel.dtype_out for kernel in of_dtype))
    return f"{name} of {dtype} gives {outputs}, not {dtype_out}."
