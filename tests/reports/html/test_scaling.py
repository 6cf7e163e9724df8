"""A report of a run over batches or sequence lengths shows time over rows."""

from typing import Any

from tests.reports.html.browser import Open, Write, complaints
from tests.reports.html.page import unexplained
from tests.reports.test_plot import over_rows
from tilescope.runs.models import Run


def test_a_run_over_rows_shows_where_the_npu_is_ahead(
    write: Write, full_run: Run, opened: Open
) -> None:
    report = write(full_run.model_copy(update={"cases": over_rows(full_run.cases[0])}))
    text = report.read_text(encoding="utf-8")
    assert "NPU faster than PyTorch: not at any point" in text
    assert unexplained(text) == []
    driver: Any = opened(report, dark=True)
    assert complaints(driver) == []
    width = driver.execute_script("return document.getElementById('plot-scaling').naturalWidth")
    assert width > 0  # the policy of the page lets it be shown


def test_no_other_run_has_that_section(write: Write, full_run: Run) -> None:
    assert 'id="h-scaling"' not in write(full_run).read_text()
