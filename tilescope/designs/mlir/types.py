"""Types and attributes of MLIR-AIE, and the lists that its own syntax writes."""

from __future__ import annotations

import re

from xdsl.dialects.builtin import (
    ArrayAttr,
    IntegerAttr,
    StringAttr,
    SymbolRefAttr,
    UnregisteredAttr,
    i64,
)
from xdsl.ir import Attribute, ParametrizedAttribute, TypeAttribute
from xdsl.irdl import irdl_attr_definition, param_def
from xdsl.parser import Parser

Dims = list[tuple[int, int]]

PAD = re.compile(r"<\s*const_pad_before\s*=\s*(\d+)\s*,\s*const_pad_after\s*=\s*(\d+)\s*>")
LEVEL = re.compile(r"<\s*size\s*=\s*(\d+)\s*,\s*stride\s*=\s*(\d+)\s*>")


@irdl_attr_definition
class ObjectFifoType(ParametrizedAttribute, TypeAttribute):
    """A FIFO of objects of one type."""

    name = "aie.objectfifo"
    element: Attribute = param_def()


@irdl_attr_definition
class SubviewType(ParametrizedAttribute, TypeAttribute):
    """Objects of a FIFO that a core holds."""

    name = "aie.objectfifosubview"
    element: Attribute = param_def()


TYPES: tuple[type[Attribute], ...] = (ObjectFifoType, SubviewType)


def numbers(values: list[int]) -> ArrayAttr[Attribute]:
    """Whole numbers as an attribute."""
    return ArrayAttr([IntegerAttr(value, i64) for value in values])


def parse_numbers(parser: Parser) -> list[int]:
    """`[1, 2]`, each perhaps with its type."""
    return parser.parse_comma_separated_list(parser.Delimiter.SQUARE, lambda: parse_number(parser))


def parse_number(parser: Parser) -> int:
    """`2` or `2 : i32`."""
    value = parser.parse_integer(allow_boolean=False)
    if parser.parse_optional_punctuation(":"):
        parser.parse_type()
    return value


def parse_symbols(parser: Parser) -> ArrayAttr[Attribute]:
    """`[@a, @b]`."""
    names = parser.parse_comma_separated_list(parser.Delimiter.SQUARE, parser.parse_symbol_name)
    return ArrayAttr([SymbolRefAttr(name) for name in names])


def parse_dims(parser: Parser) -> ArrayAttr[Attribute]:
    """`[<size = 2, stride = 3>, ...]`, the outermost level first."""
    return _parse_levels(parser, ("size", "stride"), negative=True)


def parse_pads(parser: Parser) -> ArrayAttr[Attribute]:
    """`[<const_pad_before = 2, const_pad_after = 1>, ...]`, the outermost level first."""
    return _parse_levels(parser, ("const_pad_before", "const_pad_after"), negative=False)


def _parse_levels(parser: Parser, keys: tuple[str, ...], *, negative: bool) -> ArrayAttr[Attribute]:
    def level() -> Attribute:
        values = []
        parser.parse_punctuation("<")
        for place, key in enumerate(keys):
            if place:
                parser.parse_punctuation(",")
            parser.parse_keyword(key)
            parser.parse_punctuation("=")
            values.append(parser.parse_integer(allow_boolean=False, allow_negative=negative))
        parser.parse_punctuation(">")
        return numbers(values)

    return ArrayAttr(parser.parse_comma_separated_list(parser.Delimiter.SQUARE, level))


def read_pads(attribute: Attribute | None) -> Dims | None:
    """Elements before and after each level in either syntax; None where the attribute is none."""
    if isinstance(attribute, UnregisteredAttr):  # #aie<bd_pad_layout_array[<const_pad_before ...>]>
        return [(int(one), int(two)) for one, two in PAD.findall(attribute.value.data)]
    if isinstance(attribute, IntegerAttr) and not attribute.value.data:
        return []
    return read_dims(attribute)


def read_dims(attribute: Attribute | None) -> Dims | None:
    """The levels of a walk in either syntax; None where the attribute is none."""
    if attribute is None:
        return []
    if isinstance(attribute, UnregisteredAttr):  # #aie<bd_dim_layout_array[<size = 2, ...>]>
        return [(int(size), int(stride)) for size, stride in LEVEL.findall(attribute.value.data)]
    if isinstance(attribute, ArrayAttr):
        levels = [read_numbers(level) for level in attribute.data]
        if all(level is not None and len(level) == 2 for level in levels):
            return [(level[0], level[1]) for level in levels if level is not None]
    return None


def read_numbers(attribute: Attribute | None) -> list[int] | None:
    """Whole numbers of an array attribute, of one number or of none; None for anything else."""
    from xdsl.dialects.builtin import DenseArrayBase

    if attribute is None:
        return []
    if isinstance(attribute, IntegerAttr):
        return [attribute.value.data]
    if isinstance(attribute, DenseArrayBase):
        return [int(value) for value in attribute.get_values()]
    if isinstance(attribute, ArrayAttr) and all(isinstance(a, IntegerAttr) for a in attribute.data):
        return [a.value.data for a in attribute.data if isinstance(a, IntegerAttr)]
    return None


def read_number(attribute: Attribute | None) -> int | None:
    """One whole number, or None."""
    return attribute.value.data if isinstance(attribute, IntegerAttr) else None


def read_text(attribute: Attribute | None) -> str | None:
    """The text of a string or a symbol, or None."""
    if isinstance(attribute, StringAttr):
        return attribute.data
    if isinstance(attribute, SymbolRefAttr):
        return attribute.root_reference.data
    return None


def read_texts(attribute: Attribute | None) -> list[str] | None:
    """The texts of an array of strings or symbols; None for anything else."""
    if not isinstance(attribute, ArrayAttr):
        return None
    found = [read_text(one) for one in attribute.data]
    return [text for text in found if text is not None] if None not in found else None
