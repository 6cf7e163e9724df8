"""The operations of `aie` below object FIFOs, each with its own syntax.

As documented at https://xilinx.github.io/mlir-aie/AIEDialect.html; spellings of older releases are
read, too.
"""

from __future__ import annotations

from typing import Any

from xdsl.dialects.builtin import (
    ArrayAttr,
    IntegerAttr,
    MemRefType,
    StringAttr,
    SymbolRefAttr,
    TensorType,
    i32,
)
from xdsl.ir import Attribute, Operation, SSAValue
from xdsl.parser import Parser

from tilescope.designs.mlir.operation import INDEX, Reader, define, index, make, on_values
from tilescope.designs.mlir.types import numbers, parse_number


def known_value(parser: Parser) -> SSAValue:
    """A value whose type is not written beside it; one that comes later is an i32."""
    name = parser.parse_unresolved_operand()
    values = parser.ssa_values.get(name.operand_name)
    if values is not None and name.index < len(values):
        return values[name.index]
    return parser.resolve_operand(name, i32)


def word(parser: Parser) -> str:
    """A word of the dialect, with or without quotes: `DMA`, `"DMA"`."""
    text = parser.parse_optional_str_literal()
    return text if text is not None else parser.parse_identifier()


def _buffer(cls: type[Operation], parser: Parser) -> Operation:
    """`(%tile) {sym_name = "a"} : memref<...> = dense<...>`."""
    tile = index(parser) if parser.parse_optional_punctuation("(") else None
    if tile is not None:
        parser.parse_punctuation(")")
    found = parser.parse_optional_attr_dict()
    parser.parse_punctuation(":")
    kind = parser.parse_type()
    found |= _initial(parser, kind)
    return cls.create(
        operands=[] if tile is None else [tile], result_types=[kind], attributes=found
    )


def _initial(parser: Parser, kind: Attribute) -> dict[str, Attribute]:
    """`= dense<[1, 2]>` of a memref's elements; `= uninitialized` is none."""
    if not parser.parse_optional_punctuation("="):
        return {}
    if parser.parse_optional_keyword("uninitialized"):
        return {}
    if not isinstance(kind, MemRefType):
        parser.raise_error("only a memref has initial values")
    parser.parse_keyword("dense")
    shape: Any = TensorType(kind.element_type, [size.data for size in kind.shape.data])
    value = parser.parse_dense_int_or_fp_elements_attr(shape)
    return {"initial_value": value}


def initial_objects(parser: Parser, kind: Attribute) -> Attribute:
    """`[dense<[1, 2]>, dense<3>]`, each perhaps with its type: the objects of a FIFO."""
    element = getattr(kind, "element", None)

    def one() -> Attribute:
        if not isinstance(element, MemRefType):
            parser.raise_error("only objects of a memref have initial values")
        parser.parse_keyword("dense")
        shape: Any = TensorType(element.element_type, [size.data for size in element.shape.data])
        value = parser.parse_dense_int_or_fp_elements_attr(shape)
        if parser.parse_optional_punctuation(":"):
            parser.parse_type()
        return value

    return ArrayAttr(parser.parse_comma_separated_list(parser.Delimiter.SQUARE, one))


def _global(cls: type[Operation], parser: Parser) -> Operation:
    """`"private" constant @name : memref<...> = dense<...>`."""
    found: dict[str, Attribute] = {}
    parser.parse_optional_str_literal()
    parser.parse_optional_keyword("constant")
    found["sym_name"] = parser.parse_symbol_name()
    parser.parse_punctuation(":")
    kind = parser.parse_type()
    found |= _initial(parser, kind)
    found["type"] = kind
    return make(cls, parser, found)


def _lock(cls: type[Operation], parser: Parser) -> Operation:
    """`(%tile, 0) {init = 1 : i32}`; the number may be left out."""
    parser.parse_punctuation("(")
    tile = index(parser)
    found: dict[str, Attribute] = {}
    if parser.parse_optional_punctuation(","):
        found["lockID"] = numbers([parse_number(parser)])
    parser.parse_punctuation(")")
    return make(cls, parser, found, [tile], [INDEX])


def _use_lock(cls: type[Operation], parser: Parser) -> Operation:
    """`(%lock, Release, 1)`; the value may be a constant's name or left out."""
    parser.parse_punctuation("(")
    operands = [index(parser)]
    parser.parse_punctuation(",")
    found: dict[str, Attribute] = {"action": StringAttr(word(parser))}
    if parser.parse_optional_punctuation(","):
        value = parser.parse_optional_integer(allow_boolean=False)
        if value is None:
            operands.append(known_value(parser))
        else:
            found["value"] = numbers([value])
            if parser.parse_optional_punctuation(":"):
                parser.parse_type()
    parser.parse_punctuation(")")
    return make(cls, parser, found, operands)


