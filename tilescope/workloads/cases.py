"""The cases that the linear-projection profile runs, in the seed's own form."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tilescope.errors import InputError
from tilescope.quantities.shapes import parse_shape
from tilescope.workloads.gemm import Gemm, check_case
from tilescope.workloads.llama import LlamaBlockConfig

CASE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]*")


@dataclass(frozen=True)
class LinearProjectionTestCase:
    """One linear projection to profile, with the seed's names and order of arguments.

    M, N, K in elements, for C[M, N] = A[M, K] @ B[K, N]. Raises InputError for a name that
    could not stand in a stable case name, or a size that is no positive whole number.
    """

    name: str
    M: int
    N: int
    K: int
    description: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not CASE_NAME.fullmatch(self.name):
            raise InputError(
                f"Case name {self.name!r} must be letters, digits, '_', '-', '+' or '.', "
                "and begin with a letter, a digit or '_'."
            )
        check_case(self.name, self.M, self.N, self.K)

    def to_gemm(self, dtype: str) -> Gemm:
        """The case as a product in one dtype."""
        return Gemm(self.name, self.M, self.N, self.K, dtype, self.description)


def default_test_cases(config: LlamaBlockConfig | None = None) -> list[LinearProjectionTestCase]:
    """A fresh list of the seven cases that follow from the block's configuration.

    The list is the caller's own: append to it as the seed shows.
    """
    projections = (config or LlamaBlockConfig()).linear_projections()
    return [
        LinearProjectionTestCase(gemm.name, gemm.m, gemm.n, gemm.k, gemm.description)
        for gemm in projections
    ]


def parse_case(text: str) -> LinearProjectionTestCase:
    """Read `NAME:MxNxK`, as in `my:64x128x256`.

    Raises InputError saying what is wrong and what the form is.
    """
    name, colon, shape = text.partition(":")
    if not colon or not name.strip() or not shape.strip():
        raise InputError(f"Case {text!r} is not of the form NAME:MxNxK, for example my:64x128x256.")
    m, n, k = parse_shape(shape.strip())
    name = name.strip()
    return LinearProjectionTestCase(name, m, n, k, f"Custom projection: ({m}, {n}, {k})")
