"""Products that people tuned by hand for hardware: the search ends on their tiles, told nothing."""

import pytest

from tilescope.evidence.kernels import output_dtype
from tilescope.evidence.mappings import LAYOUTS
from tilescope.evidence.reading import read_measurements
from tilescope.search.limits import Limits
from tilescope.search.products import best_mapping
from tilescope.search.settings import SearchSettings
from tilescope.workloads import Gemm

HEADLINES = ("m0317", "m0329", "m0333", "m0345")  # int8 and bfloat16 on both generations
ROWS = {row.id: row for row in read_measurements() if row.id in HEADLINES}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_the_search_ends_on_the_core_tile_that_its_authors_chose(row):
    """Tables 2 and 3 of arXiv 2512.13282; benchmarks/published.py searches the whole space."""
    m, k, n = row.shape
    layout = LAYOUTS[row.source.name]
    limits = Limits(
        grid=row.grid,
        ports=layout.ports,
        b_layout=layout.b_layout,
        toolchain="chess",
        c_dtype=output_dtype(row),
    )
    settings = SearchSettings(device_name=row.device, limits=limits)
    mapping = best_mapping(Gemm("tuned", m, n, k, row.dtype_in), settings)
    assert mapping.core_tile == row.core_tile
