"""The tables of docs/accuracy.md, made from the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tilescope.evidence.intervals import check_intervals
from tilescope.evidence.isolation import isolate
from tilescope.evidence.ledger import Entry, Summary, group, summarise
from tilescope.evidence.predictions import Prediction
from tilescope.evidence.records import Row
from tilescope.evidence.targets import judge

BEGIN = "<!-- tables: written by tools/publish_accuracy.py -->"
END = "<!-- end of tables -->"
LAGGARDS = 15


def with_tables(page: str, entries: Sequence[Entry]) -> str:
    """The page with what stands between its two marks replaced.

    Raises ValueError where the page lacks a mark.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError("the page has no place for its tables")
    return f"{before}{BEGIN}\n\n{tables(entries)}\n{END}{after}"


def tables(entries: Sequence[Entry]) -> str:
    """What was to be reached; errors by kind, source, op, dtype and device; laggards; intervals."""
    check = [entry for entry in entries if entry.row.role == "check"]
    products = [e for e in check if e.answer.kind == "product"]
    parts = [
        "## What was to be reached, on `check` rows",
        _judgements(entries),
        "## Products apart from their kernels, `check` rows",
        _isolated(check),
        "## By kind and role",
        _summaries(group(entries, lambda e: f"{e.answer.kind}, {e.row.role}"), "kind, role"),
        "## By source, `check` rows",
        _summaries(
            (*group(check, lambda e: e.row.source.name), summarise("**all**", check)), "source"
        ),
        "## By operation, `check` rows",
        _summaries(group(check, lambda e: e.row.op), "operation"),
        "## By dtype and device, products that are `check`",
        _summaries(group(products, _conditions), "dtype, device, runtime"),
        "## Farthest off, `check` rows",
        _laggards(check),
        "## Intervals",
        _intervals(entries),
    ]
    return "\n\n".join(parts) + "\n"


def _judgements(entries: Sequence[Entry]) -> str:
    rows = [
        (
            one.what,
            str(one.rows),
            _share(one.median),
            one.limit,
            _share(one.p90),
            one.limit_p90,
            one.verdict,
        )
        for one in judge(entries)
    ]
    return _table(("what", "rows", "median", "at most", "p90", "at most", "reached"), rows)


def _isolated(entries: Sequence[Entry]) -> str:
    rows = [
        (
            one.product.id,
            " ".join((_size(one.product), _types(one.product), one.product.device)),
            _signed(one.error),
            f"{one.kernel.id} {_signed(one.kernel_error)}",
            _signed(one.error_with_measured_kernel),
        )
        for one in isolate(entries)
    ]
    head = ("row", "product (m×n×k)", "error", "its kernel alone", "with the kernel as measured")
    return _table(head, rows)


def _summaries(summaries: Iterable[Summary], head: str) -> str:
    rows = [
        (
            one.name or "not stated",
            f"{one.covered} of {one.rows}",
            "-" if one.bias is None else _signed(one.bias),
            _share(one.median),
            _share(one.p90),
            _share(one.worst),
        )
        for one in summaries
    ]
    return _table((head, "predicted", "bias", "median", "p90", "worst"), rows)


def _laggards(entries: Sequence[Entry]) -> str:
    covered = sorted(
        (entry for entry in entries if entry.error is not None),
        key=lambda entry: (-abs(entry.error or 0), entry.row.id),
    )
    rows = []
    for entry in covered[:LAGGARDS]:
        row, answer = entry.row, entry.answer
        assert isinstance(answer, Prediction)
        largest = max(answer.terms, key=lambda term: answer.terms[term], default="-")
        tile = "×".join(str(side) for side in row.core_tile) if row.core_tile else ""
        what = " ".join(part for part in (row.op, _size(row), row.dtype_in, tile, row.form) if part)
        rows.append((row.id, row.source.name, what, _signed(entry.error or 0), largest))
    return _table(("row", "source", "what (m×n×k, tile)", "error", "largest term"), rows)


def _intervals(entries: Sequence[Entry]) -> str:
    rows = [
        (
            one.op,
            one.dtype,
            one.device,
            one.runtime,
            str(one.rows),
            f"{_signed(one.lowest)} to {_signed(one.highest)}",
            "too few rows" if one.within is None else f"±{100 * one.within:.0f} %",
        )
        for one in check_intervals(entries)
    ]
    return _table(
        ("operation", "dtype", "device", "runtime", "rows", "errors", "nine of ten within"), rows
    )


def _size(row: Row) -> str:
    return "×".join(str(side) for side in (row.m, row.n, row.k) if side)


def _types(row: Row) -> str:
    return "→".join(dict.fromkeys((row.dtype_in, row.dtype_out)))


def _signed(share: float) -> str:
    return f"{100 * share:+.1f} %"


def _conditions(entry: Entry) -> str:
    row = entry.row
    arithmetic = f" ({row.arithmetic})" if row.arithmetic else ""
    return f"{row.dtype_in or 'not stated'}{arithmetic}, {row.device}, {row.origin.runtime or '-'}"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f} %"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(lines)
