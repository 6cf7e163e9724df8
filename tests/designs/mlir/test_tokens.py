"""Does the reader cut a text into the same tokens as xdsl's own lexer?"""

import random

import pytest
from xdsl.utils.exceptions import ParseError
from xdsl.utils.lexer import Input
from xdsl.utils.mlir_lexer import MLIRLexer, MLIRTokenKind

from tests.designs.mlir.plain import DESIGNS
from tilescope.designs.mlir.syntax import _Lexer

ODD = "%$.-é0x_#!^ \t\n/@{}²٣<>[]:=ab"
SPELLINGS = [
    "%0abc",
    "%a.b-c$d",
    "%a\u0301",
    "a é",
    "aé",
    "// no end",
    "//\nx",
    "{-# #-}",
    "->-> -",
    "1.5e3 0x1F",
]


def tokens(lexer, text):
    found = []
    try:
        while not found or found[-1][0] is not MLIRTokenKind.EOF:
            token = lexer.lex()
            found.append((token.kind, token.span.start, token.span.end))
    except ParseError:
        found.append("refused")
    return found


def texts():
    chance = random.Random(5)
    for path in sorted(DESIGNS.glob("*.mlir")):
        text = path.read_text().replace('"', "")  # strings that do not end take xdsl too long
        yield text
        yield "".join(c if chance.random() > 0.02 else chance.choice(ODD) for c in text)


@pytest.mark.parametrize("text", [*SPELLINGS, *texts()])
def test_tokens_are_those_of_xdsl(text):
    assert tokens(_Lexer(Input(text, "t")), text) == tokens(MLIRLexer(Input(text, "t")), text)
