"""How far a kernel's result may lie from its float64 reference, and why that far."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

FLOAT32_ROUNDOFF = 2.0**-24
BFLOAT16_ROUNDOFF = 2.0**-8
_SMALL = "The AVX512-BF16 build takes numbers below 2^-126 as zero."
_SPLIT_LIMITS = (
    "An infinite operand gives NaN, because its remaining terms are infinity less infinity; under "
    "fast and low so does one within 0.2 % of the largest float32, whose first term rounds to "
    "infinity."
)
_BFP16_LIMITS = (
    "A block with an infinity or a NaN is NaN in all of its eight values; numbers below 2^-126 "
    "count as zero."
)
BFP16_ROUNDOFF = 0.0088
"""Root mean square error of a product of two normal operands in bfp16, over their size.

A value lies within half of 2^(e-6) of its operand, e the exponent of the largest of eight, 0 or 1
for normal ones: 0.0062 in root mean square, in either operand.
"""


@dataclass(frozen=True)
class Tolerance:
    """|output - reference| <= atol * scale + rtol * |reference|, for every element.

    `atol` holds for operands of unit variance; `scale` is the product of the operands' root
    mean squares where they are not.
    """

    rtol: float
    atol: float
    note: str

    def problem(self, output: ArrayLike, reference: ArrayLike, scale: float = 1.0) -> str | None:
        """A sentence on the worst element that is too far off, or None if all are close enough."""
        got = np.asarray(output).astype(np.float64)
        wanted = np.asarray(reference).astype(np.float64)
        if got.shape != wanted.shape:
            return f"The output has shape {got.shape}, the reference {wanted.shape}."
        allowed = self.atol * scale + self.rtol * np.abs(wanted)
        with np.errstate(invalid="ignore"):
            excess = np.abs(got - wanted) - allowed
        wrong = ~(excess <= 0)  # NaN is wrong too
        if not wrong.any():
            return None
        worst = np.unravel_index(np.argmax(np.where(np.isnan(excess), np.inf, excess)), got.shape)
        place = ", ".join(str(int(index)) for index in worst)
        return (
            f"{int(wrong.sum())} of {got.size} elements lie outside the tolerance; the worst, "
            f"[{place}], is {got[worst]:.6g} and should be {wanted[worst]:.6g} "
            f"± {allowed[worst]:.2g}."
        )

    def accepts(self, output: ArrayLike, reference: ArrayLike, scale: float = 1.0) -> bool:
        """Whether every element is close enough."""
        return self.problem(output, reference, scale) is None


# From k_total and the number of calls that share a C.
ErrorModel = Callable[[int, int], Tolerance]

EXACT = Tolerance(0.0, 0.0, "The result is exact.")


def exact(k_total: int, calls: int) -> Tolerance:
    """Nothing is rounded."""
    return EXACT


def float32_sum(k_total: int, calls: int) -> Tolerance:
    """One float32 addition for each call."""
    rtol = FLOAT32_ROUNDOFF * max(calls, 1)
    return Tolerance(rtol, rtol, f"{calls} float32 additions, half a unit in the last place each.")


def bfloat16_sum(k_total: int, calls: int) -> Tolerance:
    """One addition in float32 for each call, rounded to bfloat16."""
    rtol = BFLOAT16_ROUNDOFF * max(calls, 1)
    return Tolerance(rtol, rtol, f"{calls} additions rounded to bfloat16, half a unit each.")


def bfloat16_rounding(k_total: int, calls: int) -> Tolerance:
    """One rounding to bfloat16."""
    return Tolerance(BFLOAT16_ROUNDOFF, 2.0**-126, "One rounding to bfloat16, half a unit.")


def scalar_product(k_total: int, calls: int) -> Tolerance:
    """A float32 product rounded after every multiply and every add."""
    walk = _Walk(k_total, roundings=k_total, roundoff=FLOAT32_ROUNDOFF)
    return walk.tolerance(2.0 * FLOAT32_ROUNDOFF, f"{k_total} float32 multiply-adds")


def emulated_product(emulation: str) -> ErrorModel:
    """A float32 product of bfloat16 terms: safe and fast keep 24 bits, low keeps about 17.

    Low drops each operand's third term, 2^-18 of it at most, and the product of the second
    ones, 2^-16 at most: 4.4e-6 of each product in root mean square for normal operands.
    """
    of_product = 4.4e-6 if emulation == "low" else 2.0 * FLOAT32_ROUNDOFF
    terms = "two" if emulation == "low" else "three"

    def model(k_total: int, calls: int) -> Tolerance:
        walk = _Walk(k_total, roundings=k_total // 8, roundoff=FLOAT32_ROUNDOFF)
        what = f"{terms} bfloat16 terms for each operand, {k_total // 8} float32 sums"
        return walk.tolerance(of_product, f"{what}. {_SMALL} {_SPLIT_LIMITS}")

    return model


def bfloat16_product(dtype_out: str) -> ErrorModel:
    """A product of bfloat16 operands: float32 sums, C rounded to `dtype_out` after each call."""

    def model(k_total: int, calls: int) -> Tolerance:
        if dtype_out == "bfloat16":
            walk = _Walk(k_total, roundings=calls, roundoff=BFLOAT16_ROUNDOFF)
            return walk.tolerance(0.0, f"C rounded to bfloat16 {calls} times. {_SMALL}")
        walk = _Walk(k_total, roundings=k_total // 2, roundoff=FLOAT32_ROUNDOFF)
        return walk.tolerance(0.0, f"exact products, {k_total // 2} float32 sums. {_SMALL}")

    return model


def bfp16_product(dtype_out: str) -> ErrorModel:
    """A product of bfloat16 operands rounded to bfp16 blocks: about 1 % of a typical product.

    That error does not follow the size of its own product, so that six deviations do.
    """

    def model(k_total: int, calls: int) -> Tolerance:
        exact_operands = bfloat16_product(dtype_out)(k_total, calls)
        blocks = 6.0 * BFP16_ROUNDOFF * math.sqrt(k_total + 16)
        return Tolerance(
            exact_operands.rtol,
            exact_operands.atol + blocks,
            "Operands rounded to blocks of eight that share an exponent, seven bits and a sign "
            f"each: 0.9 % of a product in root mean square. {_BFP16_LIMITS} "
            f"{exact_operands.note}",
        )

    return model


@dataclass(frozen=True)
class _Walk:
    """A sum over K that is rounded now and then: its errors add up like a random walk.

    One rounding of C to a roundoff u costs 0.42 u |C| in root mean square. With operands of unit
    variance |C| grows as sqrt(K), on average over the walk as sqrt(K/2): that is `atol`, at six
    standard deviations. Where the final |C| is large, C was on its way there all along, on
    average at |C|/sqrt(3): that is `rtol`, at four. The error of a product itself is in proportion
    to it, and products of normal operands have long tails: twelve deviations, and 16 products
    more than there are, since a single large one can dominate a short sum.
    """

    k_total: int
    roundings: int
    roundoff: float

    def tolerance(self, of_product: float, origin: str) -> Tolerance:
        """The tolerance, with the root mean square error of a single product beside the walk's."""
        one = 0.42 * self.roundoff
        rounds = max(self.roundings, 1)
        walked = 6.0 * one * math.sqrt(rounds / 2.0) * math.sqrt(self.k_total)
        atol = walked + 12.0 * of_product * math.sqrt(self.k_total + 16)
        rtol = 4.0 * one * math.sqrt(rounds / 3.0) + self.roundoff
        return Tolerance(rtol, atol, f"Random walk of rounding errors: {origin}")
