"""Does the examination read as intended?"""

import json

from syrupy.assertion import SnapshotAssertion

from tilescope.profiling.doctor.findings import Examination, Finding, Section
from tilescope.reports.doctor import doctor_json, doctor_text
from tilescope.reports.paint import Paint

FINE = Section(
    "Environment Issues",
    "none in the way; something optional is missing",
    (
        Finding("ok", "Python", "3.11.2 (CPython)"),
        Finding(
            "lack",
            "PyTorch",
            "PyTorch is not installed; there will be no baseline",
            "The README says how to get the small CPU build; reports run without it.",
        ),
    ),
)
BROKEN = Section(
    "Memory Issues",
    "the main job does not fit",
    (
        Finding(
            "broken",
            "memory",
            "20.00 MiB free; the largest projection needs 52.69 MiB",
            "Close other programs or add swap space, or profile smaller products with --case.",
        ),
    ),
)


def test_an_examination_looks_as_intended(report: SnapshotAssertion) -> None:
    assert doctor_text(Examination((FINE, BROKEN))) == report


def test_the_first_line_is_the_verdict() -> None:
    assert doctor_text(Examination((FINE,))).startswith("The main job can run here.\n")
    assert doctor_text(Examination((BROKEN,))).startswith("The main job cannot run here")


def test_no_line_is_wider_than_the_terminal() -> None:
    for width in (60, 80, 120):
        text = doctor_text(Examination((FINE, BROKEN)), width=width)
        assert max(map(len, text.splitlines())) <= width


def test_colour_changes_no_word() -> None:
    painted = doctor_text(Examination((FINE, BROKEN)), paint=Paint(enabled=True))
    plain = painted
    for code in ("\033[1m", "\033[31m", "\033[33m", "\033[0m"):
        plain = plain.replace(code, "")
    assert painted != plain
    assert plain == doctor_text(Examination((FINE, BROKEN)))


def test_json_holds_every_finding() -> None:
    content = json.loads(json.dumps(doctor_json(Examination((FINE, BROKEN)))))
    assert content["can_run"] is False
    assert [section["worst"] for section in content["sections"]] == ["lack", "broken"]
    assert content["sections"][1]["findings"][0]["remedy"].startswith("Close other programs")
