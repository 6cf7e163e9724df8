"""A run with every figure that a report can show, its timelines, and a browser to open it in.

The browser is Debian's Chromium, without a window and without a network.
"""

import functools
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tilescope.reports.html.report import write_report
from tilescope.runs.counters import (
    Cache,
    CacheLevel,
    Energy,
    ErrorDetail,
    Memory,
    MemoryLevel,
    TileMemory,
    UlpBin,
)
from tilescope.runs.figures import Interval
from tilescope.runs.files import write_run
from tilescope.runs.limits import Advice, Bound, Change, Limit
from tilescope.runs.models import Case, Provenance, Run
from tilescope.runs.output_tiles import OutputTiles
from tilescope.runs.series import Series
from tilescope.runs.timeline import LaunchTimeline, Span, Timeline, timeline_path, write_timeline
from tilescope.runs.usage import ResourceUse

STEPS = 40

MEMORY = Memory(
    levels=(
        MemoryLevel(
            level="l1",
            allocated_bytes=32_768,
            peak_bytes=30_000,
            capacity_bytes=131_072,
            read_bytes=4_000_000,
            written_bytes=3_000_000,
            least_bytes=2_000_000,
            reuse=16.0,
            tiles=(
                TileMemory(tile="core (0,2)", peak_bytes=32_768, capacity_bytes=65_536),
                TileMemory(tile="core (1,2)", peak_bytes=16_384, capacity_bytes=65_536),
            ),
        ),
        MemoryLevel(
            level="ddr",
            allocated_bytes=6_000_000,
            peak_bytes=6_000_000,
            read_bytes=5_000_000,
            written_bytes=1_000_000,
        ),
    ),
    broadcast_saved_bytes=12_000,
    reread_bytes=500,
    baseline_peak_rss_bytes=400_000_000,
)

LIMITS = (
    Limit(by="launch", us=10_000.0, basis="360 launches of 27.8 µs"),
    Limit(by="ddr", us=400.0, basis="6 MB at 15 GB/s"),
    Limit(by="shim_port", us=1_500.0, basis="6 MB through one port"),
    Limit(by="compute", us=2_500.0, basis="2,880 core calls on 16 cores"),
)

ENERGY = (
    Energy(of="npu", kind="band", low_uj=2_000.0, high_uj=9_000.0, source="a published power"),
    Energy(of="baseline", missing="no RAPL on this machine"),
)

CACHE = (
    Cache(
        kind="simulated",
        levels=(CacheLevel(level="LL", accesses=1e6, misses=2e4),),
        source="cachegrind",
    ),
)

ERROR = ErrorDetail(
    rms=1e-6,
    cosine=0.999_999,
    snr_db=118.5,
    ulps=(UlpBin(up_to=0, count=30), UlpBin(up_to=1, count=60), UlpBin(up_to=4, count=10)),
)


@pytest.fixture
def full_case(per_tile_case: Case) -> Case:
    """q_proj with everything that a case can have."""
    return per_tile_case.model_copy(
        update={
            "bound": Bound(by="launch", us=12_500.0, gap_us=7_500.0, limits=LIMITS),
            "memory": MEMORY,
            "energy": ENERGY,
            "cache": CACHE,
            "error": ERROR,
            "interval_us": Interval(low=18_000.0, high=23_000.0, confidence=0.9),
        }
    )


@pytest.fixture
def full_run(full_case: Case, fused_case: Case, provenance: Provenance) -> Run:
    """Two cases, the second without a baseline, with advice and one changed value."""
    bound = Bound(by="launch", us=150.0, gap_us=50.0, limits=LIMITS[:1])
    few = bound.model_copy(
        update={
            "limits": (
                Limit(by="launch", us=80.0),
                Limit(by="ddr", us=30.0),
                Limit(by="compute", us=70.0),
            )
        }
    )
    advice = Advice(
        cases=("q_proj",),
        dominant="launch",
        text="One launch instead of 360 would save most of it.",
        command="tilescope linear --mapping fused-k",
        gain_us=9_000.0,
    )
    return Run(
        cases=(full_case, fused_case.model_copy(update={"bound": few})),
        changed=(Change(key="ddr_gbps", value=30.0, nominal=17.5, unit="GB/s"),),
        advice=(advice,),
        provenance=provenance,
    )


