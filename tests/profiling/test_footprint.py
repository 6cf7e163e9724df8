"""What the baseline's process holds, and what a call allocates."""

from pathlib import Path

import numpy as np
import pytest

from tilescope.profiling.footprint import (
    CLEAR,
    STATUS,
    Footprint,
    footprint,
    peak_rss_bytes,
    with_baseline,
)
from tilescope.runs.counters import Memory
from tilescope.targets.pytorch import PyTorchTarget
from tilescope.workloads.gemm import Gemm


def test_the_peak_is_forgotten_before_the_call_and_read_after_it(tmp_path: Path) -> None:
    (tmp_path / "proc/self").mkdir(parents=True)
    (tmp_path / CLEAR).write_text("", encoding="utf-8")
    order = []

    def call() -> None:
        order.append((tmp_path / CLEAR).read_text(encoding="utf-8"))
        (tmp_path / STATUS).write_text("VmPeak:\t9 kB\nVmHWM:\t    300 kB\n", encoding="utf-8")

    assert footprint(call, lambda: 7, tmp_path) == Footprint(300 * 1024, 7)
    assert order == ["5"]


def test_where_the_kernel_does_not_say_it_is_the_process_since_its_start(tmp_path: Path) -> None:
    found = peak_rss_bytes(tmp_path)
    assert found is not None
    assert found > 1 << 20


def test_a_call_that_fills_a_buffer_raises_the_peak() -> None:
    if not Path("/", CLEAR).exists():
        pytest.skip("this kernel has no peak that can be forgotten")
    small = footprint(lambda: None, lambda: None).peak_rss_bytes
    large = footprint(lambda: np.ones(64 << 20, dtype=np.uint8), lambda: None).peak_rss_bytes
    assert small is not None
    assert large is not None
    assert large - small > 60 << 20


def test_pytorch_counts_its_output() -> None:
    target = PyTorchTarget()
    if target.available() is not None:
        pytest.skip("no PyTorch")
    gemm = Gemm("one", 64, 96, 32, "float32")
    a, b = np.ones((64, 32), np.float32), np.ones((32, 96), np.float32)
    assert target.allocated_bytes(target.prepare(gemm, a, b)) == 64 * 96 * 4


def test_the_baseline_stands_beside_what_is_known_of_the_npu() -> None:
    npu = Memory(levels=(), reread_bytes=5)
    both = with_baseline(npu, Footprint(100, 10))
    assert both is not None
    assert (both.reread_bytes, both.baseline_peak_rss_bytes) == (5, 100)
    assert with_baseline(npu, None) == npu
    alone = with_baseline(None, Footprint(100, None))
    assert alone is not None
    assert (alone.baseline_peak_rss_bytes, alone.baseline_allocated_bytes) == (100, None)
    assert with_baseline(None, None) is None
