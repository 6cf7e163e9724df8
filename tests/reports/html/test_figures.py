"""Every figure that a report shows leads to its unit, kind, formula and source."""

import re
from typing import Any

from tests.reports.html.browser import Open, Write
from tests.reports.html.page import FIGURE, unexplained
from tilescope.runs.models import Run


def test_every_figure_leads_to_its_formula(write: Write, full_run: Run) -> None:
    report = write(full_run).read_text()
    assert len(FIGURE.findall(report)) > 100
    assert unexplained(report) == []


def test_a_figure_without_a_formula_would_be_found(write: Write, full_run: Run) -> None:
    report = write(full_run).read_text()
    assert unexplained(report.replace("<main", "<main><p>12.5 µs</p><i", 1)) == ["12.5 µs"]
    bare = re.sub(r'<h2 id="h-budget">.*?</h2>', '<h2 id="h-budget">Time budget</h2>', report)
    assert any("ms" in text for text in unexplained(bare))


def test_every_figure_tells_on_hover_what_it_is(write: Write, full_run: Run, opened: Open) -> None:
    """Each in turn: its exact value where it has one, its kind, its formula and its source."""
    driver: Any = opened(write(full_run))
    told: list[list[str]] = driver.execute_script(
        """
        const found = [];
        for (const one of document.querySelectorAll(".fig, [data-tip][data-p]")) {
          one.dispatchEvent(new PointerEvent("pointerover", { bubbles: true }));
          const tip = document.getElementById("tip");
          found.push([one.dataset.p, one.dataset.kind || "", tip.hidden ? "" : tip.textContent]);
        }
        return found;
        """
    )
    assert len(told) > 100
    for key, kind, text in told:
        assert "Source: " in text, key
        assert kind in text
