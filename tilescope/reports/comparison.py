"""A comparison of runs: for a terminal, for a pull request, for a program."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from tilescope.evidence.comparing import CaseComparison, Comparison
from tilescope.evidence.verdicts import EXACT, WORDS, Verdict
from tilescope.quantities.units import format_us, significant
from tilescope.reports.budget import short
from tilescope.reports.paint import PLAIN, Paint, Style
from tilescope.reports.tables import LEAST_ROOM, Column, table, table_width
from tilescope.reports.wrapping import wrap

STYLES: dict[str, Style | None] = {"SLOW": "bad", "FAST": "good", "AMBIGUOUS": "warn", "SAME": None}
FIGURES = {"npu": "the NPU's time", "baseline": "PyTorch's time"}
MOST_TERMS = 3
LARGE = 10.0
"""Ratios from here on are told as factors."""
LEAST_PART = 1e-3
"""Of all that moved: below it a term is one of a budget's roundings, to picoseconds."""


def comparison_text(
    comparison: Comparison, names: tuple[str, str], *, width: int = 80, paint: Paint = PLAIN
) -> str:
    """The verdicts, slowest first, with evidence; `names` are what the two runs are called."""
    cases = ordered(comparison)
    columns = [
        Column(
            "verdict",
            [case.verdict.word for case in cases],
            left=True,
            styles=[STYLES[case.verdict.word] for case in cases],
        ),
        Column("before", [format_us(case.before.median) for case in cases]),
        Column("after", [format_us(case.after.median) for case in cases]),
        Column("change", [change(case.verdict) for case in cases]),
    ]
    keys = Column("case", [case.key for case in cases], left=True)
    title = f"{plain(names[0])} → {plain(names[1])}"
    lines = [
        *(paint(line, "strong") for line in wrap(title, width, hanging="  ")),
        *_lines(f"{_counted(comparison)}; {_mean(comparison)}", width),
        "",
        *(
            table([*columns, keys], paint=paint)
            if table_width(columns) + 1 + LEAST_ROOM <= width
            else _with_keys_below(table(columns, paint=paint), keys.cells)
        ),
        "",
    ]
    if told_of := [case for case in cases if case.verdict.word != "SAME"]:
        lines.append(paint("Why", "strong"))
    lines += _reasons(told_of, width)
    for told in _remarks(comparison, (plain(names[0]), plain(names[1]))):
        lines += _lines(plain(told), width)
    while not lines[-1]:
        lines.pop()
    return "\n".join(lines) + "\n"


def _with_keys_below(lines: list[str], keys: Sequence[str]) -> list[str]:
    """A table's lines with the key of each row below it: a narrow screen has no room beside."""
    head = len(lines) - len(keys)
    rows = zip(lines[head:], keys, strict=True)
    return [*lines[:head], *(line for row, key in rows for line in (row, f"  {key}"))]


def comparison_markdown(comparison: Comparison, names: tuple[str, str]) -> str:
    """The same as a table for a pull request."""
    rows = [
        f"| {' | '.join(row)} |"
        for row in (
            (
                f"**{case.verdict.word}**" if case.verdict.word != "SAME" else case.verdict.word,
                f"`{case.key}`",
                format_us(case.before.median),
                format_us(case.after.median),
                change(case.verdict),
                _literal(moved(case)) or "-",
            )
            for case in ordered(comparison)
        )
    ]
    lines = [
        f"### {_literal(names[0])} → {_literal(names[1])}",
        "",
        f"{_counted(comparison)}; {_mean(comparison)}.",
        "",
        "| verdict | case | before | after | change | what moved |",
        "|---|---|---:|---:|---:|---|",
        *rows,
    ]
    why = _why(ordered(comparison))
    if remarks := [*why, *(_literal(told) for told in _remarks(comparison, names))]:
        lines += ["", *(f"- {told}" for told in remarks)]
    return "\n".join(lines) + "\n"


def comparison_data(comparison: Comparison, names: tuple[str, str]) -> dict[str, Any]:
    """The same for a program; a figure that there is none of is null."""
    return {
        "before": names[0],
        "after": names[1],
        "figure": comparison.figure,
        "geometric_mean": comparison.geometric_mean,
        "counts": {word: comparison.count(word) for word in WORDS},
        "cases": [
            {
                "key": case.key,
                "verdict": case.verdict.word,
                "reason": case.verdict.reason,
                "before_us": case.before.median,
                "after_us": case.after.median,
                "ratio": case.verdict.ratio,
                "interval": [case.verdict.low, case.verdict.high],
                "p": case.verdict.p,
                "kind": case.after.kind,
                "moved": [
                    {"term": one.term, "before_us": one.before_us, "after_us": one.after_us}
                    for one in case.moved
                ],
            }
            for case in comparison.cases
        ],
        "only_before": list(comparison.only_before),
        "only_after": list(comparison.only_after),
        "differences": list(comparison.differences),
    }


def ordered(comparison: Comparison) -> list[CaseComparison]:
    """The cases by verdict, SLOW first, and then as the runs have them."""
    return sorted(comparison.cases, key=lambda case: WORDS.index(case.verdict.word))


