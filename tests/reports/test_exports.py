"""A run for other programs: CSV, JSON, markdown and a picture; what they hold is pinned."""

import csv
import io
import json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from tilescope.reports.case_table import case_columns, case_table
from tilescope.reports.csv_text import csv_text
from tilescope.reports.markdown import head, literal, markdown, markdown_table
from tilescope.reports.plot import plot_svg
from tilescope.reports.results import METRICS, content
from tilescope.runs.figures import Interval
from tilescope.runs.files import read_run
from tilescope.runs.keys import case_key
from tilescope.runs.models import Case, Run

HOSTILE = '=cmd|"/C calc"!A0<script>alert(1)</script>\u202e/../x\n\x1b[31m'
SVG = "{http://www.w3.org/2000/svg}"


def named(run: Run, name: str) -> Run:
    """The run with its first case called so."""
    first = run.cases[0].model_copy(update={"name": name})
    return run.model_copy(update={"cases": (first, *run.cases[1:])})


def test_columns_and_series_are_pinned(mixed_run: Run, report: SnapshotAssertion) -> None:
    """A name that changes here breaks the programs that read it."""
    lines = [
        *(f"{metric.name:<28} {metric.unit:<8} {metric.origin}" for metric in METRICS),
        "",
        *(case_key(case) for case in mixed_run.cases),
        "",
        *sorted({entry["metric"] for entry in content(mixed_run)["series"]}),
    ]
    assert "\n".join(lines) + "\n" == report


def test_csv_holds_every_case_and_every_figure(mixed_run: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(csv_text(mixed_run))))
    assert [row["key"] for row in rows] == [case_key(case) for case in mixed_run.cases]
    for row, case in zip(rows, mixed_run.cases, strict=True):
        assert float(row["npu_median_us"]) == case.npu_us.median
        assert row["npu_kind"] == case.npu_us.kind
        budget = [float(row[name]) for name in row if re.match(r"budget_.*_us", name) and row[name]]
        assert sum(budget) == pytest.approx(case.npu_us.median, rel=1e-6)
        assert (row["pytorch_median_us"] == "") == (case.baseline_us is None)


def test_units_are_in_the_names_of_the_columns() -> None:
    suffixes = {"us": "_us", "bytes": "_bytes", "uJ": "_uj", "GFLOP/s": "_gflops"}
    for metric in METRICS:
        if metric.unit:
            assert metric.name.endswith(suffixes[metric.unit])


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", " ="])
def test_no_spreadsheet_takes_a_name_for_a_formula(mixed_run: Run, start: str) -> None:
    rows = list(csv.DictReader(io.StringIO(csv_text(named(mixed_run, f"{start}1+1")))))
    assert not rows[0]["name"].lstrip().startswith(("=", "+", "-", "@", "\t", "\r"))
    assert rows[0]["name"].endswith("1+1")
    assert rows[1]["name"] == mixed_run.cases[1].name


def test_json_holds_what_was_obtained_with_unit_and_kind(mixed_run: Run) -> None:
    found = content(mixed_run)
    assert json.loads(json.dumps(found)) == found
    for entry in found["series"]:
        assert entry["value"] is not None
        assert entry["kind"] in ("simulated", "measured", "derived", "cached", "band")
    case = mixed_run.cases[0]
    npu = next(
        entry
        for entry in found["series"]
        if entry["key"] == case_key(case) and entry["metric"] == "npu_median_us"
    )
    assert npu == {
        "key": case_key(case),
        "metric": "npu_median_us",
        "value": case.npu_us.median,
        "unit": "us",
        "kind": "simulated",
    }


