"""Shapes and dtypes of buffers, and numbers, as a module's values have them."""

from __future__ import annotations

from xdsl.dialects import arith, builtin
from xdsl.ir import Attribute, Operation, OpResult, SSAValue

from tilescope.designs.mlir.names import ELEMENT_TYPES
from tilescope.designs.mlir.syntax import Source

MAX_ELEMENTS = 1 << 40  # of one buffer

_DTYPES = {text: dtype for dtype, text in ELEMENT_TYPES.items()}


def buffer_type(source: Source, op: Operation, kind: Attribute) -> tuple[tuple[int, ...], str]:
    """Shape and dtype of a memref. Raises InputError for any other type, with the place of `op`."""
    if not isinstance(kind, builtin.MemRefType):
        raise source.fault(op, f"{kind} should be a memref.")
    shape = kind.get_shape()
    dtype = _DTYPES.get(str(kind.element_type))
    if dtype is None:
        raise source.fault(
            op, f"Elements of {kind.element_type} are not simulated; {', '.join(_DTYPES)} are."
        )
    elements = 1
    for size in shape:
        elements *= size
    if any(size < 1 for size in shape) or elements > MAX_ELEMENTS:
        raise source.fault(op, f"{kind} has no size between 1 and 2^40 elements.")
    if not isinstance(kind.layout, builtin.NoneAttr):
        raise source.fault(op, f"{kind} has a layout of its own, which is not simulated.")
    return shape or (1,), dtype


def constant(value: SSAValue) -> int | None:
    """The whole number that a value is, where it is a constant."""
    if isinstance(value, OpResult) and isinstance(value.op, arith.ConstantOp):
        attribute = value.op.value
        if isinstance(attribute, builtin.IntegerAttr):
            return attribute.value.data
    return None