def _region_of_tile(cls: type[Operation], parser: Parser) -> Operation:
    """`(%tile) { ... }`."""
    parser.parse_punctuation("(")
    tile = index(parser)
    parser.parse_punctuation(")")
    region = parser.parse_region()
    return make(cls, parser, {}, [tile], [INDEX], [region])


def _dma_start(cls: type[Operation], parser: Parser) -> Operation:
    """`(S2MM, 0, ^first, ^next, repeat_count = 1)`."""
    parser.parse_punctuation("(")
    found: dict[str, Attribute] = {"channel_dir": StringAttr(word(parser))}
    parser.parse_punctuation(",")
    found["channel_index"] = numbers([parse_number(parser)])
    parser.parse_punctuation(",")
    first = parser.parse_successor()
    parser.parse_punctuation(",")
    following = parser.parse_successor()
    if parser.parse_optional_punctuation(","):
        parser.parse_keyword("repeat_count")
        parser.parse_punctuation("=")
        found["repeat_count"] = numbers([parse_number(parser)])
    parser.parse_punctuation(")")
    return make(cls, parser, found, results=[INDEX], successors=[first, following])


def _dma(cls: type[Operation], parser: Parser) -> Operation:
    """`(S2MM, 0) {loop = false} [{ ... }, { ... }]`."""
    parser.parse_punctuation("(")
    found: dict[str, Attribute] = {"channel_dir": StringAttr(word(parser))}
    parser.parse_punctuation(",")
    found["channel_index"] = numbers([parse_number(parser)])
    parser.parse_punctuation(")")
    found |= parser.parse_optional_attr_dict()
    regions = parser.parse_comma_separated_list(parser.Delimiter.SQUARE, parser.parse_region)
    return cls.create(result_types=[INDEX], attributes=found, regions=regions)


def _next_bd(cls: type[Operation], parser: Parser) -> Operation:
    return make(cls, parser, {}, successors=[parser.parse_successor()])


def _packet_of_bd(cls: type[Operation], parser: Parser) -> Operation:
    """`(0x6, 10)`: type and number of the packet."""
    parser.parse_punctuation("(")
    kind = parser.parse_integer(allow_boolean=False)
    parser.parse_punctuation(",")
    number = parser.parse_integer(allow_boolean=False)
    parser.parse_punctuation(")")
    return make(cls, parser, {"packet": numbers([kind, number])})


def _end(parser: Parser) -> tuple[SSAValue, dict[str, Attribute]]:
    """`%tile, DMA : 0`, each end of a connection."""
    tile = index(parser)
    parser.parse_punctuation(",")
    bundle = word(parser)
    parser.parse_punctuation(":")
    channel = parser.parse_integer(allow_boolean=False)
    return tile, {"bundle": StringAttr(bundle), "channel": numbers([channel])}


def _flow(cls: type[Operation], parser: Parser) -> Operation:
    """`(%a, DMA : 0, %b, DMA : 0)`."""
    parser.parse_punctuation("(")
    source, from_port = _end(parser)
    parser.parse_punctuation(",")
    target, to_port = _end(parser)
    parser.parse_punctuation(")")
    found = {f"source_{key}": value for key, value in from_port.items()}
    found |= {f"dest_{key}": value for key, value in to_port.items()}
    return make(cls, parser, found, [source, target])


def _packet_flow(cls: type[Operation], parser: Parser) -> Operation:
    """`(0x1) { ... }`."""
    parser.parse_punctuation("(")
    number = parser.parse_integer(allow_boolean=False)
    parser.parse_punctuation(")")
    region = parser.parse_region()
    return make(cls, parser, {"ID": numbers([number])}, regions=[region])


def _packet_end(cls: type[Operation], parser: Parser) -> Operation:
    """`<%tile, DMA : 0>`."""
    parser.parse_punctuation("<")
    tile, found = _end(parser)
    parser.parse_punctuation(">")
    return make(cls, parser, found, [tile])


def packet_number(parser: Parser) -> Attribute:
    """`<pkt_type = 0, pkt_id = 2>`, in any order."""
    found: dict[str, int] = {}

    def one() -> None:
        key = parser.parse_identifier()
        parser.parse_punctuation("=")
        found[key] = parser.parse_integer(allow_boolean=False)

    parser.parse_comma_separated_list(parser.Delimiter.ANGLE, one)
    return numbers([found.get("pkt_type", 0), found.get("pkt_id", 0)])


