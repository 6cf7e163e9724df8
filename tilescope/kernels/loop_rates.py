"""The coefficients of the products' cost, each with its unit, its meaning and its sources.

A register block takes K/s initiation intervals and some cycles around them. What the interval and
those cycles are beyond what the device's ports and MAC rates say depends on the compiler and on
the kind of arithmetic: `loop_rates` puts the coefficients together.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Coefficient:
    """One number that no device page can hold, because the code and its compiler make it."""

    value: float
    unit: str
    meaning: str
    source: tuple[str, ...]


FILL = Coefficient(
    7,
    "cycles per register block",
    "filling the pipeline: the latency of a vector load",
    ("llvm-aie's schedule for AIE2", "15 = 7 + 4 + 4 of mlir-aie's guide to int16, 2535 cycles"),
)
BFLOAT16_BLOCK = Coefficient(
    28,
    "cycles per register block",
    "all that is not MACs on AIE2 with float32 accumulators, C's way in and out included",
    ("m0311: 64x104x64 at 112.6 MAC/cycle",),
)
CONVERT = Coefficient(
    2,
    "cycles per operand block of 64",
    "bfloat16 into bfp16, which does not overlap with the MACs",
    ("m0315: 48x152x48 at 158.1 MAC/cycle is 246 cycles a block of 19 steps, 12 each and 18 more",),
)
PEANO_BFP16_BLOCK = Coefficient(
    10,
    "cycles per register block",
    "all that is neither MACs nor conversion; C's way in and out hides behind the conversions",
    ("m0779, m0781: 64x32x64 in 923 and 925 cycles, 57.8 a block of 4 steps of 12",),
)
PEANO_INT8_INTERVAL = Coefficient(
    2,
    "times the ideal interval",
    "Peano's loop over K with int8 operands",
    ("a model of public GEMM times",),
)
PEANO_INT8_FILL = Coefficient(
    51,
    "cycles per register block",
    "filling and draining that loop: as much as arrays leave that wait for nothing else",
    ("m1000, m1001: 64x32x64 and 64x32x80 tiles, int32 C, 117 and 113 cycles a block of 4 steps",),
)
PEANO_NATIVE_INTERVAL = Coefficient(
    1.276,
    "times the ideal interval",
    "Peano's loop over K with bfloat16 multiplied element by element; nothing else is seen of it",
    (
        "m0768: 64x32x64 in 5251 cycles, 41.0 a step of four 4x8x8 blocks where 32 are MACs",
        "m0822: an iteration of 64x64x48 in 7897, 84 of them locks: 40.7 a step",
    ),
)


@dataclass(frozen=True)
class LoopRates:
    """How a compiler's code for one kind of arithmetic runs."""

    interval: float = 1  # times the ideal one
    fill_cycles: float = FILL.value  # per register block
    moves_c: bool = True  # whether C's way through one load and one store port adds to them
    convert_cycles: float = 0  # per operand block


_TUNED = {
    "integer": LoopRates(),
    "int8": LoopRates(),
    "native": LoopRates(),
    "bfloat16": LoopRates(fill_cycles=BFLOAT16_BLOCK.value, moves_c=False),
    "bfp16": LoopRates(convert_cycles=CONVERT.value),
}
_RATES = {
    "chess": _TUNED,
    "peano": {
        **_TUNED,
        "int8": LoopRates(PEANO_INT8_INTERVAL.value, PEANO_INT8_FILL.value),
        "native": LoopRates(PEANO_NATIVE_INTERVAL.value, fill_cycles=0, moves_c=False),
        "bfp16": LoopRates(
            fill_cycles=PEANO_BFP16_BLOCK.value, moves_c=False, convert_cycles=CONVERT.value
        ),
    },
}


def loop_rates(toolchain: str, kind: str) -> LoopRates:
    """The rates of a toolchain (peano or chess) for a kind of arithmetic.

    Kinds: int8; integer, the wider ones; bfloat16, on AIE2's matrix unit; bfp16 and native,
    bfloat16 on AIE2P. What Peano and the tuned kernels are not known to differ in is the same.
    """
    return _RATES[toolchain][kind]
