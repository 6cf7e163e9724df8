"""Every test of the kernels' numbers runs on each host build that this CPU runs."""

import pytest

from tilescope.kernels.library import KernelLibrary, best_isa, built_isas, load_library


def runnable_isas() -> list[str]:
    """The portable build, and the CPU's own where there is one."""
    return [isa for isa in built_isas() if isa in ("portable", best_isa())]


@pytest.fixture(scope="session", params=["portable", "avx512bf16"])
def library(request: pytest.FixtureRequest) -> KernelLibrary:
    """One host build."""
    if request.param not in runnable_isas():
        pytest.skip(f"this CPU or compiler has no {request.param}")
    return load_library(request.param)
