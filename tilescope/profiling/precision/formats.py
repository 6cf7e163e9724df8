"""The formats that a product is tried in: what is asked for, and what the NPU runs for it."""

from __future__ import annotations

from dataclasses import dataclass

from tilescope.designs.mapping import ACCUMULATOR_DTYPES
from tilescope.errors import InputError
from tilescope.quantities.dtypes import canonical_dtype, is_integer

DEFAULT_FORMATS = "float32,bfloat16,bfloat16:bfloat16,float16,int8,int16"


@dataclass(frozen=True)
class Format:
    """One way to hold a product.

    asked: the dtype that was asked for; operands: what the kernels multiply; c_dtype: what C and
    its partial sums are held in; output: what the caller gets, float32 after dequantisation.
    """

    asked: str
    operands: str
    c_dtype: str
    output: str
    label: str

    @property
    def quantised(self) -> bool:
        """Whether the operands are whole numbers with scales."""
        return is_integer(self.operands)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know of how it runs."""
        if self.asked == "float16":
            return (
                "The NPU has no float16: the operands are rounded to it and run as float32 "
                "(emulated), C is rounded to it at the end; the conversions on the host are not in "
                "the time",
            )
        if self.quantised:
            return (
                "Quantised with a scale for each row of A and each column of B; quantising A and "
                "dequantising C on the host are not in the time, as no source times them",
            )
        return ()


def parse_formats(text: str, out_dtype: str | None = None) -> tuple[Format, ...]:
    """The formats of a list such as float32,bfloat16,bfloat16:bfloat16 (operands, then C).

    `out_dtype` is C's where a format names none; float16 has none to choose. Raises InputError for
    an unknown dtype, a C for float16, or a format twice.
    """
    formats = tuple(_format(part.strip(), out_dtype) for part in text.split(","))
    for one in formats:
        if formats.count(one) > 1:
            raise InputError(f"The format {one.label} is there twice in {text!r}.")
    return formats


def _format(text: str, out_dtype: str | None) -> Format:
    operands, colon, named = text.partition(":")
    asked = canonical_dtype(operands)
    c_dtype = named if colon else out_dtype
    if asked == "float16":
        if colon:
            raise InputError(f"float16 runs as float32 on the NPU, so {text!r} has no C to choose.")
        return Format(asked, "float32", "float32", "float16", "float16")
    held = ACCUMULATOR_DTYPES[asked] if c_dtype is None else canonical_dtype(c_dtype)
    output = "float32" if is_integer(asked) else held
    label = asked if held == ACCUMULATOR_DTYPES[asked] else f"{asked}:{held}"
    return Format(asked, asked, held, output, label)