def channel_of(parser: Parser, found: dict[str, Attribute]) -> list[SSAValue]:
    """`%tile, MM2S, 0` and perhaps a packet; older: `MM2S, 0, column`. Returns the tile."""
    tile: list[SSAValue] = []
    if (name := parser.parse_optional_unresolved_operand()) is not None:
        tile.append(parser.resolve_operand(name, INDEX))
        parser.parse_punctuation(",")
    found["channel_dir"] = StringAttr(word(parser))
    parser.parse_punctuation(",")
    found["channel_index"] = numbers([parse_number(parser)])
    while parser.parse_optional_punctuation(","):
        column = parser.parse_optional_integer(allow_boolean=False)
        if column is None:
            found["packet"] = packet_number(parser)
        else:
            found["col"] = numbers([column])
            if parser.parse_optional_punctuation(":"):
                parser.parse_type()
    return tile


def _allocation(cls: type[Operation], parser: Parser) -> Operation:
    """`@name(%tile, MM2S, 0)`, in older releases `@name(MM2S, 0, column)`."""
    found: dict[str, Attribute] = {"sym_name": parser.parse_symbol_name()}
    parser.parse_punctuation("(")
    tile = channel_of(parser, found)
    parser.parse_punctuation(")")
    return make(cls, parser, found, tile)


def _named_pair(cls: type[Operation], parser: Parser) -> Operation:
    """`aie.connect<DMA : 0, North : 3>`."""
    found: list[Attribute] = []

    def port() -> None:
        found.append(StringAttr(word(parser)))
        parser.parse_punctuation(":")
        number = parser.parse_integer(allow_boolean=False)
        found.append(IntegerAttr(number, i32))

    parser.parse_comma_separated_list(parser.Delimiter.ANGLE, port)
    if len(found) != 4:
        parser.raise_error("a connection joins two ports")
    return make(cls, parser, {"ports": ArrayAttr(found)})


def _wire(cls: type[Operation], parser: Parser) -> Operation:
    """`(%a : North, %b : South)`."""

    def end() -> SSAValue:
        value = index(parser)
        parser.parse_punctuation(":")
        word(parser)
        return value

    return make(cls, parser, {}, parser.parse_comma_separated_list(parser.Delimiter.PAREN, end))


def _chain(cls: type[Operation], parser: Parser) -> Operation:
    """`@name(%a: memref<...>) { ... }`."""
    found: dict[str, Attribute] = {"sym_name": parser.parse_symbol_name()}
    arguments = parser.parse_comma_separated_list(parser.Delimiter.PAREN, parser.parse_argument)
    region = parser.parse_region(arguments)
    return make(cls, parser, found, regions=[region])


def start_chain(cls: type[Operation], parser: Parser) -> Operation:
    """`@chain(%a) : (memref<...>) on (%tile, MM2S, 0)`, or `for @allocation`."""
    found: dict[str, Attribute] = {"symbol": SymbolRefAttr(parser.parse_symbol_name())}
    names = parser.parse_comma_separated_list(
        parser.Delimiter.PAREN, parser.parse_unresolved_operand
    )
    parser.parse_punctuation(":")
    kinds = parser.parse_comma_separated_list(parser.Delimiter.PAREN, parser.parse_type)
    if len(kinds) != len(names):
        parser.raise_error("a chain is given as many types as values")
    operands = [parser.resolve_operand(n, kind) for n, kind in zip(names, kinds, strict=True)]
    tile: list[SSAValue] = []
    if parser.parse_optional_keyword("on"):
        parser.parse_punctuation("(")
        tile = channel_of(parser, found)
        parser.parse_punctuation(")")
    else:
        parser.parse_keyword("for")
        found["alloc"] = SymbolRefAttr(parser.parse_symbol_name())
    return make(cls, parser, found, [*tile, *operands], [INDEX])


_READERS: dict[str, Reader | None] = {
    "aie.buffer": _buffer,
    "aie.external_buffer": _buffer,
    "aie.lock": _lock,
    "aie.use_lock": _use_lock,
    "aie.mem": _region_of_tile,
    "aie.memtile_dma": _region_of_tile,
    "aie.shim_dma": _region_of_tile,
    "aie.dma_start": _dma_start,
    "aie.dma": _dma,
    "aie.next_bd": _next_bd,
    "aie.dma_bd_packet": _packet_of_bd,
    "aie.flow": _flow,
    "aie.packet_flow": _packet_flow,
    "aie.packet_source": _packet_end,
    "aie.packet_dest": _packet_end,
    "aie.cascade_flow": on_values,
    "aie.shim_dma_allocation": _allocation,
    "aie.switchbox": _region_of_tile,
    "aie.shim_mux": _region_of_tile,
    "aie.connect": _named_pair,
    "aie.bd_chain": _chain,
    "aiex.dma_start_bd_chain": start_chain,
    "aiex.dma_start_bd_chain_for": start_chain,
    "memref.global": _global,
    "aie.wire": _wire,
}

LOWER_OPERATIONS = define(_READERS)
