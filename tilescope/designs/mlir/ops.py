"""The operations of `aie` and `aiex` that tilescope reads, each with its own syntax.

As documented at https://xilinx.github.io/mlir-aie/AIEDialect.html and AIEXDialect.html; spellings
of older releases are read, too.
"""

from __future__ import annotations

from xdsl.dialects.builtin import ArrayAttr, StringAttr, SymbolRefAttr
from xdsl.ir import Attribute, Operation, SSAValue
from xdsl.parser import Parser

from tilescope.designs.mlir.lower_ops import (
    LOWER_OPERATIONS,
    initial_objects,
    known_value,
    packet_number,
)
from tilescope.designs.mlir.names import STAGED_LINK
from tilescope.designs.mlir.operation import (
    INDEX,
    Reader,
    define,
    index,
    make,
    on_values,
    plain,
    values,
)
from tilescope.designs.mlir.sequence_ops import SEQUENCE_OPERATIONS
from tilescope.designs.mlir.types import (
    numbers,
    parse_dims,
    parse_number,
    parse_numbers,
    parse_pads,
    parse_symbols,
)


def _device(cls: type[Operation], parser: Parser) -> Operation:
    parser.parse_punctuation("(")
    kind: dict[str, Attribute] = {"device": StringAttr(parser.parse_identifier())}
    parser.parse_punctuation(")")
    if name := parser.parse_optional_symbol_name():
        kind["sym_name"] = name
    return make(cls, parser, kind, regions=[parser.parse_region()])


def _tile(cls: type[Operation], parser: Parser) -> Operation:
    parser.parse_punctuation("(")
    column = parser.parse_integer(allow_boolean=False)
    parser.parse_punctuation(",")
    row = parser.parse_integer(allow_boolean=False)
    parser.parse_punctuation(")")
    place: dict[str, Attribute] = {"place": numbers([column, row])}
    return make(cls, parser, place, results=[INDEX])


def _logical_tile(cls: type[Operation], parser: Parser) -> Operation:
    """`<CoreTile>(?, 2)`: a tile of which a place may be left open."""

    def number() -> int:
        if parser.parse_optional_punctuation("?"):
            return -1
        return parser.parse_integer(allow_boolean=False, allow_negative=False)

    parser.parse_punctuation("<")
    found: dict[str, Attribute] = {"kind": StringAttr(parser.parse_identifier())}
    parser.parse_punctuation(">")
    parser.parse_punctuation("(")
    column = number()
    parser.parse_punctuation(",")
    found["place"] = numbers([column, number()])
    parser.parse_punctuation(")")
    return make(cls, parser, found, results=[INDEX])


def _allocate(cls: type[Operation], parser: Parser) -> Operation:
    """`@fifo (%tile)`."""
    found: dict[str, Attribute] = {"objFifo_name": SymbolRefAttr(parser.parse_symbol_name())}
    return make(cls, parser, found, values(parser))


def _objectfifo(cls: type[Operation], parser: Parser) -> Operation:
    found: dict[str, Attribute] = {"sym_name": parser.parse_symbol_name()}

    def end(words: tuple[str, str]) -> tuple[SSAValue, Attribute | None]:
        tile = index(parser)
        if parser.parse_optional_keyword_in(words):
            return tile, parse_dims(parser)
        return tile, None

    parser.parse_punctuation("(")
    producer, dims = end(("dimensionsToStream", "toStream"))
    if dims:
        found["dimensionsToStream"] = dims
    parser.parse_punctuation(",")
    ends = parser.parse_comma_separated_list(
        parser.Delimiter.BRACES, lambda: end(("dimensionsFromStream", "fromStream"))
    )
    if any(way is not None for _, way in ends):
        found["dimensionsFromStreamPerConsumer"] = ArrayAttr(
            [way if way is not None else ArrayAttr([]) for _, way in ends]
        )
    parser.parse_punctuation(",")
    at = parser.pos
    if parser.parse_optional_punctuation("["):
        parser._resume_from(at)
        found["elemNumber"] = numbers(parse_numbers(parser))
    else:
        found["elemNumber"] = numbers([parse_number(parser)])
    parser.parse_punctuation(")")
    found |= parser.parse_optional_attr_dict()
    parser.parse_punctuation(":")
    found["elemType"] = parser.parse_type()
    if parser.parse_optional_punctuation("="):
        found["initValues"] = initial_objects(parser, found["elemType"])
    return cls.create(operands=[producer, *(tile for tile, _ in ends)], attributes=found)


