"""Every kernel there is, and the one that does what is asked for."""

from __future__ import annotations

from tilescope.errors import InputError
from tilescope.kernels.contract import GENERATIONS, Kernel
from tilescope.kernels.linear import KERNELS
from tilescope.quantities.dtypes import canonical_dtype, is_integer
from tilescope.quantities.names import unknown_name

FLOAT32_EMULATIONS = ("safe", "fast", "low")
BFLOAT16_EMULATIONS = ("bfp16", "native")
EMULATIONS = (*FLOAT32_EMULATIONS, *BFLOAT16_EMULATIONS)
VARIANTS = ("vector", "scalar")
B_LAYOUTS = ("row", "column")


def all_kernels() -> tuple[Kernel, ...]:
    """Every contract, in the order of the host's table."""
    return KERNELS


def find_kernel(
    name: str,
    dtype: str,
    variant: str = "vector",
    emulation: str | None = None,
    dtype_out: str | None = None,
    *,
    generation: str = "aie2",
    b_layout: str = "row",
) -> Kernel:
    """The kernel of a name and an input dtype, for a compiler target (aie2 or aie2p).

    `emulation` says how float32 is made of bfloat16 (safe if not given, fast, low), and how aie2p
    multiplies bfloat16 (bfp16 if not given, native); the others' words change nothing. Where
    `dtype_out` is not given, products of whole numbers give int32 and everything else its input's
    dtype. `b_layout` column takes the blocks of B transposed; only vector products have it.
    Raises InputError, saying what there is instead.
    """
    wanted = canonical_dtype(dtype)
    result = canonical_dtype(dtype_out) if dtype_out else default_output(name, wanted)
    named = [kernel for kernel in KERNELS if kernel.name == name]
    if not named:
        raise unknown_name("kernel", name, dict.fromkeys(kernel.name for kernel in KERNELS))
    for kind, choice, choices in (
        ("kernel variant", variant, VARIANTS),
        ("emulation", emulation or "safe", EMULATIONS),
        ("generation", generation, GENERATIONS),
        ("layout of B", b_layout, B_LAYOUTS),
    ):
        if choice not in choices:
            raise unknown_name(kind, choice, choices)
    ways = _ways(wanted, emulation, generation)
    there = [kernel for kernel in named if generation in kernel.generations]
    found = [
        kernel
        for kernel in there
        if (kernel.dtype_in, kernel.dtype_out, kernel.variant) == (wanted, result, variant)
        and kernel.emulation in ways
        and kernel.b_layout == b_layout
    ]
    if not found:
        raise InputError(_refusal(name, wanted, result, variant, b_layout, there))
    return found[0]


def default_output(name: str, dtype: str) -> str:
    """The dtype of C where nobody says: int32 for products of whole numbers, else the input's."""
    return "int32" if name == "linear_matmul" and is_integer(dtype) else dtype


def _ways(dtype: str, emulation: str | None, generation: str) -> tuple[str | None, ...]:
    """What a kernel's emulation may be. Raises InputError for a way that the dtype has not."""
    if dtype == "float32":
        if emulation in BFLOAT16_EMULATIONS:
            raise InputError(
                f"float32 is emulated {', '.join(FLOAT32_EMULATIONS)}; {emulation} is a way of "
                "bfloat16 on aie2p."
            )
        return None, emulation or "safe"
    if dtype == "bfloat16" and generation == "aie2p":
        return None, emulation if emulation in BFLOAT16_EMULATIONS else "bfp16"
    if emulation == "bfp16":
        raise InputError(
            f"bfp16 is a way of bfloat16 on aie2p, not of {dtype} on {generation}, which "
            "multiplies it as it is."
        )
    return (None,)


def _refusal(
    name: str, dtype: str, dtype_out: str, variant: str, b_layout: str, named: list[Kernel]
) -> str:
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
    outputs = dict.fromkeys(kernel.dtype_out for kernel in of_dtype)
    if dtype_out not in outputs:
        return f"{name} of {dtype} gives {', '.join(outputs)}, not {dtype_out}."
    return f"{name} has no {variant} {dtype} kernel for B by {b_layout}s; use the other layout."