def test_the_markdown_table_is_that_of_the_terminal(mixed_run: Run) -> None:
    """Cell by cell: the same heads, the same rows, the same totals."""
    terminal = case_table(mixed_run.cases, width=10_000)
    heads, _, *rows = (
        [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        for line in markdown_table(mixed_run.cases)
    )
    columns = case_columns(mixed_run.cases)
    assert heads == [literal(head(column)) for column in columns]
    assert len(rows) == len(mixed_run.cases) + 1
    plain = [line for line in terminal if not line.startswith("---")][-len(rows) :]
    for line, row in zip(plain, rows, strict=True):
        assert line.split() == " ".join(row).replace("\\", "").split()


def test_markdown_says_what_the_screen_says(per_tile_run: Run, report: SnapshotAssertion) -> None:
    assert markdown(per_tile_run) == report


def test_a_hostile_name_changes_nothing_of_markdown(mixed_run: Run) -> None:
    text = markdown(named(mixed_run, HOSTILE))
    assert "<script>" not in text.replace("\\<script\\>", "")
    assert "\u202e" not in text
    assert "\x1b" not in text
    rows = [line for line in text.splitlines() if line.startswith("| ") and "calc" in line]
    assert len(rows) == 1
    cells = re.split(r"(?<!\\)\|", rows[0])
    assert len(cells) == len(case_columns(mixed_run.cases)) + 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("q_proj", "q_proj"),
        ("_private", "\\_private"),
        ("a|b", "a\\|b"),
        ("*bold* `code`", "\\*bold\\* \\`code\\`"),
        ("two\nlines", "two lines"),
    ],
)
def test_markdown_takes_a_text_as_it_is(text: str, expected: str) -> None:
    assert literal(text) == expected


def bars(svg: str) -> list[ElementTree.Element]:
    """The bars of a picture: those that say what they are."""
    return [one for one in ElementTree.fromstring(svg).iter(f"{SVG}rect") if len(one)]


def test_a_picture_has_a_bar_for_each_term_and_for_pytorch(mixed_run: Run) -> None:
    """As long as their times are to each other."""
    found = bars(plot_svg(mixed_run))
    expected = sum(
        sum(part.us > 0 for part in case.budget) + (case.baseline_us is not None)
        for case in mixed_run.cases
    )
    assert len(found) == expected
    case = mixed_run.cases[0]
    widths = [float(bar.get("width", "nan")) for bar in found[: len(case.budget)]]
    shares = [part.us / case.npu_us.median for part in case.budget]
    assert [width / sum(widths) for width in widths] == pytest.approx(
        sorted_as(case, shares), abs=2e-3
    )


def sorted_as(case: Case, shares: list[float]) -> list[float]:
    """In the order of the vocabulary, as the picture stacks them."""
    from tilescope.reports.budget import summed

    terms = {part.term: share for part, share in zip(case.budget, shares, strict=True)}
    return [terms[term] for term in summed([case])]


def test_a_hostile_name_stays_text_in_a_picture(mixed_run: Run) -> None:
    svg = plot_svg(named(mixed_run, HOSTILE))
    root = ElementTree.fromstring(svg)
    assert not list(root.iter(f"{SVG}script"))
    assert "\u202e" not in svg
    assert "\x1b" not in svg
    assert "alert(1)" in "".join(root.itertext())


def test_the_same_run_gives_the_same_picture(mixed_run: Run) -> None:
    assert plot_svg(mixed_run) == plot_svg(mixed_run)


def test_an_interval_is_drawn_where_there_is_one(mixed_run: Run) -> None:
    case = mixed_run.cases[0]
    us = case.npu_us.median
    sure = Interval(low=us * 0.9, high=us * 1.2, confidence=0.9)
    run = mixed_run.model_copy(
        update={"cases": (case.model_copy(update={"interval_us": sure}), *mixed_run.cases[1:])}
    )
    assert "NPU's whiskers: where hardware is expected, 90 % of the time" in plot_svg(run)
    assert "whiskers" not in plot_svg(mixed_run)


def test_a_run_file_of_an_older_version_still_exports() -> None:
    for path in sorted((Path(__file__).parents[1] / "runs" / "older").glob("*.json")):
        run = read_run(path)
        assert csv_text(run).count("\n") == len(run.cases) + 1
        assert markdown(run).startswith("# ")
        assert content(run)["series"]
        assert plot_svg(run).endswith("</svg>\n")