def _link(cls: type[Operation], parser: Parser) -> Operation:
    found: dict[str, Attribute] = {"fifoIns": parse_symbols(parser)}
    parser.parse_punctuation("->")
    found["fifoOuts"] = parse_symbols(parser)
    parser.parse_punctuation("(")
    if not parser.parse_optional_punctuation(")"):
        found["src_offsets"] = numbers(parse_numbers(parser))
        found["dst_offsets"] = numbers(parse_numbers(parser))
        parser.parse_punctuation(")")
    return make(cls, parser, found)


def _port(parser: Parser) -> dict[str, Attribute]:
    """`@fifo(Produce, 2)`."""
    name = parser.parse_symbol_name()
    parser.parse_punctuation("(")
    port = parser.parse_identifier()
    parser.parse_punctuation(",")
    size = parse_number(parser)
    parser.parse_punctuation(")")
    return {"objFifo_name": SymbolRefAttr(name), "port": StringAttr(port), "size": numbers([size])}


def _acquire(cls: type[Operation], parser: Parser) -> Operation:
    found = _port(parser)
    found |= parser.parse_optional_attr_dict()
    parser.parse_punctuation(":")
    return cls.create(result_types=[parser.parse_type()], attributes=found)


def _release(cls: type[Operation], parser: Parser) -> Operation:
    return make(cls, parser, _port(parser))


def _access(cls: type[Operation], parser: Parser) -> Operation:
    subview = parser.parse_unresolved_operand()
    index = parse_numbers(parser)
    found = {"index": numbers(index), **parser.parse_optional_attr_dict()}
    parser.parse_punctuation(":")
    held = parser.resolve_operand(subview, parser.parse_type())
    parser.parse_punctuation("->")
    result = parser.parse_type()
    return cls.create(operands=[held], result_types=[result], attributes=found)


def _core(cls: type[Operation], parser: Parser) -> Operation:
    tile = values(parser)
    region = parser.parse_region()
    return make(cls, parser, {}, tile, [INDEX], [region])


def _sequence(cls: type[Operation], parser: Parser) -> Operation:
    found: dict[str, Attribute] = {}
    if name := parser.parse_optional_symbol_name():
        found["sym_name"] = name
    arguments = parser.parse_comma_separated_list(parser.Delimiter.PAREN, parser.parse_argument)
    found["names"] = ArrayAttr([StringAttr(a.name.text[1:]) for a in arguments])
    return make(cls, parser, found, regions=[parser.parse_region(arguments)])


def _task_for(cls: type[Operation], parser: Parser) -> Operation:
    found: dict[str, Attribute] = {"alloc": SymbolRefAttr(parser.parse_symbol_name())}
    if parser.parse_optional_punctuation("("):
        found["packet"] = packet_number(parser)
        parser.parse_punctuation(")")
    region = parser.parse_region()
    return make(cls, parser, found, results=[INDEX], regions=[region])


