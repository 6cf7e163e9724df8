"""The report as text: all that the run has, nothing that it has not, no name that steers it."""

import base64
import gzip
import hashlib
import html
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tilescope.errors import InputError
from tilescope.reports.html.report import write_report
from tilescope.runs.files import write_run
from tilescope.runs.models import Case, Run
from tilescope.runs.timeline import Timeline, write_timeline

Write = Callable[..., Path]
HOSTILE = "<script>alert(1)</script>\"'/../\u202e\x1b[31m"


def data_of(report: str) -> dict[str, list[dict[str, object]]]:
    """What the report's scripts are given."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', report, re.S)
    assert found
    content: dict[str, list[dict[str, object]]] = json.loads(found[1])
    return content


def text_of(report: str) -> str:
    """The report without its scripts, styles and markup."""
    bare = re.sub(r"<(script|style)\b.*?</\1>", "", report, flags=re.S)
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", bare)))


def test_every_time_says_whether_it_is_simulated_or_measured(write: Write, full_run: Run) -> None:
    report = write(full_run).read_text()
    figures = re.findall(r'<span class="fig" data-p="(\w+)" data-kind="([^"]*)"', report)
    times = [kind for key, kind in figures if key.endswith("_us") or key == "samples"]
    assert len(times) > 20
    assert set(times) <= {"simulated", "measured", "90 % of measurements"}
    text = text_of(report)
    assert "20.0 ms simulated" in text
    assert "1.00 ms measured" in text


def test_every_kind_of_figure_has_a_formula_and_a_source(write: Write, full_run: Run) -> None:
    report = write(full_run).read_text()
    keys = set(re.findall(r'data-p="(\w+)"', report)) | set(re.findall(r'href="#f-(\w+)"', report))
    told = data_of(report)["passports"]
    assert keys == set(told)  # and no formula is of nothing
    for key in keys:
        assert f'id="f-{key}"' in report
        assert all(told[key][part] for part in ("unit", "formula", "source"))  # type: ignore[call-overload]


def test_the_budget_of_every_case_closes_to_100(write: Write, full_run: Run) -> None:
    report = write(full_run).read_text()
    labels = re.findall(r'class="track" role="img" aria-label="([^"]*)"', report)
    assert len(labels) == 3  # all cases, q_proj, my_test
    for label in labels:
        assert round(sum(map(float, re.findall(r"([\d.]+) %", label))), 1) == 100.0


def test_the_totals_are_the_sums_of_what_every_case_has(write: Write, full_run: Run) -> None:
    text = text_of(write(full_run).read_text())
    totals = text[text.index("total 361") :][:200]
    assert "20.2 ms simulated" in totals  # 20 + 0.2
    assert "12.7 ms simulated" in totals  # bounds 12.5 + 0.15
    assert "not every case has one" in totals  # PyTorch timed one of two


def test_a_report_asks_for_nothing_outside_itself(write: Write, full_run: Run) -> None:
    report = write(full_run).read_text()
    assert not re.findall(r"(?:src|href)=\"(?!#|data:)", report)
    assert not re.findall(r"@import|url\((?!['\"]?data:|#)|https?://(?!www\.w3\.org)", report)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', report)
    assert policy
    assert html.unescape(policy[1]).startswith("default-src 'none'; script-src 'sha256-")


def test_only_our_own_script_may_run(write: Write, full_run: Run) -> None:
    report = write(full_run).read_text()
    scripts = re.findall(r"<script>(.*?)</script>", report, re.S)
    assert len(scripts) == 1
    digest = base64.b64encode(hashlib.sha256(scripts[0].encode()).digest()).decode()
    assert f"'sha256-{digest}'" in report


def test_a_hostile_name_is_text_and_nothing_else(
    write: Write, full_run: Run, full_case: Case
) -> None:
    kernels = tuple(k.model_copy(update={"name": HOSTILE}) for k in full_case.kernels)
    hostile = full_case.model_copy(
        update={"name": HOSTILE, "description": HOSTILE, "notes": (HOSTILE,), "kernels": kernels}
    )
    provenance = full_run.provenance.model_copy(update={"command_line": HOSTILE, "cpu": HOSTILE})
    run = full_run.model_copy(update={"cases": (hostile,), "provenance": provenance})
    report = write(run).read_text()
    assert report.count("<script") == 2  # the data, and our own
    assert "<script>alert" not in report
    assert "\u202e" not in report
    assert "\x1b" not in report
    assert data_of(report)["cases"][0]["name"] == "<script>alert(1)</script>\"'/../‹U+202E›␛[31m"


def test_a_case_is_never_a_path(tmp_path: Path, full_run: Run, full_case: Case) -> None:
    outside = tmp_path / "outside.timeline.json.gz"
    write_timeline(Timeline(full_case.name, ()), outside)
    folder = tmp_path / "inner"
    folder.mkdir()
    for name in ("../outside.timeline.json.gz", str(outside), "..\\outside", "..", "a\0b"):
        case = full_case.model_copy(update={"timeline": name})
        write_run(full_run.model_copy(update={"cases": (case,)}), folder / "run.json", force=True)
        written = write_report(folder / "run.json", force=True)
        assert len(written.lacks) == 1
        assert "only the run's folder is read" in written.lacks[0]
    assert {path.name for path in folder.iterdir()} == {"run.json", "run.html"}


def test_a_run_without_timelines_says_how_to_get_them(write: Write, full_run: Run) -> None:
    text = text_of(write(full_run, timelines=False).read_text())
    for what in ("The array", "Timeline", "Output tiles"):
        said = f"{what}: not obtained. None was taken; profile with --timeline."
        assert said in text


def test_an_older_run_says_what_it_does_not_have(
    write: Write, fused_case: Case, full_run: Run
) -> None:
    older = full_run.model_copy(update={"cases": (fused_case,), "advice": (), "changed": ()})
    text = text_of(write(older, timelines=False).read_text())
    for what in ("Bounds", "Roofline", "Error intervals", "Memory", "Energy", "PyTorch's times"):
        assert f"{what}: not obtained." in text
    assert "PyTorch is not installed" in text


def test_an_interrupted_run_says_so(write: Write, full_run: Run) -> None:
    report = write(full_run.model_copy(update={"complete": False})).read_text()
    assert "Only the cases that were finished are shown" in text_of(report)


def test_a_run_without_a_finished_case_still_has_its_conditions(
    write: Write, full_run: Run
) -> None:
    report = write(full_run.model_copy(update={"cases": (), "complete": False})).read_text()
    text = text_of(report)
    assert "No case was finished" in text
    assert "tilescope linear" in text
    assert data_of(report)["cases"] == []


def test_fifty_cases_stay_one_small_report(write: Write, full_run: Run, full_case: Case) -> None:
    cases = tuple(full_case.model_copy(update={"name": f"case_{place}"}) for place in range(50))
    report = write(full_run.model_copy(update={"cases": cases}))
    assert report.stat().st_size < 1_500_000
    data = data_of(report.read_text())
    assert len(data["cases"]) == 50
    assert len(data["launches"]) == 2  # what is equal is kept once


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is not a whole timeline"),
        (b"not gzip", "is not a whole timeline"),
        (gzip.compress(b"[]"), "is not a whole timeline"),
        (gzip.compress(b'{"schema_version": 99}'), "timeline version 99"),
        (gzip.compress(b'{"schema_version":1,"case":"other","launches":[]}'), "another case"),
        (gzip.compress(b'{"schema_version":1,"case":"q_proj","launches":[{}]}'), "not a whole"),
        (gzip.compress(b'{"schema_version":1,"case":"q_proj","launches":[]}'), "holds no launch"),
    ],
    ids=["empty", "no gzip", "a list", "version 99", "another case", "no numbers", "no launch"],
)
def test_a_broken_timeline_costs_its_drawings_and_says_why(
    tmp_path: Path, full_run: Run, full_case: Case, content: bytes, said: str
) -> None:
    (tmp_path / "t.gz").write_bytes(content)
    case = full_case.model_copy(update={"timeline": "t.gz"})
    write_run(full_run.model_copy(update={"cases": (case,)}), tmp_path / "run.json")
    written = write_report(tmp_path / "run.json")
    text = text_of(written.path.read_text())
    assert said in text
    assert str(tmp_path) not in written.path.read_text()


def test_a_timeline_with_an_impossible_time_is_told(tmp_path: Path, full_run: Run) -> None:
    launch = {"kernel": "k", "count": 1, "device_us": 1.0, "names": ["a", "b"]}
    launch["spans"] = [[0, 1, 1, 5.0, 1.0]]
    content = {"schema_version": 1, "case": "q_proj", "launches": [launch]}
    (tmp_path / "t.gz").write_bytes(gzip.compress(json.dumps(content).encode()))
    case = full_run.cases[0].model_copy(update={"timeline": "t.gz"})
    write_run(full_run.model_copy(update={"cases": (case,)}), tmp_path / "run.json")
    written = write_report(tmp_path / "run.json")
    assert written.lacks == ("q_proj: no drawings, since A span of k has an impossible time",)


def test_an_existing_report_is_kept_unless_forced(tmp_path: Path, full_run: Run) -> None:
    write_run(full_run, tmp_path / "run.json")
    (tmp_path / "run.html").write_text("mine")
    with pytest.raises(InputError, match="exists and is kept; add --force"):
        write_report(tmp_path / "run.json")
    assert (tmp_path / "run.html").read_text() == "mine"
    write_report(tmp_path / "run.json", force=True)
    assert (tmp_path / "run.html").read_text().startswith("<!doctype html>")


def test_a_report_never_replaces_its_own_run_file(tmp_path: Path, full_run: Run) -> None:
    write_run(full_run, tmp_path / "run.html")
    with pytest.raises(InputError, match="is the file that is read"):
        write_report(tmp_path / "run.html", force=True)
    with pytest.raises(InputError, match="is the file that is read"):
        write_report(tmp_path / "run.html", tmp_path / "." / "run.html", force=True)


def test_the_same_run_gives_the_same_report(write: Write, full_run: Run) -> None:
    assert write(full_run).read_bytes() == write(full_run).read_bytes()
