"""Small products and the searches of them."""

import pytest

from tilescope.devices import load_device
from tilescope.search.judging import Judge
from tilescope.search.limits import Limits
from tilescope.search.numerics import ErrorMeter
from tilescope.search.searching import ProductSearch
from tilescope.search.space import groups
from tilescope.targets.runtimes import load_runtime


@pytest.fixture
def searched():
    """Searches a product on a device, everything of the space or what may win."""

    def run(gemm, *, device="npu1", limits=None, objective="latency", **options):
        npu = load_device(device)
        costs = load_runtime("xrt-linux", npu.name)
        limits = limits or Limits()
        judge = Judge(npu, costs, objective, ErrorMeter(gemm), limits.max_error)
        space = list(groups(gemm, npu, limits))
        top = options.pop("top", 5)
        return ProductSearch(space, judge, top, **options)

    return run
