"""A page of a measured run: nothing that only a simulation knows, and nothing goes wrong."""

import re

from tests.reports.html.browser import Open, Write, complaints
from tests.reports.html.page import unexplained
from tilescope.runs.models import Run


def test_its_figures_are_a_clocks_but_for_the_prediction(write: Write, measured_run: Run) -> None:
    report = write(measured_run, timelines=False).read_text()
    figures = re.findall(r'<span class="fig" data-p="(\w+)" data-kind="([^"]*)"', report)
    simulated = {key for key, kind in figures if kind == "simulated"}
    assert simulated == {"predicted_us"}
    for absent in ("Bound", "Roofline", "The array", "Timeline", "Memory over a launch"):
        assert f"{absent}: not obtained." in report
    assert "\u221210.0 %" in report


def test_it_opens_without_a_complaint_and_explains_every_figure(
    write: Write, measured_run: Run, opened: Open
) -> None:
    report = write(measured_run, timelines=False)
    assert unexplained(report.read_text()) == []
    assert complaints(opened(report)) == []