def _dma_bd(cls: type[Operation], parser: Parser) -> Operation:
    """`(%b : memref<...>, offset, len, [dims])`, or `(%b : memref<...> offset = 0 len = 8 ...)`."""
    found: dict[str, Attribute] = {}
    parser.parse_punctuation("(")
    name = parser.parse_unresolved_operand()
    parser.parse_punctuation(":")
    buffer = parser.resolve_operand(name, parser.parse_type())
    for key in ("offset", "len"):
        if parser.parse_optional_punctuation(","):
            found[key] = numbers([parse_number(parser)])
    if parser.parse_optional_punctuation(","):
        found["dimensions"] = parse_dims(parser)
    if parser.parse_optional_punctuation(","):
        found["pad_dimensions"] = parse_pads(parser)
    if parser.parse_optional_punctuation(","):
        parser.parse_keyword("pad_value")
        parser.parse_punctuation("=")
        found["pad_value"] = numbers([parse_number(parser)])
    given: list[SSAValue] = []
    while key := parser.parse_optional_keyword_in(("offset", "len", "sizes", "strides")) or "":
        parser.parse_punctuation("=")
        plain = key in ("offset", "len")
        found[key], found[f"dynamic_{key}"] = _numbers_or_values(parser, given, plain=plain)
    if parser.parse_optional_keyword("pad"):
        found["pad_dimensions"] = parse_pads(parser)
    parser.parse_punctuation(")")
    return make(cls, parser, found, [buffer, *given])


def _numbers_or_values(
    parser: Parser, given: list[SSAValue], *, plain: bool = False
) -> tuple[Attribute, Attribute]:
    """`[1, %n]`, or where `plain` one alone: the numbers, and where the operands for others stand.

    Values are added to `given`, which follow an operation's first operand; -1 stands for a number.
    """
    places: list[int] = []

    def one() -> int:
        number = parser.parse_optional_integer(allow_boolean=False)
        if number is not None:
            places.append(-1)
            if parser.parse_optional_punctuation(":"):
                parser.parse_type()
            return number
        given.append(known_value(parser))
        places.append(len(given))
        return 0

    square = parser.Delimiter.SQUARE
    found = [one()] if plain else parser.parse_comma_separated_list(square, one)
    return numbers(found), numbers(places)


def _memcpy(cls: type[Operation], parser: Parser) -> Operation:
    """`(%b[offsets][sizes][strides])`, in older releases with x and y before the buffer."""
    parser.parse_punctuation("(")
    while parser.parse_optional_integer(allow_boolean=False) is not None:
        parser.parse_punctuation(",")
    name = parser.parse_unresolved_operand()
    found: dict[str, Attribute] = {}
    given: list[SSAValue] = []
    for key in ("offsets", "sizes", "strides"):
        found[f"static_{key}"], found[f"dynamic_{key}"] = _numbers_or_values(parser, given)
    if parser.parse_optional_punctuation(","):
        parser.parse_keyword("packet")
        parser.parse_punctuation("=")
        found["packet"] = packet_number(parser)
    parser.parse_punctuation(")")
    found |= parser.parse_optional_attr_dict()
    parser.parse_punctuation(":")
    buffer = parser.resolve_operand(name, parser.parse_type())
    return cls.create(operands=[buffer, *given], attributes=found)


_READERS: dict[str, Reader | None] = {
    "aie.device": _device,
    "aie.tile": _tile,
    "aie.logical_tile": _logical_tile,
    "aie.objectfifo.allocate": _allocate,
    "aie.objectfifo": _objectfifo,
    "aie.objectfifo.link": _link,
    "aie.objectfifo.acquire": _acquire,
    "aie.objectfifo.release": _release,
    "aie.objectfifo.subview.access": _access,
    "aie.core": _core,
    "aie.end": plain,
    "aie.runtime_sequence": _sequence,
    "aiex.runtime_sequence": _sequence,
    "aie.dma_bd": _dma_bd,
    "aiex.dma_configure_task_for": _task_for,
    "aiex.dma_await_task": on_values,
    "aiex.dma_free_task": on_values,
    "aiex.npu.dma_memcpy_nd": _memcpy,
    "aiex.npu.dma_wait": plain,
    STAGED_LINK: None,
}


OPERATIONS = (*define(_READERS), *LOWER_OPERATIONS, *SEQUENCE_OPERATIONS)
