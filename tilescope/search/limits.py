"""What a search may choose from, where the caller leaves it less than everything."""

from __future__ import annotations

from dataclasses import dataclass

from tilescope.designs.mapping import B_LAYOUTS, C_DEPTHS, FAMILIES, KERNELS, PORTS
from tilescope.errors import InputError
from tilescope.kernels.catalog import BFLOAT16_EMULATIONS, FLOAT32_EMULATIONS
from tilescope.kernels.contract import TOOLCHAINS
from tilescope.quantities.names import check_choice


@dataclass(frozen=True)
class Limits:
    """Choices that are made already; None leaves them to the search.

    family, ports, grid (rows, columns), core_tile (m, n, k), k_mt, c_depth, b_layout, kernel,
    emulation (of float32, or bf16's): as in a mapping. c_dtype: what C is held in, the
    accumulator's dtype where None. toolchain: whose code the kernels are. max_error: the largest
    error, relative to the largest magnitude of C, that a mapping may have.
    """

    family: str | None = None
    ports: str | None = None
    grid: tuple[int, int] | None = None
    core_tile: tuple[int, int, int] | None = None
    k_mt: int | None = None
    c_depth: int | None = None
    b_layout: str | None = None
    kernel: str | None = None
    emulation: str | None = None
    c_dtype: str | None = None
    toolchain: str = "peano"
    max_error: float | None = None

    def check(self, dtype: str) -> None:
        """Refuse names that there are none of, and choices that leave nothing.

        Raises InputError.
        """
        ways = {"float32": FLOAT32_EMULATIONS, "bfloat16": BFLOAT16_EMULATIONS}
        for kind, choice, choices in (
            ("mapping", self.family, FAMILIES),
            ("port rule", self.ports, PORTS),
            ("layout of B", self.b_layout, B_LAYOUTS),
            ("kernel variant", self.kernel, KERNELS),
            ("toolchain", self.toolchain, TOOLCHAINS),
        ):
            if choice is not None:
                check_choice(kind, choice, choices)
        if self.emulation is not None:
            if dtype not in ways:
                raise InputError(f"{dtype} is not emulated, so {self.emulation} is no way of it.")
            check_choice(f"way of {dtype}", self.emulation, ways[dtype])
        if self.c_depth is not None and self.c_depth not in C_DEPTHS:
            raise InputError(f"C is buffered once or twice on a core (1 or 2), not {self.c_depth}.")
        if self.k_mt is not None and self.k_mt < 1:
            raise InputError(f"A mem tile stages {self.k_mt} of K; it must be 1 or more.")
        if self.max_error is not None and not 0 <= self.max_error < float("inf"):
            raise InputError(f"The largest error is {self.max_error:g}; it must be 0 or more.")
        self._check_together()

    def _check_together(self) -> None:
        """Refuse what contradicts itself, whatever the product."""
        rules = (
            (
                self.kernel == "scalar" and self.emulation is not None,
                f"The scalar kernel emulates nothing, so it has no way called {self.emulation}.",
            ),
            (
                self.kernel == "scalar" and self.b_layout == "column",
                "The scalar kernel takes B by rows only; leave --b-layout or --kernel open.",
            ),
            (
                self.family == "whole-array" and self.ports == "single",
                "whole-array uses every shim column, so its ports are spread; for single ports "
                "search fused-k.",
            ),
            (
                self.family == "per-tile" and (self.k_mt is not None or self.c_depth == 1),
                "per-tile brings one block a launch: it stages one core tile of K and buffers C "
                "twice.",
            ),
            (
                self.core_tile is not None
                and self.k_mt is not None
                and self.k_mt % self.core_tile[2] != 0,
                f"A mem tile stages whole core tiles of K: {self.k_mt} is no multiple of "
                f"{self.core_tile[2] if self.core_tile else 0}.",
            ),
        )
        for contradiction, sentence in rules:
            if contradiction:
                raise InputError(sentence)
