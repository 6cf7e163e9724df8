"""`--mapping best`: each product of a profile under the mapping that a search finds for it."""

from __future__ import annotations

from collections.abc import Callable

from tilescope.designs.mapping import Mapping
from tilescope.designs.request import MappingRequest
from tilescope.profiling.products import ProductSettings
from tilescope.quantities.dtypes import canonical_dtype
from tilescope.search.limits import Limits
from tilescope.search.products import best_mapping
from tilescope.search.settings import SearchSettings
from tilescope.workloads.gemm import Gemm

BEST = "best"

Notify = Callable[[str], None]
Choose = Callable[[Gemm], Mapping]


def chooser(settings: ProductSettings, notify: Notify = lambda text: None) -> Choose | None:
    """What finds the mapping of each product, for the least latency; None where one is named.

    What else the request names is kept: kernel, ports, grid, tile and so on. How B lies is left
    to the search unless it is by columns.
    """
    if settings.mapping.family != BEST:
        return None
    search = SearchSettings(
        device_name=settings.device,
        runtime_name=settings.runtime,
        limits=limits_of(settings.mapping, canonical_dtype(settings.dtype)),
        seed=settings.seed,
        changes=settings.changes,
    )
    found: dict[tuple[int, int, int], Mapping] = {}

    def choose(gemm: Gemm) -> Mapping:
        shape = (gemm.m, gemm.n, gemm.k)
        if shape not in found:
            found[shape] = best_mapping(gemm, search, lambda text: notify(f"{gemm.name}: {text}"))
        return found[shape]

    return choose


def limits_of(request: MappingRequest, dtype: str) -> Limits:
    """What a request leaves to a search."""
    scalar = request.kernel == "scalar"
    emulation = {"float32": request.emulation, "bfloat16": request.bf16}.get(dtype)
    return Limits(
        ports=request.ports,
        grid=request.grid,
        core_tile=request.core_tile,
        k_mt=request.k_mt,
        c_depth=request.c_depth,
        b_layout=request.b_layout if request.b_layout == "column" else None,
        kernel=request.kernel,
        emulation=None if scalar else emulation,
        c_dtype=canonical_dtype(request.c_dtype) if request.c_dtype is not None else None,
        toolchain=request.toolchain,
    )
