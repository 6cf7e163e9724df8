"""The report of a sweep: every point is drawn or says why it failed, in a real browser, too."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tilescope.cli.main import app
from tilescope.errors import InputError
from tilescope.profiling.sweeps.axes import parse_axes
from tilescope.profiling.sweeps.plan import SweepPlan
from tilescope.profiling.sweeps.sweep import run_sweep
from tilescope.profiling.sweeps.workers import LocalWorkers
from tilescope.reports.html import sweeps
from tilescope.reports.html.sweeps import write_sweep_report
from tilescope.workloads.cases import LinearProjectionTestCase

BASE = LinearProjectionTestCase("base", 64, 96, 192)
AXES = ["M=64,128,256", "tile=16x16x32,32,256", "dtype=bfloat16,int8", "K=192,384"]


@pytest.fixture
def swept(tmp_path: Path) -> Callable[..., Path]:
    """Runs a small sweep and returns its file."""

    def run(*axes: str) -> Path:
        path = tmp_path / "sweep.parquet"
        plan = SweepPlan(parse_axes(axes or AXES), BASE)
        run_sweep(plan, path, LocalWorkers(1), force=True)
        return path

    return run


def complaints(driver: Any) -> list[dict[str, Any]]:
    """What the browser's console says."""
    found: list[dict[str, Any]] = driver.get_log("browser")
    return found


def cells(driver: Any) -> list[list[str]]:
    """The class and the tip of every cell of the heatmap, row by row."""
    script = (
        "return [...document.querySelectorAll('#plot-heatmap rect')]"
        ".map((one) => [one.getAttribute('class') || '', one.dataset.tip])"
    )
    found: list[list[str]] = driver.execute_script(script)
    return found


def choose(driver: Any, select: str, text: str) -> None:
    """Pick an option by its text."""
    from selenium.webdriver.support.ui import Select

    Select(driver.find_element("id", select)).select_by_visible_text(text)


def test_a_report_of_a_sweep_stands_beside_its_file(swept: Callable[..., Path]) -> None:
    path = swept()
    result = CliRunner().invoke(app, ["report", "html", str(path)])
    assert result.exit_code == 0, result.stderr
    page = path.with_suffix(".html")
    assert result.stdout == f"Written: {page}\n"
    text = page.read_text(encoding="utf-8")
    assert "Sweep of 36 products on npu1 (simulated)" in text
    assert "24 timed on the simulated NPU without data, 12 failed" in text
    assert "N = 96 as in base" in text
    assert "linear_fused does not fit npu1" in text
    assert "http://" not in text.replace("http://www.w3.org/2000/svg", "")
    again = CliRunner().invoke(app, ["report", "html", str(path)])
    assert again.exit_code == 2
    assert "exists and is kept" in again.stderr
    printed = CliRunner().invoke(app, ["report", "html", str(path), "-o", "-"])
    assert printed.stdout == text


@pytest.mark.parametrize("content", [b"", b"no parquet"])
def test_a_file_that_is_no_sweep_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.parquet"
    path.write_bytes(content)
    result = CliRunner().invoke(app, ["report", "html", str(path)])
    assert (result.exit_code, result.stdout) == (2, "")
    assert "cannot be read as Parquet" in result.stderr
    assert not path.with_suffix(".html").exists()


def test_more_points_than_a_browser_should_draw_are_refused(
    swept: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = swept()
    monkeypatch.setattr(sweeps, "MOST_POINTS", 35)
    with pytest.raises(InputError, match="has 36 points, and a report draws 35"):
        write_sweep_report(path, None)


@pytest.mark.parametrize("width", [1360, 380])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_heatmap_and_lines_are_drawn_without_a_complaint(
    swept: Callable[..., Path], opened: Callable[..., Any], width: int, dark: bool
) -> None:
    driver = opened(write_sweep_report(swept(), None).path, width=width, dark=dark)
    assert complaints(driver) == []
    assert len(cells(driver)) == 3 * 2  # M across, K down
    dots = "return document.querySelectorAll('#plot-lines .dot').length"
    assert driver.execute_script(dots) == 3 * 2  # over M, a line for each K
    assert driver.execute_script("return document.documentElement.scrollWidth") <= width
    sent = [
        message["params"]["request"]["url"]
        for entry in driver.get_log("performance")
        if (message := json.loads(entry["message"])["message"])["method"]
        == "Network.requestWillBeSent"
    ]
    assert all(url.startswith(("file:", "data:")) for url in sent)


def test_axes_may_be_chosen_and_a_failed_point_says_why(
    swept: Callable[..., Path], opened: Callable[..., Any]
) -> None:
    path = swept()
    driver = opened(write_sweep_report(path, None).path)
    choose(driver, "heat-down", "tile")
    found = cells(driver)
    assert len(found) == 3 * 3  # tile down, M across
    assert [kind for kind, _ in found] == [""] * 6 + ["none"] * 3  # 256³ fits nowhere
    assert "bytes of L" in found[8][1]
    assert found[0][1].startswith("M 64, tile 16x16x32, dtype ")
    assert "(simulated)" in found[0][1]
    choose(driver, "heat-figure", "Bound by")
    texts = driver.execute_script(
        "return [...document.querySelectorAll('#plot-heatmap text')].map((one) => one.textContent)"
    )
    assert "launch" in texts
    choose(driver, "line-by", "tile")
    choose(driver, "line-x", "dtype")
    assert complaints(driver) == []
    legend = driver.find_element("id", "line-legend").text
    assert "tile 256x256x256 no point was timed" in legend


@pytest.mark.parametrize("axes", [("M=64",), ("tile=256",), ("dtype=int8,bfloat16",)])
def test_a_sweep_of_one_axis_or_without_a_good_point_is_drawn_too(
    swept: Callable[..., Path], opened: Callable[..., Any], axes: tuple[str, ...]
) -> None:
    driver = opened(write_sweep_report(swept(*axes), None).path)
    assert complaints(driver) == []
    assert len(cells(driver)) == len(axes[0].split(","))
