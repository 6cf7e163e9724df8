"""The operations of a runtime sequence that name channels and registers, each with its own syntax.

As documented at https://xilinx.github.io/mlir-aie/AIEXDialect.html; spellings of older releases are
read, too. What newer releases hand over as a value, older ones have as an attribute.
"""

from __future__ import annotations

from xdsl.dialects.builtin import StringAttr, SymbolRefAttr
from xdsl.ir import Attribute, Operation, SSAValue
from xdsl.parser import Parser

from tilescope.designs.mlir.lower_ops import channel_of, known_value, word
from tilescope.designs.mlir.operation import INDEX, Reader, define, index, make, plain, values
from tilescope.designs.mlir.types import numbers


def _types(parser: Parser) -> None:
    """`: i32, i32`, which say nothing new."""
    if parser.parse_optional_punctuation(":"):
        parser.parse_comma_separated_list(parser.Delimiter.NONE, parser.parse_type)


def _configure(cls: type[Operation], parser: Parser) -> Operation:
    """`(%tile, MM2S, 0) { ... } {issue_token = true}`."""
    found: dict[str, Attribute] = {}
    parser.parse_punctuation("(")
    tile = channel_of(parser, found)
    parser.parse_punctuation(")")
    region = parser.parse_region()
    return make(cls, parser, found, tile, [INDEX], [region])


def _configuration(cls: type[Operation], parser: Parser) -> Operation:
    """`@device { ... }`: what is done with an array once it is configured."""
    found: dict[str, Attribute] = {"symbol": SymbolRefAttr(parser.parse_symbol_name())}
    return make(cls, parser, found, regions=[parser.parse_region()])


def _start(cls: type[Operation], parser: Parser) -> Operation:
    """`(%task)`, perhaps with `repeat %n : i32`."""
    found: dict[str, Attribute] = {}
    operands = values(parser)
    if parser.parse_optional_keyword("repeat"):
        number = parser.parse_optional_integer(allow_boolean=False)
        if number is None:
            operands.append(known_value(parser))
            found["repeats"] = numbers([1])
        else:
            found["repeat_count"] = numbers([number])
        if parser.parse_optional_punctuation(":"):
            parser.parse_type()
    return make(cls, parser, found, operands)


def _register(cls: type[Operation], parser: Parser) -> Operation:
    """`{address = 1 : ui32, value = 2 : ui32}`, or `(%address, %value) : i32, i32`."""
    operands: list[SSAValue] = []
    if parser.parse_optional_punctuation("("):
        while True:
            operands.append(known_value(parser))
            if not parser.parse_optional_punctuation(","):
                break
        parser.parse_punctuation(")")
    op = make(cls, parser, {}, operands)
    _types(parser)
    return op


def _push_queue(cls: type[Operation], parser: Parser) -> Operation:
    """`(0, 0, MM2S : 0) {bd_id = 1 : i32, ...}`, or with `bd_id %b repeat %n`."""
    parser.parse_punctuation("(")
    column = parser.parse_integer(allow_boolean=False)
    parser.parse_punctuation(",")
    row = parser.parse_integer(allow_boolean=False)
    parser.parse_punctuation(",")
    found: dict[str, Attribute] = {"channel_dir": StringAttr(word(parser))}
    parser.parse_punctuation(":")
    channel = parser.parse_integer(allow_boolean=False)
    parser.parse_punctuation(")")
    found |= {"place": numbers([column, row]), "channel_index": numbers([channel])}
    operands: list[SSAValue] = []
    for key in ("bd_id", "repeat"):
        if parser.parse_optional_keyword(key):
            operands.append(known_value(parser))
    op = make(cls, parser, found, operands)
    _types(parser)
    return op


def _rtp_write(cls: type[Operation], parser: Parser) -> Operation:
    """`(@buffer, 0, 8)`, `(@buffer, 0 : ui32, %n) : i32`, older `(column, row, 0, 8)`."""
    found: dict[str, Attribute] = {}
    operands: list[SSAValue] = []
    given: list[int] = []

    def one() -> None:
        if (name := parser.parse_optional_symbol_name()) is not None:
            found["buffer"] = SymbolRefAttr(name)
        elif (number := parser.parse_optional_integer(allow_boolean=False)) is not None:
            given.append(number)
            if parser.parse_optional_punctuation(":"):
                parser.parse_type()
        else:
            operands.append(known_value(parser))

    parser.parse_comma_separated_list(parser.Delimiter.PAREN, one)
    found["numbers"] = numbers(given)
    op = make(cls, parser, found, operands)
    _types(parser)
    return op


def _set_lock(cls: type[Operation], parser: Parser) -> Operation:
    """`(%lock, 1)`."""
    parser.parse_punctuation("(")
    operands = [index(parser)]
    parser.parse_punctuation(",")
    number = parser.parse_optional_integer(allow_boolean=False)
    found: dict[str, Attribute] = {}
    if number is None:
        operands.append(known_value(parser))
    else:
        found["value"] = numbers([number])
    parser.parse_punctuation(")")
    return make(cls, parser, found, operands)


_READERS: dict[str, Reader | None] = {
    "aiex.configure": _configuration,
    "aiex.dma_configure_task": _configure,
    "aiex.dma_start_task": _start,
    "aiex.npu.sync": _register,
    "aiex.npu.write32": _register,
    "aiex.npu.maskwrite32": _register,
    "aiex.npu.blockwrite": _register,
    "aiex.npu.address_patch": _register,
    "aiex.npu.writebd": _register,
    "aiex.npu.preempt": plain,
    "aiex.npu.load_pdi": plain,
    "aiex.npu.push_queue": _push_queue,
    "aiex.npu.rtp_write": _rtp_write,
    "aiex.set_lock": _set_lock,
}

SEQUENCE_OPERATIONS = define(_READERS)
