"""What the operations of `arith` and `math` compute, on single numbers and on arrays alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ml_dtypes
import numpy as np
from xdsl.dialects import builtin
from xdsl.ir import Attribute, Operation

Compute = Callable[..., Any]

_TYPES: dict[str, Any] = {
    "f32": np.float32,
    "f64": np.float64,
    "f16": np.float16,
    "bf16": ml_dtypes.bfloat16,
    "i1": np.bool_,
    "i8": np.int8,
    "i16": np.int16,
    "i32": np.int32,
    "i64": np.int64,
    "index": np.int64,
}
_UNSIGNED = {1: np.uint8, 2: np.uint16, 4: np.uint32, 8: np.uint64}


def numpy_type(kind: Attribute) -> Any:
    """The NumPy type of a number's type, or None where there is none."""
    return _TYPES.get(str(kind))


def is_float(kind: Attribute) -> bool:
    """Whether a type is one of floating point."""
    return isinstance(kind, builtin.AnyFloat)


def _unsigned(value: Any) -> Any:
    array = np.asarray(value)
    if array.dtype == np.bool_:
        return array.astype(np.uint8)
    return array.view(_UNSIGNED[array.dtype.itemsize])


def _divide(a: Any, b: Any) -> Any:
    """Towards nought, as C does; by nought it gives nought."""
    a, b = np.asarray(a), np.asarray(b)
    safe = np.where(b == 0, 1, b)
    quotient = np.abs(a.astype(np.int64)) // np.abs(safe.astype(np.int64))
    signed = np.where((a < 0) ^ (b < 0), -quotient, quotient)
    return np.where(b == 0, 0, signed).astype(a.dtype)


def _remainder(a: Any, b: Any) -> Any:
    return np.asarray(a) - _divide(a, b) * np.asarray(b)


def _unsigned_divide(a: Any, b: Any) -> Any:
    x, y = _unsigned(a), _unsigned(b)
    return (x // np.where(y == 0, 1, y)).astype(np.asarray(a).dtype)


def _shift(a: Any, b: Any, *, signed: bool) -> Any:
    x = np.asarray(a) if signed else _unsigned(a)
    return (x >> np.clip(np.asarray(b), 0, 63).astype(x.dtype)).astype(np.asarray(a).dtype)


_PAIRS: dict[str, Compute] = {
    "arith.addi": np.add,
    "arith.subi": np.subtract,
    "arith.muli": np.multiply,
    "arith.divsi": _divide,
    "arith.divui": _unsigned_divide,
    "arith.remsi": _remainder,
    "arith.remui": lambda a, b: np.asarray(a) - _unsigned_divide(a, b) * np.asarray(b),
    "arith.floordivsi": lambda a, b: np.floor_divide(a, np.where(np.asarray(b) == 0, 1, b)),
    "arith.ceildivsi": lambda a, b: (
        -np.floor_divide(np.negative(a), np.where(np.asarray(b) == 0, 1, b))
    ),
    "arith.minsi": np.minimum,
    "arith.maxsi": np.maximum,
    "arith.andi": np.bitwise_and,
    "arith.ori": np.bitwise_or,
    "arith.xori": np.bitwise_xor,
    "arith.shli": lambda a, b: np.left_shift(a, np.clip(b, 0, 63).astype(np.asarray(a).dtype)),
    "arith.shrsi": lambda a, b: _shift(a, b, signed=True),
    "arith.shrui": lambda a, b: _shift(a, b, signed=False),
    "arith.addf": np.add,
    "arith.subf": np.subtract,
    "arith.mulf": np.multiply,
    "arith.divf": np.divide,
    "arith.maximumf": np.maximum,
    "arith.minimumf": np.minimum,
    "arith.maxnumf": np.fmax,
    "arith.minnumf": np.fmin,
    "math.powf": np.power,
}
_SINGLES: dict[str, Compute] = {
    "arith.negf": np.negative,
    "math.absf": np.abs,
    "math.absi": np.abs,
    "math.exp": np.exp,
    "math.exp2": np.exp2,
    "math.log": np.log,
    "math.sqrt": np.sqrt,
    "math.rsqrt": lambda a: 1 / np.sqrt(a),
    "math.tanh": np.tanh,
    "math.sin": np.sin,
    "math.cos": np.cos,
    "math.floor": np.floor,
    "math.ceil": np.ceil,
}
_CASTS = {
    "arith.index_cast",
    "arith.extsi",
    "arith.trunci",
    "arith.sitofp",
    "arith.fptosi",
    "arith.extf",
    "arith.truncf",
}
_UNSIGNED_CASTS = {"arith.extui", "arith.uitofp"}
_INTEGER_TESTS: list[Compute] = [
    np.equal,
    np.not_equal,
    np.less,
    np.less_equal,
    np.greater,
    np.greater_equal,
    lambda a, b: _unsigned(a) < _unsigned(b),
    lambda a, b: _unsigned(a) <= _unsigned(b),
    lambda a, b: _unsigned(a) > _unsigned(b),
    lambda a, b: _unsigned(a) >= _unsigned(b),
]
_FLOAT_TESTS: dict[int, Compute] = {
    1: np.equal,
    2: np.greater,
    3: np.greater_equal,
    4: np.less,
    5: np.less_equal,
    6: lambda a, b: (a < b) | (a > b),
    8: lambda a, b: ~((a < b) | (a > b)),
    9: lambda a, b: ~(a <= b),
    10: lambda a, b: ~(a < b),
    11: lambda a, b: ~(a >= b),
    12: lambda a, b: ~(a > b),
    13: np.not_equal,
}


def computation(op: Operation) -> Compute | None:
    """What an operation computes from its operands, or None where it is not one of these."""
    if len(op.results) != 1:
        return None
    target = numpy_type(op.results[0].type)
    if target is None:
        return None
    if op.name in ("arith.cmpi", "arith.cmpf"):
        predicate = getattr(op, "predicate", None)
        number = -1 if predicate is None else int(predicate.value.data)
        if op.name == "arith.cmpf":
            return _FLOAT_TESTS.get(number)
        return _INTEGER_TESTS[number] if 0 <= number < len(_INTEGER_TESTS) else None
    if op.name == "arith.select":
        return lambda which, a, b: np.asarray(np.where(which, a, b)).astype(target)
    if op.name in _CASTS:
        return lambda a: np.asarray(a).astype(target)
    if op.name in _UNSIGNED_CASTS:
        return lambda a: _unsigned(a).astype(target)
    plain = _PAIRS.get(op.name) or _SINGLES.get(op.name)
    if plain is None:
        return None
    return lambda *values: np.asarray(plain(*values)).astype(target, copy=False)