def launch_timeline(kernel: str = "linear_matmul", steps: int = STEPS) -> LaunchTimeline:
    """Two cores in turn behind one mem tile and one shim: each step takes 2 µs."""
    spans = [Span("controller", "issue", "task 0", 0.0, 1.0)]
    for step in range(steps):
        at = 2.0 * step
        spans += [
            Span("shim (0,0) MM2S0", "transfer", "", at + 1.0, at + 2.0),
            Span("mem (0,1) S2MM0", "wait", "stream", at + 0.5, at + 1.0),
            Span("mem (0,1) S2MM0", "transfer", "", at + 1.0, at + 2.0),
            Span("mem (0,1) MM2S0", "transfer", "", at + 2.0, at + 3.0),
            Span("core (0,2) S2MM0", "transfer", "", at + 2.0, at + 3.0),
            Span("core (0,2)", "wait", "buffer_empty", at + 1.5, at + 3.0),
            Span("core (0,2)", "call", kernel, at + 3.0, at + 3.5),
            Span("core (1,2)", "wait", "buffer_empty", at + 1.5, at + 2.5),
            Span("core (1,2)", "call", kernel, at + 2.5, at + 3.5),
        ]
    elapsed = 2.0 * steps + 2.0
    spans.append(Span("controller", "wait", "token", 1.0, elapsed - 1.0))
    spans.append(Span("controller", "token", "", elapsed - 1.0, elapsed))
    uses = (
        ResourceUse("core (0,2)", "core", 0.5 * steps, {"buffer_empty": 1.5 * steps}, 2.0),
        ResourceUse("core (1,2)", "core", 1.0 * steps, {"buffer_empty": 1.0 * steps}, 2.0),
        ResourceUse("core (0,2) S2MM0", "channel", 1.0 * steps, {}, 1.0 * steps + 2.0, 4_096),
        ResourceUse("mem (0,1) S2MM0", "channel", steps, {"stream": 0.5 * steps}, 0.5 * steps + 2),
        ResourceUse("mem (0,1) MM2S0", "channel", 1.0 * steps, {}, 1.0 * steps + 2.0, 4_096),
        ResourceUse("shim (0,0) MM2S0", "channel", 0.5 * steps, {"ddr": 0.5 * steps}, steps + 2.0),
        ResourceUse("controller", "controller", 2.0, {"token": 2.0 * steps}, 0.0),
    )
    figures = series(steps)
    ordered = tuple(sorted(spans, key=lambda span: (span.start_us, span.resource)))
    return LaunchTimeline(kernel, 180, elapsed, ordered, uses, series=figures)


def series(steps: int) -> tuple[Series, ...]:
    """Figures that change at every microsecond; ticks are picoseconds, as a table of spans has."""
    ticks = 10**6 * np.arange(1, 2 * steps + 1)
    half = np.arange(2 * steps) % 2
    return (
        Series("active_cores", "cores", "cores", ticks, half + 1, 10**12, limit=2.0),
        Series("ddr_read", "ddr", "GB/s", ticks, 4 * half, 10**12, 1.0, 17.5),
        Series("held", "l1", "bytes", ticks, 1_024 * (half + 2), 10**12, limit=8_192.0),
        Series("held", "core (0,2)", "bytes", ticks, 1_024 * (half + 1), 10**12, limit=4_096.0),
    )


def tiles() -> OutputTiles:
    """3×4 tiles that are complete one after the other, with errors over two decades."""
    done = tuple(10.0 * (place + 1) for place in range(12))
    errors = tuple(1e-8 * 1.5**place for place in range(12))
    return OutputTiles(3, 4, 16, 16, (1, 2), "launch", done, errors)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes a run, with timelines or without, and its report; returns where that is."""

    def written(run: Run, *, timelines: bool = True) -> Path:
        path = tmp_path / "run.json"
        cases = []
        for place, case in enumerate(run.cases):
            if not timelines:
                cases.append(case)
                continue
            sidecar = timeline_path(path, f"case{place}")
            launches = (launch_timeline(), launch_timeline("linear_accumulate", 7))
            write_timeline(Timeline(case.name, launches, tiles()), sidecar, force=True)
            cases.append(case.model_copy(update={"timeline": sidecar.name}))
        write_run(run.model_copy(update={"cases": tuple(cases)}), path, force=True)
        return write_report(path, force=True).path

    return written


BINARIES = ("chromium", "chromedriver")


@functools.cache
def missing_browser() -> str | None:
    """Why no browser can be started here; None where one can."""
    lacking = [name for name in BINARIES if shutil.which(name) is None]
    return f"{' and '.join(lacking)} not installed" if lacking else None


@pytest.fixture(scope="session")
def driver() -> Iterator[Any]:
    """A headless Chromium; the test is skipped where there is none."""
    if (reason := missing_browser()) is not None:
        pytest.skip(reason)
    webdriver = pytest.importorskip("selenium.webdriver")
    options = webdriver.ChromeOptions()
    for flag in ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"):
        options.add_argument(flag)
    options.add_argument("--window-size=1360,900")
    options.binary_location = str(shutil.which("chromium"))
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    os.environ.setdefault("SE_OFFLINE", "true")
    service = webdriver.ChromeService(executable_path=str(shutil.which("chromedriver")))
    found = webdriver.Chrome(options=options, service=service)
    yield found
    found.quit()


@pytest.fixture
def opened(driver: Any) -> Callable[..., Any]:
    """Opens a report at a width and in a theme, and waits until it is drawn."""

    def open_report(report: Path, *, width: int = 1360, dark: bool = False) -> Any:
        driver.get_log("browser")
        driver.get_log("performance")
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        features = [
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        driver.get(report.as_uri())
        from selenium.webdriver.support.ui import WebDriverWait

        WebDriverWait(driver, 20).until(
            lambda found: found.execute_script("return document.documentElement.dataset.ready")
        )
        return driver

    return open_report
