"""Runs with timelines, profiled once."""

from __future__ import annotations

import pytest

from tests.reports.traces.profiles import Profiled, profiled


@pytest.fixture(scope="session")
def tiled(tmp_path_factory: pytest.TempPathFactory) -> Profiled:
    """Two cases under per-tile."""
    return profiled(tmp_path_factory.mktemp("tiled"), "per-tile", "first", "second")


@pytest.fixture(scope="session")
def fused(tmp_path_factory: pytest.TempPathFactory) -> Profiled:
    """One case in one launch."""
    return profiled(tmp_path_factory.mktemp("fused"), "fused-k", "one")
