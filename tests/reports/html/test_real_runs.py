"""Pages of runs as the simulator gives them, one of each mapping, in a real browser."""

from pathlib import Path
from typing import Any

import pytest

from tests.reports.html.page import unexplained
from tilescope.designs.request import MappingRequest
from tilescope.profiling.products import ProductSettings, profile_products
from tilescope.reports.html.report import write_report
from tilescope.runs.files import write_run
from tilescope.runs.timeline import timeline_path, write_timeline
from tilescope.workloads.cases import LinearProjectionTestCase

FILLED = """
return arguments[0].every((id) => {
  const plot = document.getElementById(id);
  return plot && plot.children.length > 0 && plot.getBoundingClientRect().height > 20;
});
"""


def report_of(folder: Path, family: str, device: str, dtype: str) -> Path:
    """The report of one small product with its timeline."""
    settings = ProductSettings(
        op="gemm",
        device=device,
        dtype=dtype,
        mapping=MappingRequest(family=family),
        num_runs=1,
        timeline=True,
        baseline=False,
    )
    profile = profile_products([LinearProjectionTestCase("small", 100, 150, 130, "")], settings)
    path = folder / "run.json"
    (timeline,) = profile.timelines
    sidecar = timeline_path(path, timeline.case)
    write_timeline(timeline, sidecar)
    cases = tuple(case.model_copy(update={"timeline": sidecar.name}) for case in profile.run.cases)
    write_run(profile.run.model_copy(update={"cases": cases}), path)
    return write_report(path).path


@pytest.mark.parametrize(
    ("family", "device", "dtype"),
    [
        ("per-tile", "npu1", "float32"),
        ("fused-k", "npu1", "bfloat16"),
        ("whole-array", "npu2", "int8"),
    ],
)
def test_every_mapping_is_drawn_whole(
    tmp_path: Path, opened: Any, family: str, device: str, dtype: str
) -> None:
    report = report_of(tmp_path, family, device, dtype)
    assert unexplained(report.read_text(encoding="utf-8")) == []
    driver = opened(report)
    assert driver.get_log("browser") == []
    plots = ["budget", "roofline", "roof-launch", "array", "tiles", "memory", "timeline"]
    ids = [plot if plot.startswith("roof-") else f"plot-{plot}" for plot in plots]
    assert driver.execute_script(FILLED, ids)
    shown = driver.execute_script(
        "return [...document.querySelectorAll('.absent:not([hidden]) strong')].map((e) =>"
        " e.textContent).filter((text) => !/PyTorch|interval|Energy/.test(text))"
    )
    assert shown == []
    rows = driver.execute_script("return document.querySelectorAll('#array-table tbody tr').length")
    assert rows > 40
