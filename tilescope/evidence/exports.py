"""The ledger as plain data, for JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from tilescope.evidence.ledger import Entry, Summary, group, summarise
from tilescope.evidence.predictions import Prediction

SCHEMA_VERSION = 1


def ledger_data(entries: Sequence[Entry]) -> dict[str, Any]:
    """Every row with prediction, signed error and terms or the reason for none; then summaries."""
    return {
        "schema_version": SCHEMA_VERSION,
        "rows": [_row(entry) for entry in entries],
        "total": _summary(summarise("all", entries)),
        "by_source": _summaries(group(entries, lambda entry: entry.row.source.name)),
        "by_kind": _summaries(group(entries, lambda entry: entry.answer.kind)),
        "by_op": _summaries(group(entries, lambda entry: entry.row.op)),
        "by_dtype": _summaries(group(entries, lambda entry: entry.row.dtype_in)),
        "by_device": _summaries(group(entries, lambda entry: entry.row.device)),
        "by_role": _summaries(group(entries, lambda entry: entry.row.role)),
    }


def _row(entry: Entry) -> dict[str, Any]:
    row, answer = entry.row, entry.answer
    data: dict[str, Any] = {
        "id": row.id,
        "experiment": row.experiment,
        "role": row.role,
        "source": row.source.name,
        "device": row.device or None,
        "soc": row.origin.soc,
        "runtime": row.origin.runtime or None,
        "op": row.op,
        "dtype": row.dtype_in or None,
        "metric": row.metric,
        "unit": row.unit,
        "statistic": row.statistic,
        "kind": answer.kind,
        "measured": row.value,
    }
    if isinstance(answer, Prediction):
        data |= {
            "predicted": answer.value,
            "error": entry.error,
            "terms": dict(answer.terms),
            "assumed": list(answer.assumed),
        }
    else:
        data |= {"predicted": None, "error": None, "reason": answer.reason}
    return data


def _summary(summary: Summary) -> dict[str, Any]:
    return {
        "name": summary.name,
        "rows": summary.rows,
        "covered": summary.covered,
        "median_signed_error": summary.bias,
        "median_error": summary.median,
        "p90_error": summary.p90,
        "worst_error": summary.worst,
        "laggards": [entry.row.id for entry in summary.laggards],
    }


def _summaries(summaries: Iterable[Summary]) -> list[dict[str, Any]]:
    return [_summary(summary) for summary in summaries]
