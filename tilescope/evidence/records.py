"""A published measurement, and the source that it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Origin:
    """Where rows of a source were taken: the place of publication, the machine, the program.

    clock_mhz is the array clock that the source states, None where it states none. runtime is
    one of tilescope's, or empty for the reason that runtime_why gives. compiler is that of the
    kernels.
    """

    place: str
    soc: str
    clock_mhz: int | None
    runtime: str
    runtime_why: str
    compiler: str
    note: str


@dataclass(frozen=True)
class Source:
    """One publisher of measurements.

    statistic is what its figures are unless a row says otherwise; noise is its own statement of
    the spread, noise_pct the same as a number where it is one; trust says how far to rely on it.
    """

    name: str
    title: str
    published: tuple[str, ...]
    statistic: str
    noise: str
    noise_pct: float | None
    trust: str
    origins: Mapping[str, Origin]


@dataclass(frozen=True)
class Row:
    """One measured figure with its conditions.

    Sizes are elements: C[m, n] = A[m, k] B[k, n] for products, m rows of n for other operations,
    n words for transfers. grid is the cores along m and along n; the tile is one core's; staged_k
    is the K that a mem tile holds at once. None and "" mean that the source does not say.
    `experiment` groups rows of one binary or sweep; `inferred` marks conclusions of the record's
    keepers. path and line say where the row stands.
    """

    id: str
    experiment: str
    role: str
    source: Source
    origin: Origin
    device: str
    op: str
    m: int | None
    k: int | None
    n: int | None
    dtype_in: str
    dtype_acc: str
    dtype_out: str
    arithmetic: str
    kernel: str
    cores: int | None
    grid: tuple[int, int] | None
    tile: tuple[int | None, int | None, int | None]  # m, n, k
    staged_k: int | None
    form: str
    metric: str
    value: float
    unit: str
    statistic: str
    includes_launch: str
    confidence: str
    inferred: bool
    note: str
    path: str
    line: int

    @property
    def where(self) -> str:
        """File and line, as refusals name it."""
        return f"{self.path}:{self.line}"

    @property
    def shape(self) -> tuple[int, int, int] | None:
        """(m, k, n) of a product, None unless all three are known."""
        if self.m is None or self.k is None or self.n is None:
            return None
        return (self.m, self.k, self.n)

    @property
    def core_tile(self) -> tuple[int, int, int] | None:
        """(m, n, k) of one core, None unless all three are known."""
        m, n, k = self.tile
        if m is None or n is None or k is None:
            return None
        return (m, n, k)

    @property
    def macs(self) -> int | None:
        """Multiply-accumulates of the whole product."""
        return None if self.shape is None else self.shape[0] * self.shape[1] * self.shape[2]
