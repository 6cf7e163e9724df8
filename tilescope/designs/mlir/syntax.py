"""The text of MLIR-AIE as xdsl operations: a parser that keeps each operation's place.

Operations of `aie` and `aiex` take any operands, results, regions and attributes, so that the
generic syntax reads as it is; `ops` has what their own syntax needs. What an operation must hold
is checked where the design is made of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from xdsl.context import Context
from xdsl.dialects import arith, builtin, func, memref, scf
from xdsl.ir import Operation
from xdsl.parser import Parser
from xdsl.parser.generic_parser import ParserState
from xdsl.utils.exceptions import DiagnosticException, ParseError
from xdsl.utils.lexer import Input, Span, Token
from xdsl.utils.mlir_lexer import MLIRLexer, MLIRToken, MLIRTokenKind

from tilescope.designs.mlir.operation import AieOperation
from tilescope.designs.mlir.ops import OPERATIONS
from tilescope.designs.mlir.types import TYPES
from tilescope.errors import InputError

MAX_CHARACTERS = 64 * 1024 * 1024
RARE = (
    "linalg",
    "math",
    "cf",
)  # dialects that take a while to import, loaded where a text has them


@dataclass(frozen=True)
class Source:
    """A parsed module, the name of its file, and where in the text each operation begins."""

    module: builtin.ModuleOp
    name: str
    text: str
    positions: dict[Operation, int]

    def place(self, op: Operation) -> str:
        """`file:line:column` of an operation."""
        return place_of(self.name, self.text, self.positions.get(op, 0))

    def fault(self, op: Operation, message: str) -> InputError:
        """An error that says where."""
        return InputError(f"{self.place(op)}: {message}")


def place_of(name: str, text: str, position: int) -> str:
    """`file:line:column`, both counted from one."""
    line = text.count("\n", 0, position) + 1
    return f"{name}:{line}:{position - text.rfind(chr(10), 0, position)}"


def parse(text: str, name: str) -> Source:
    """The module in a text. Raises InputError with the place of what cannot be read."""
    if not text.strip():
        raise InputError(f"{name} is empty; it should hold a design as MLIR-AIE text.")
    if len(text) > MAX_CHARACTERS:
        raise InputError(f"{name} holds {len(text):,} characters; {MAX_CHARACTERS:,} is the most.")
    if "\0" in text:
        raise InputError(f"{place_of(name, text, text.index(chr(0)))}: this is no text.")
    parser: _Parser | None = None
    try:
        dialects = frozenset(one for one in RARE if f"{one}." in text)
        parser = _Parser(_context(dialects), text, name)
        module = parser.parse_module()
    except ParseError as error:
        said = error.msg.strip().rstrip(".")
        place = place_of(name, text, error.span.start)
        raise InputError(f"{place}: this is no MLIR-AIE that tilescope reads: {said}.") from None
    except RecursionError:
        raise InputError(f"{name}: regions or types are nested too deeply.") from None
    except InputError:
        raise
    except Exception as error:  # xdsl's own checks raise many kinds, each for a text that is wrong
        position = parser.pos if parser else 0
        lines = str(error).strip().splitlines() if isinstance(error, DiagnosticException) else []
        detail = f": {lines[0].rstrip('.')}" if lines else ""
        place = place_of(name, text, position)
        raise InputError(f"{place}: this is no MLIR-AIE that tilescope reads{detail}.") from None
    return Source(module, name, text, parser.positions)


@cache
def _context(rare: frozenset[str]) -> Context:
    """The operations that may stand in a text; reading one leaves it as it was."""
    context = Context(allow_unregistered=True)
    for dialect in (arith.Arith, builtin.Builtin, func.Func, scf.Scf):
        context.load_dialect(dialect)
    if "linalg" in rare:
        from xdsl.dialects.linalg import Linalg

        context.load_dialect(Linalg)
    if "math" in rare:
        from xdsl.dialects.math import Math

        context.load_dialect(Math)
    if "cf" in rare:
        from xdsl.dialects.cf import Cf

        context.load_dialect(Cf)
    own = {operation.name for operation in OPERATIONS}
    for known in memref.MemRef.operations:
        if known.name not in own:
            context.load_op(known)
    for operation in OPERATIONS:
        context.load_op(operation)
    for attribute in TYPES:
        context.load_attr_or_type(attribute)
    return context


_PLAIN = re.compile(
    r"(?:[ \t\r\n]++|//[^\n\r]*+[\n\r])*+"
    r"(?:(?P<word>[A-Za-z_][A-Za-z0-9_$.]*+)(?![^\x00-\x7f])"
    r"|(?P<value>%(?:[0-9]++|[A-Za-z_][A-Za-z0-9_]*+(?![$.\-])))(?![^\x00-\x7f])"
    r"|(?P<mark>[:,()}\[\]<>=?+*|]))"
)
_KINDS = {
    "word": MLIRTokenKind.BARE_IDENT,
    "value": MLIRTokenKind.PERCENT_IDENT,
    **{kind.value: kind for kind in MLIRTokenKind if isinstance(kind.value, str)},
}


class _Lexer(MLIRLexer):
    # A string that does not end must not be tried in every way to cut it up, as xdsl's own
    # expression does: its time is exponential in the length of the line.
    _unescaped_characters_regex = re.compile(r'"(?:[^"\\\n\v\f]++|\\(?:["nt\\]|[0-9A-Fa-f]{2}))*+"')

    def lex(self) -> MLIRToken:
        """The next token; the plain ones at once, as xdsl looks for each kind in turn."""
        found = _PLAIN.match(self.input.content, self.pos)
        if found is None:
            return super().lex()
        kind = found.lastgroup
        start, self.pos = found.span(kind or 0)
        spelling = self.input.content[start] if kind == "mark" else kind or ""
        token_kind = _KINDS[spelling]
        return Token(token_kind, Span(start, self.pos, self.input))


class _Parser(Parser):
    def __init__(self, context: Context, text: str, name: str) -> None:
        super().__init__(context, "", name)
        self._parser_state = ParserState(_Lexer(Input(text, name)))
        self.positions: dict[Operation, int] = {}
        self.beginning = 0

    def parse_operation(self) -> Operation:
        start = self.beginning = self._current_token.span.start
        op = super().parse_operation()
        self.positions[op] = start
        if isinstance(op, AieOperation):  # releases differ in which of its attributes are which
            op.attributes.update(op.properties)
        return op

    def _get_op_by_name(self, name: str) -> type[Operation]:
        self.ctx.allow_unregistered = False
        try:
            known = self.ctx.get_optional_op(name, dialect_stack=self._parser_state.dialect_stack)
        finally:
            self.ctx.allow_unregistered = True
        if known is None:
            self.raise_error(
                f"the operation {name} is not one that it simulates; neither its data nor its "
                "time can go on without it",
                at_position=self.beginning,
            )
        return known
