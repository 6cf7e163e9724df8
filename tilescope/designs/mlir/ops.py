"""The operations of `aie` and `aiex` that tilescope reads, each with its own syntax.

As documented at https://xilinx.github.io/mlir-aie/AIEDialect.html and AIEXDialect.html; spellings
of older releases are read, too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from xdsl.dialects.builtin import ArrayAttr, IndexType, StringAttr, SymbolRefAttr
from xdsl.ir import Attribute, Operation, Region, SSAValue
from xdsl.irdl import traits_def
from xdsl.parser import Parser

from tilescope.designs.mlir.names import STAGED_LINK
from tilescope.designs.mlir.types import (
    numbers,
    parse_dims,
    parse_number,
    parse_numbers,
    parse_symbols,
)

INDEX = IndexType()


class AieOperation(Operation):
    """Any operation of MLIR-AIE; its syntax is that of its class."""

    traits = traits_def()
    reader: ClassVar[Callable[[type[Operation], Parser], Operation] | None] = None

    @classmethod
    def parse(cls, parser: Parser) -> Operation:  # type: ignore[override]
        """The operation in its own syntax."""
        if cls.reader is None:
            parser.raise_error(f"{cls.name} is read in the generic syntax only")
        return cls.reader(cls, parser)


def _make(
    cls: type[Operation],
    parser: Parser,
    attributes: dict[str, Attribute],
    operands: list[SSAValue] | None = None,
    results: list[Attribute] | None = None,
    regions: list[Region] | None = None,
) -> Operation:
    """The operation, with the dictionary that may stand at its end."""
    return cls.create(
        operands=operands or [],
        result_types=results or [],
        regions=regions or [],
        attributes={**parser.parse_optional_attr_dict(), **attributes},
    )


def _index(parser: Parser) -> SSAValue:
    """A tile, a core or a task: its value is an index."""
    return parser.resolve_operand(parser.parse_unresolved_operand(), INDEX)


def _values(parser: Parser) -> list[SSAValue]:
    return parser.parse_comma_separated_list(parser.Delimiter.PAREN, lambda: _index(parser))


def _device(cls: type[Operation], parser: Parser) -> Operation:
    parser.parse_punctuation("(")
    kind: dict[str, Attribute] = {"device": StringAttr(parser.parse_identifier())}
    parser.parse_punctuation(")")
    if name := parser.parse_optional_symbol_name():
        kind["sym_name"] = name
    return _make(cls, parser, kind, regions=[parser.parse_region()])


def _tile(cls: type[Operation], parser: Parser) -> Operation:
    parser.parse_punctuation("(")
    column = parser.parse_integer(allow_boolean=False)
    parser.parse_punctuation(",")
    row = parser.parse_integer(allow_boolean=False)
    parser.parse_punctuation(")")
    place: dict[str, Attribute] = {"place": numbers([column, row])}
    return _make(cls, parser, place, results=[INDEX])


def _objectfifo(cls: type[Operation], parser: Parser) -> Operation:
    found: dict[str, Attribute] = {"sym_name": parser.parse_symbol_name()}

    def end(words: tuple[str, str]) -> tuple[SSAValue, Attribute | None]:
        tile = _index(parser)
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
        found["initValues"] = parser.parse_attribute()
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
    return _make(cls, parser, found)


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
    return _make(cls, parser, _port(parser))


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
    tile = _values(parser)
    region = parser.parse_region()
    return _make(cls, parser, {}, tile, [INDEX], [region])


def _sequence(cls: type[Operation], parser: Parser) -> Operation:
    found: dict[str, Attribute] = {}
    if name := parser.parse_optional_symbol_name():
        found["sym_name"] = name
    arguments = parser.parse_comma_separated_list(parser.Delimiter.PAREN, parser.parse_argument)
    found["names"] = ArrayAttr([StringAttr(a.name.text[1:]) for a in arguments])
    return _make(cls, parser, found, regions=[parser.parse_region(arguments)])


def _task_for(cls: type[Operation], parser: Parser) -> Operation:
    found: dict[str, Attribute] = {"alloc": SymbolRefAttr(parser.parse_symbol_name())}
    region = parser.parse_region()
    return _make(cls, parser, found, results=[INDEX], regions=[region])


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
    while key := parser.parse_optional_keyword_in(("offset", "len", "sizes", "strides")) or "":
        parser.parse_punctuation("=")
        plain = key in ("offset", "len")
        found[key] = numbers([parse_number(parser)] if plain else parse_numbers(parser))
    parser.parse_punctuation(")")
    return _make(cls, parser, found, [buffer])


def _on_tasks(cls: type[Operation], parser: Parser) -> Operation:
    return _make(cls, parser, {}, _values(parser))


def _memcpy(cls: type[Operation], parser: Parser) -> Operation:
    """`(%b[offsets][sizes][strides])`, in older releases with x and y before the buffer."""
    parser.parse_punctuation("(")
    while parser.parse_optional_integer(allow_boolean=False) is not None:
        parser.parse_punctuation(",")
    name = parser.parse_unresolved_operand()
    found: dict[str, Attribute] = {
        key: numbers(parse_numbers(parser))
        for key in ("static_offsets", "static_sizes", "static_strides")
    }
    if parser.parse_optional_punctuation(","):
        parser.parse_keyword("packet")
        parser.parse_punctuation("=")
        found["packet"] = parser.parse_attribute()
    parser.parse_punctuation(")")
    found |= parser.parse_optional_attr_dict()
    parser.parse_punctuation(":")
    buffer = parser.resolve_operand(name, parser.parse_type())
    return cls.create(operands=[buffer], attributes=found)


def _plain(cls: type[Operation], parser: Parser) -> Operation:
    return _make(cls, parser, {})


_READERS: dict[str, Callable[[type[Operation], Parser], Operation] | None] = {
    "aie.device": _device,
    "aie.tile": _tile,
    "aie.objectfifo": _objectfifo,
    "aie.objectfifo.link": _link,
    "aie.objectfifo.acquire": _acquire,
    "aie.objectfifo.release": _release,
    "aie.objectfifo.subview.access": _access,
    "aie.core": _core,
    "aie.end": _plain,
    "aie.runtime_sequence": _sequence,
    "aiex.runtime_sequence": _sequence,
    "aie.dma_bd": _dma_bd,
    "aiex.dma_configure_task_for": _task_for,
    "aiex.dma_start_task": _on_tasks,
    "aiex.dma_await_task": _on_tasks,
    "aiex.dma_free_task": _on_tasks,
    "aiex.npu.dma_memcpy_nd": _memcpy,
    "aiex.npu.dma_wait": _plain,
    "aiex.npu.sync": _plain,
    STAGED_LINK: None,
}


def _define(name: str) -> type[Operation]:
    reader = _READERS[name]
    members = {"name": name, "reader": staticmethod(reader) if reader else None}
    return type(name, (AieOperation,), members)


OPERATIONS = tuple(_define(name) for name in _READERS)