def change(verdict: Verdict) -> str:
    """`−2.51 %`, and for measured times the interval: `+2.5 % [+1.9, +3.1]`; `12.5×` from 10 on."""
    if verdict.ratio is None:
        return "-"
    if verdict.ratio >= LARGE:
        return f"{significant(verdict.ratio)}×"
    if verdict.low is None or verdict.high is None or verdict.low == verdict.high:
        return f"{_percent(verdict.ratio, 2)} %"
    low, high = _percent(verdict.low, 1), _percent(verdict.high, 1)
    return f"{_percent(verdict.ratio, 1)} % [{low}, {high}]"


def _reasons(cases: list[CaseComparison], width: int) -> list[str]:
    """Each reason once, with the cases that it holds for and what there is to say of each."""
    alike: dict[tuple[str, str], list[CaseComparison]] = {}
    for case in cases:
        alike.setdefault((case.verdict.word, case.verdict.reason), []).append(case)
    lines = []
    for (word, reason), group in alike.items():
        details = [_details(case) for case in group]
        if len(group) == 1 or not any(details):
            keys = ", ".join(case.key for case in group)
            told = "; ".join(text for text in (reason, details[0]) if text)
            lines += _lines(f"{word} {keys}: {told}", width)
            continue
        lines += _lines(f"{word}, {reason}:", width)
        for case, text in zip(group, details, strict=True):
            said = f"{case.key}: {text}" if text else case.key
            lines += [f"  {line}" for line in _lines(said, width - 2)]
    return lines


def _why(cases: list[CaseComparison]) -> list[str]:
    """For Markdown: each reason once with its cases, but for what the table says already."""
    alike: dict[tuple[str, str], list[str]] = {}
    for case in cases:
        if case.verdict.word != "SAME" and case.verdict.reason != EXACT:
            alike.setdefault((case.verdict.word, case.verdict.reason), []).append(f"`{case.key}`")
    return [
        f"**{word}**, {_literal(reason)}: {', '.join(keys)}"
        for (word, reason), keys in alike.items()
    ]


def _details(case: CaseComparison) -> str:
    """How sure a verdict is, and which terms moved; empty where there is neither."""
    p = case.verdict.p
    sure = f"p = {p:.2g} (Mann-Whitney)" if p is not None else ""
    return "; ".join(text for text in (sure, moved(case)) if text)


def moved(case: CaseComparison) -> str:
    """`launch +1.20 ms, sync −80.0 µs, of +1.12 ms`; empty where no term did."""
    if not case.moved:
        return ""
    total_us = case.after.median - case.before.median
    least_us = LEAST_PART * sum(abs(one.change_us) for one in case.moved)
    named = [one for one in case.moved if abs(one.change_us) >= least_us]
    shown = [f"{plain(short(one.term))} {_signed(one.change_us)}" for one in named[:MOST_TERMS]]
    more = len(named) - MOST_TERMS
    rest = f" and {more} more" if more > 0 else ""
    return f"{', '.join(shown)}{rest}, of {_signed(total_us)}"


def _counted(comparison: Comparison) -> str:
    count = len(comparison.cases)
    counts = [f"{comparison.count(word)} {word}" for word in WORDS if comparison.count(word)]
    cases = "1 case" if count == 1 else f"{count} cases"
    kinds = {time.kind for case in comparison.cases for time in (case.before, case.after)}
    told = " and ".join(sorted(kinds))
    return f"{cases} by {FIGURES[comparison.figure]}, {told}: {', '.join(counts)}"


def _mean(comparison: Comparison) -> str:
    mean = comparison.geometric_mean
    if mean is None:
        return "no ratio"
    percent = f" ({_percent(mean, 2)} %)" if mean < LARGE else ""
    return f"geometric mean of the ratios {mean:.4g}{percent}"


def _remarks(comparison: Comparison, names: tuple[str, str]) -> list[str]:
    sides = ((names[0], comparison.only_before), (names[1], comparison.only_after))
    told = [f"Not compared, only in {name}: {', '.join(keys)}" for name, keys in sides if keys]
    return [*told, *(f"Allowed to differ: {text}" for text in comparison.differences)]


def _percent(ratio: float, decimals: int) -> str:
    return f"{(ratio - 1) * 100:+.{decimals}f}".replace("-", "−")


def _signed(us: float) -> str:
    return f"{'−' if us < 0 else '+'}{format_us(abs(us))}"


def _lines(text: str, width: int) -> list[str]:
    """A sentence as indented lines, on which a number stays with its unit."""
    kept = re.sub(r"(\d) (ns|µs|ms|s|%)(?!\w)", "\\1\u00a0\\2", text)
    return [line.replace("\u00a0", " ") for line in wrap(kept, width, "  ", "    ")]


def plain(text: str) -> str:
    """A text from a file, without what could steer a terminal or end a line."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _literal(text: str) -> str:
    """A text from a file that Markdown shows as it is."""
    return "".join(f"\\{letter}" if letter in "\\`*<>[]|#" else letter for letter in plain(text))
