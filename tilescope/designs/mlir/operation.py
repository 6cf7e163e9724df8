"""An operation of MLIR-AIE as it is read, and what its own syntax is made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from xdsl.dialects.builtin import IndexType
from xdsl.ir import Attribute, Block, Operation, Region, SSAValue
from xdsl.irdl import traits_def
from xdsl.parser import Parser

Reader = Callable[[type[Operation], Parser], Operation]

INDEX = IndexType()


class AieOperation(Operation):
    """Any operation of MLIR-AIE; its syntax is that of its class."""

    traits = traits_def()
    reader: ClassVar[Reader | None] = None

    @classmethod
    def parse(cls, parser: Parser) -> Operation:  # type: ignore[override]
        """The operation in its own syntax."""
        if cls.reader is None:
            parser.raise_error(f"{cls.name} is read in the generic syntax only")
        return cls.reader(cls, parser)


def make(
    cls: type[Operation],
    parser: Parser,
    attributes: dict[str, Attribute],
    operands: list[SSAValue] | None = None,
    results: list[Attribute] | None = None,
    regions: list[Region] | None = None,
    successors: list[Block] | None = None,
) -> Operation:
    """The operation, with the dictionary that may stand at its end."""
    return cls.create(
        operands=operands or [],
        result_types=results or [],
        regions=regions or [],
        successors=successors or [],
        attributes={**parser.parse_optional_attr_dict(), **attributes},
    )


def index(parser: Parser) -> SSAValue:
    """A tile, a core or a task: its value is an index."""
    return parser.resolve_operand(parser.parse_unresolved_operand(), INDEX)


def values(parser: Parser) -> list[SSAValue]:
    return parser.parse_comma_separated_list(parser.Delimiter.PAREN, lambda: index(parser))


def plain(cls: type[Operation], parser: Parser) -> Operation:
    """An operation of attributes alone."""
    return make(cls, parser, {})


def on_values(cls: type[Operation], parser: Parser) -> Operation:
    """`(%a, %b)`."""
    return make(cls, parser, {}, values(parser))


def define(readers: dict[str, Reader | None]) -> tuple[type[AieOperation], ...]:
    """The operations of those names; one without a reader has the generic syntax alone."""

    def one(name: str, reader: Reader | None) -> type[AieOperation]:
        members = {"name": name, "reader": staticmethod(reader) if reader else None}
        return type(name, (AieOperation,), members)

    return tuple(one(name, reader) for name, reader in readers.items())
