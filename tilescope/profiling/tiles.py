"""Profiling one block: a single launch on the NPU beside PyTorch and NumPy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from tilescope.designs.mapping import Mapping
from tilescope.designs.request import SEED_GRID, MappingRequest, base_of, resolve
from tilescope.devices.catalog import load_device
from tilescope.devices.device import Device
from tilescope.profiling import provenance
from tilescope.profiling.cases import Bench, profile_case
from tilescope.profiling.places import SIMULATED, npu_versions, place
from tilescope.profiling.products import check_runs
from tilescope.quantities.dtypes import canonical_dtype
from tilescope.quantities.seeds import check_seed
from tilescope.quantities.shapes import ceil_div, check_shape, round_up
from tilescope.runs.models import Run
from tilescope.targets.numpy_cpu import NumPyTarget
from tilescope.targets.pytorch import PyTorchTarget
from tilescope.targets.runtimes import load_runtime
from tilescope.targets.whatif import change
from tilescope.workloads.gemm import Gemm


@dataclass(frozen=True)
class TileSettings:
    """What to profile a block of m×n×k with; names as the command line takes them.

    warm_up: untimed calls of PyTorch and of NumPy; None leaves their number to a rule of time;
    changes: values of the device or the runtime to set otherwise, `KEY=VALUE` each; target: where
    to run, by the name it is registered under.
    """

    m: int = 64
    n: int = 64
    k: int = 64
    dtype: str = "float32"
    mapping: MappingRequest = field(default_factory=MappingRequest)
    device: str = "npu1"
    runtime: str = "xrt-linux"
    num_runs: int = 100
    warm_up: int | None = None
    seed: int = 0
    changes: tuple[str, ...] = ()
    target: str = SIMULATED


def profile_tile(
    settings: TileSettings, *, notify: Callable[[str], None] = lambda text: None
) -> Run:
    """One launch that multiplies one block, judged, then PyTorch and NumPy on the same inputs.

    Raises:
        InputError: an unknown name or a number out of range.
        DesignError: the block does not fit the device.
        WrongResultError: the output lies outside the kernel's contract.
    """
    check_runs(settings.num_runs)
    if settings.warm_up is not None:
        check_runs(settings.warm_up, least=0, what="warm-up runs")
    check_seed(settings.seed)
    check_shape(settings.m, settings.n, settings.k)
    device = load_device(settings.device)
    costs = load_runtime(settings.runtime, device.name)
    changed = change(settings.changes, device, costs)
    device, costs = changed.device, changed.costs or costs
    gemm = Gemm("tile", settings.m, settings.n, settings.k, canonical_dtype(settings.dtype))
    where = place(settings.target, device, costs)
    bench = Bench(
        device=device,
        runtime=where.runtime,
        npu=where.npu,
        baseline=PyTorchTarget(),
        num_runs=settings.num_runs,
        seed=settings.seed,
        op="tile",
        warm_up=settings.warm_up,
        second_baseline=NumPyTarget(),
        changed=changed.changed,
        predictor=where.predictor,
    )
    case = profile_case(gemm, block_mapping(gemm, settings.mapping, device), bench, notify)
    conditions = provenance.gather(
        device=device.name,
        runtime=bench.runtime,
        seed=settings.seed,
        torch=bench.baseline.versions() if bench.baseline else {},
        npu=npu_versions(bench.npu),
    )
    return Run(cases=(case,), changed=bench.changed, provenance=conditions)


def block_mapping(gemm: Gemm, request: MappingRequest, device: Device) -> Mapping:
    """The whole product as one block on the seed's 4×4 grid.

    The core tile is a sixteenth of it, rounded up to what the kernel takes. Its one launch is the
    product launch that per-tile makes for each block: the design is the same.

    Raises:
        InputError: a name that does not exist.
        DesignError: the core tile does not fit the device.
    """
    request = replace(request, family="fused-k", grid=SEED_GRID)
    kernel = base_of(request, gemm, device).matmul(gemm.dtype)
    r, s, t = kernel.block or (1, 1, 1)
    rows, columns = SEED_GRID
    tile = (
        round_up(ceil_div(gemm.m, rows), r),
        round_up(ceil_div(gemm.n, columns), t),
        round_up(gemm.k, s),
    )
    return resolve(replace(request, core_tile=tile), gemm, device)
