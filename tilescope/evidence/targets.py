"""What the model is to reach on `check` rows, and whether it does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tilescope.evidence.ledger import Entry, summarise
from tilescope.evidence.records import Row

LARGE_TRANSFER_WORDS = 4096
MEDIAN_ON_NPU2 = 0.10


@dataclass(frozen=True)
class Target:
    """A group of check rows and the largest median, p90 or worst error it may have (shares).

    coverage is the least share of its rows that must be predicted.
    """

    what: str
    members: Callable[[Entry], bool]
    median: float | None = None
    p90: float | None = None
    worst: float | None = None
    coverage: float | None = None


@dataclass(frozen=True)
class Judgement:
    """A target beside what was found; `limit` texts are for tables."""

    what: str
    rows: int
    median: float | None
    limit: str
    p90: float | None
    limit_p90: str
    verdict: str


def _is_tiled_product(row: Row) -> bool:
    return row.op == "gemm" and row.core_tile is not None and row.grid is not None


def _is_array_product(entry: Entry) -> bool:
    return entry.answer.kind == "product"


def _is_npu2(row: Row) -> bool:
    return row.device.partition(":")[0] == "npu2"


def _is_noisy(row: Row) -> bool:
    """Whether the source's own noise is larger than the median error allowed on npu2."""
    return (row.source.noise_pct or 0.0) > 100 * MEDIAN_ON_NPU2


def _is_array_table(row: Row) -> bool:
    return row.source.name == "arxiv-2512-13282" and row.metric == "tops" and row.form == "balanced"


TARGETS = (
    Target(
        "products on npu1",
        lambda e: _is_array_product(e) and e.row.device.startswith("npu1"),
        median=0.06,
        p90=0.15,
    ),
    Target(
        "products on npu2, MLIR-AIR's (stated noise 15 %)",
        lambda e: _is_array_product(e) and _is_npu2(e.row) and _is_noisy(e.row),
        median=0.15,
        p90=0.25,
    ),
    Target(
        "products on npu2, all others",
        lambda e: _is_array_product(e) and _is_npu2(e.row) and not _is_noisy(e.row),
        median=MEDIAN_ON_NPU2,
        p90=0.25,
    ),
    Target(
        "launches and calls that are nothing else",
        lambda e: e.answer.kind in ("launch", "host-call"),
        median=0.05,
    ),
    Target("kernels on one core", lambda e: e.answer.kind == "kernel", median=0.05),
    Target(
        "shim transfers of 4,096 words and more",
        lambda e: e.answer.kind == "transfer" and (e.row.n or 0) >= LARGE_TRANSFER_WORDS,
        median=0.05,
    ),
    Target("additions and copies", lambda e: e.answer.kind == "stream", median=0.10),
    Target("array tables of arXiv 2512.13282", lambda e: _is_array_table(e.row), worst=0.08),
    Target(
        "coverage of products with a tile and a grid",
        lambda e: _is_tiled_product(e.row),
        coverage=0.85,
    ),
)


def judge(entries: Sequence[Entry]) -> tuple[Judgement, ...]:
    """Every target beside the ledger's check rows."""
    check = [entry for entry in entries if entry.row.role == "check"]
    return tuple(_judge(target, [e for e in check if target.members(e)]) for target in TARGETS)


def _judge(target: Target, members: Sequence[Entry]) -> Judgement:
    found = summarise(target.what, members)
    if target.coverage is not None:
        share = found.covered / found.rows if found.rows else 0.0
        return Judgement(
            f"{target.what}: {found.covered} of {found.rows}, at least {target.coverage:.0%}",
            found.rows,
            None,
            "-",
            None,
            "-",
            _verdict(share >= target.coverage),
        )
    limits = ((target.median, found.median), (target.p90, found.p90), (target.worst, found.worst))
    reached = all(
        value is not None and value <= limit for limit, value in limits if limit is not None
    )
    what = target.what
    if target.worst is not None:
        worst = "-" if found.worst is None else f"{100 * found.worst:.1f} %"
        what = f"{what}: worst {worst}, at most {100 * target.worst:.0f} %"
    return Judgement(
        what,
        found.covered,
        found.median,
        "-" if target.median is None else f"{100 * target.median:.0f} %",
        found.p90,
        "-" if target.p90 is None else f"{100 * target.p90:.0f} %",
        _verdict(reached),
    )


def _verdict(reached: bool) -> str:
    return "yes" if reached else "**no**"
