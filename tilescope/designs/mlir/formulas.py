"""Formulas of a costs file: what a call costs and computes, in a small language of its own.

A formula has numbers, `+ - * / // % ** @`, comparisons, and the functions in FUNCTIONS. Its names
are x0, x1, ... for the buffers of a call, n0, n1, ... for their elements and s0, s1, ... for its
sizes. It is walked node by node and never handed to Python.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tilescope.errors import InputError

MAX_LENGTH = 1_000
MAX_DEPTH = 40
MAX_POWER = 64

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.MatMult: operator.matmul,
}
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": np.abs,
    "ceil": np.ceil,
    "cumsum": np.cumsum,
    "exp": np.exp,
    "floor": np.floor,
    "log": np.log,
    "matrix": lambda a, rows, columns: np.reshape(a, (int(rows), int(columns))),
    "max": lambda *a: np.max(a[0]) if len(a) == 1 else np.maximum(a[0], a[1]),
    "mean": np.mean,
    "min": lambda *a: np.min(a[0]) if len(a) == 1 else np.minimum(a[0], a[1]),
    "sqrt": np.sqrt,
    "sum": np.sum,
    "tanh": np.tanh,
    "transpose": np.transpose,
    "where": np.where,
}


def parse_formula(text: str, *, assigns: bool) -> ast.expr | tuple[str, ast.expr]:
    """The tree of a formula, or of `x2 = formula`. Raises InputError with what is wrong."""
    if len(text) > MAX_LENGTH:
        raise InputError(f"A formula has up to {MAX_LENGTH:,} characters.")
    try:
        tree = ast.parse(text.strip(), mode="exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise InputError(f"{text!r} is no formula.") from None
    body = tree.body
    if len(body) == 1 and not assigns and isinstance(body[0], ast.Expr):
        _check(body[0].value, text, 0)
        return body[0].value
    if len(body) == 1 and assigns and isinstance(body[0], ast.Assign):
        (target, *more) = body[0].targets
        if isinstance(target, ast.Name) and not more:
            _check(body[0].value, text, 0)
            return target.id, body[0].value
    wanted = "assign to one buffer, as x1 = 2 * x0" if assigns else "be one formula, as 20 + n0"
    raise InputError(f"{text!r} should {wanted}.")


def _check(node: ast.AST, text: str, depth: int) -> None:
    allowed = (ast.BinOp, ast.UnaryOp, ast.Compare, ast.Call, ast.Name, ast.Constant)
    if depth > MAX_DEPTH:
        raise InputError("A formula is nested too deeply.")
    match node:
        case ast.BinOp(op=kind) if type(kind) not in _BINARY and not isinstance(kind, ast.Pow):
            raise InputError(f"{text!r} has an operator that is not known.")
        case ast.UnaryOp(op=kind) if not isinstance(kind, (ast.USub, ast.UAdd)):
            raise InputError(f"{text!r} has an operator that is not known.")
        case ast.Compare(ops=kinds) if len(kinds) != 1 or type(kinds[0]) not in _COMPARE:
            raise InputError(f"{text!r} compares more than two things.")
        case ast.Call(func=ast.Name(id=name), keywords=[]) if name in FUNCTIONS:
            for argument in node.args:
                _check(argument, text, depth + 1)
            return
        case ast.Constant(value=value) if isinstance(value, bool) or not isinstance(
            value, (int, float)
        ):
            raise InputError(f"{text!r} has something that is no number.")
        case ast.Call():
            raise InputError(f"{text!r} calls what is none of {', '.join(FUNCTIONS)}.")
        case _ if not isinstance(node, allowed):
            raise InputError(f"{text!r} has something that is no part of a formula.")
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            _check(child, text, depth + 1)


def value_of(node: ast.expr, names: Mapping[str, Any]) -> Any:
    """What a checked formula comes to. Raises InputError for a name that is not there."""
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name):
            if name not in names:
                raise InputError(f"{name} is none of {', '.join(names) or 'nothing'}.")
            return names[name]
        case ast.UnaryOp(op=kind, operand=inner):
            found = value_of(inner, names)
            return -found if isinstance(kind, ast.USub) else found
        case ast.BinOp(left=left, op=kind, right=right):
            one, two = value_of(left, names), value_of(right, names)
            if isinstance(kind, ast.Pow):
                if np.ndim(two) or not 0 <= two <= MAX_POWER:
                    raise InputError(f"A power goes from 0 to {MAX_POWER}.")
                return np.power(np.asarray(one, dtype=np.float64), two)
            return _BINARY[type(kind)](one, two)
        case ast.Compare(left=left, ops=[kind], comparators=[right]):
            return _COMPARE[type(kind)](value_of(left, names), value_of(right, names))
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return FUNCTIONS[name](*(value_of(argument, names) for argument in arguments))
    raise InputError("This is no part of a formula.")


def names_of(elements: Sequence[int], sizes: Sequence[int]) -> dict[str, Any]:
    """n0, n1, ... and s0, s1, ... of a call."""
    found: dict[str, Any] = {f"n{place}": count for place, count in enumerate(elements)}
    return found | {f"s{place}": size for place, size in enumerate(sizes)}


def assign(
    target: str, node: ast.expr, arrays: Sequence[NDArray[Any]], sizes: Sequence[int]
) -> None:
    """Carries out `target = formula` on the flat buffers of a call, in float64 or whole numbers."""
    names = names_of([array.size for array in arrays], sizes)
    for place, array in enumerate(arrays):
        whole = array.dtype.kind in "iu"
        names[f"x{place}"] = array.astype(np.int64 if whole else np.float64)
    buffers = {f"x{place}": array for place, array in enumerate(arrays)}
    if target not in buffers:
        raise InputError(f"{target} is none of {', '.join(buffers)}.")
    out = buffers[target]
    with np.errstate(all="ignore"):
        result = np.asarray(value_of(node, names))
    if result.size not in (1, out.size):
        raise InputError(f"{target} has {out.size:,} elements and is given {result.size:,}.")
    out[...] = result.reshape(-1).astype(out.dtype) if result.size > 1 else result.reshape(())
