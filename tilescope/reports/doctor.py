"""The examination on a screen and as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from tilescope.profiling.doctor.findings import Examination, Finding
from tilescope.reports.paint import PLAIN, Paint, Style
from tilescope.reports.wrapping import wrap

SCHEMA_VERSION = 1
VERDICTS = {
    True: "The main job can run here.",
    False: "The main job cannot run here; see what is broken below.",
}
STYLES: dict[str, Style | None] = {"ok": None, "note": "warn", "lack": None, "broken": "bad"}


def doctor_text(examination: Examination, *, width: int = 80, paint: Paint = PLAIN) -> str:
    """The verdict, then each heading with its answer and what was looked at."""
    lines = [paint(VERDICTS[examination.can_run], "strong" if examination.can_run else "bad")]
    label_width = max(
        len(finding.what) for section in examination.sections for finding in section.findings
    )
    for section in examination.sections:
        said = wrap(f"{section.heading}: {section.answer}", width, hanging="  ")
        lines += ["", *(paint(line, "strong") for line in said)]
        for finding in section.findings:
            lines += _finding(finding, label_width, width, paint)
    counts = [
        f"{sum(f.status == status for s in examination.sections for f in s.findings)} {status}"
        for status in STYLES
    ]
    return "\n".join([*lines, "", ", ".join(counts), ""])


def doctor_json(examination: Examination) -> dict[str, Any]:
    """The same for programs."""
    return {
        "schema_version": SCHEMA_VERSION,
        "can_run": examination.can_run,
        "sections": [
            {
                "heading": section.heading,
                "answer": section.answer,
                "worst": section.worst,
                "findings": [asdict(finding) for finding in section.findings],
            }
            for section in examination.sections
        ],
    }


def _finding(finding: Finding, label_width: int, width: int, paint: Paint) -> list[str]:
    status = f"{finding.status:<6}"
    indent = " " * (len(status) + label_width + 4)
    first, *more = wrap(finding.detail, width, indent=indent)
    head = f"  {paint(status, STYLES[finding.status])} {finding.what:<{label_width}} "
    lines = [head + first[len(indent) :], *more]
    if finding.remedy:
        lines += wrap(f"→ {finding.remedy}", width, indent=indent, hanging=f"{indent}  ")
    return lines
