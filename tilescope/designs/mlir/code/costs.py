"""What code costs that a compiler left as it is: a stated rate, for want of a measured one.

Scalar, in order, without vectors and without overlap: a load takes its latency of 7 cycles (AM020),
a trip of a loop a jump of 6 and a count, and an operation on floating point half of the 310 cycles
that a scalar float32 multiply-accumulate was derived to take. A compiler that vectorises a loop
may be ten to fifty times faster, so every such time is flagged.
"""

from __future__ import annotations

from xdsl.ir import Operation

from tilescope.designs.mlir.code.arithmetic import is_float

LOAD_CYCLES = 7
STORE_CYCLES = 1
JUMP_CYCLES = 6
FLOAT_CYCLES = 155
WHOLE_CYCLES = 1
FREE = {
    "arith.constant",
    "arith.index_cast",
    "memref.subview",
    "memref.cast",
    "memref.collapse_shape",
    "memref.expand_shape",
    "memref.reinterpret_cast",
    "scf.yield",
    "linalg.yield",
}
NOTE = "scalar code at a stated rate, not measured"


def operation_cycles(op: Operation) -> int:
    """Cycles of one operation that holds no others."""
    if op.name in FREE:
        return 0
    if op.name == "memref.load":
        return LOAD_CYCLES
    if op.name == "memref.store":
        return STORE_CYCLES
    kinds = [value.type for value in (*op.operands, *op.results)]
    return FLOAT_CYCLES if any(is_float(kind) for kind in kinds) else WHOLE_CYCLES


def element_cycles(loads: int, body: int) -> int:
    """Cycles of one element of an operation on whole buffers."""
    return loads * LOAD_CYCLES + body + STORE_CYCLES + JUMP_CYCLES + WHOLE_CYCLES
