"""Profiling matrix products: each case on the NPU, judged, then beside PyTorch."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from tilescope.designs.mapping import Mapping
from tilescope.designs.request import MappingRequest, resolve
from tilescope.devices.catalog import load_device
from tilescope.devices.device import Device
from tilescope.errors import InputError
from tilescope.profiling import provenance
from tilescope.profiling.beside import SamplingRequest, make_sampling
from tilescope.profiling.cases import Bench, profile_case
from tilescope.profiling.details import profile_in_detail
from tilescope.profiling.memory import check_memory
from tilescope.profiling.places import SIMULATED, choose_target, npu_versions, place
from tilescope.profiling.trust import check_trusted
from tilescope.quantities.dtypes import canonical_dtype
from tilescope.quantities.seeds import check_seed
from tilescope.runs.models import Case, Run
from tilescope.runs.timeline import Timeline
from tilescope.targets.pytorch import PyTorchTarget
from tilescope.targets.runtimes import load_runtime
from tilescope.targets.simulated import DEFAULT_RUNTIME
from tilescope.targets.whatif import change
from tilescope.workloads.cases import LinearProjectionTestCase
from tilescope.workloads.gemm import Gemm

MAX_RUNS = 1_000_000


@dataclass(frozen=True)
class ProductSettings:
    """What to profile the cases with; names as the command line takes them.

    op: what the cases are, `linear` projections or any `gemm`; timing_only: move no data and
    check nothing; baseline: time PyTorch, by default unless only the time is wanted; sampling:
    how it is timed, beside the number of runs; changes: values of the device or the runtime to
    set otherwise, `KEY=VALUE` each; target: where to run, by the name it is registered under.
    """

    op: str = "linear"
    device: str = "npu1"
    runtime: str = "xrt-linux"
    dtype: str = "float32"
    mapping: MappingRequest = field(default_factory=MappingRequest)
    num_runs: int = 10
    seed: int = 0
    timeline: bool = False
    timing_only: bool = False
    baseline: bool | None = None
    sampling: SamplingRequest = field(default_factory=SamplingRequest)
    changes: tuple[str, ...] = ()
    target: str = SIMULATED

    def __post_init__(self) -> None:
        """What only a simulation answers is not asked of a device."""
        asked = simulated_only(self)
        if self.target != SIMULATED and asked:
            choose_target(self.target, self.device, asked)


def simulated_only(settings: ProductSettings) -> list[str]:
    """What of the settings only a simulation answers, as the command line has it."""
    given = {
        "--timing-only": settings.timing_only,
        "--timeline": settings.timeline,
        "--set": bool(settings.changes),
        f"--runtime {settings.runtime}": settings.runtime != DEFAULT_RUNTIME,
    }
    return [option for option, asked in given.items() if asked]


@dataclass(frozen=True)
class Profile:
    """A run, and the timelines of its cases where they were asked for."""

    run: Run
    timelines: tuple[Timeline, ...] = ()


def profile_products(
    test_cases: Sequence[LinearProjectionTestCase],
    settings: ProductSettings,
    *,
    notify: Callable[[str], None] = lambda text: None,
    on_case: Callable[[Case], None] = lambda case: None,
    choose: Callable[[Gemm], Mapping] | None = None,
) -> Profile:
    """Profile the cases in order; after an interruption the run holds those that were finished.

    notify hears what is going on; on_case gets each case when it is finished; choose finds the
    mapping of each product where the settings' request does not. Everything that can be refused
    is refused before the first case starts.

    Raises:
        InputError: an unknown name, a number out of range, two cases of one name, a case that
            does not fit the device or this machine.
        WrongResultError: an output lies outside its kernel's contract.
    """
    bench = make_bench(settings)
    work = plan_cases(test_cases, settings, bench.device, choose)
    cases: list[Case] = []
    timelines: list[Timeline] = []
    complete = True
    try:
        for number, (gemm, mapping) in enumerate(work, start=1):
            prefix = f"{gemm.name} ({number} of {len(work)}): "
            heard = _prefixed(notify, prefix)
            if settings.timeline:
                case, timeline = profile_in_detail(gemm, mapping, bench, heard)
                timelines.append(timeline)
            else:
                case = profile_case(gemm, mapping, bench, heard)
            cases.append(case)
            on_case(case)
    except KeyboardInterrupt:
        complete = False
    conditions = provenance.gather(
        device=bench.device.name,
        runtime=bench.runtime,
        seed=settings.seed,
        torch=bench.baseline.versions() if bench.baseline else {},
        npu=npu_versions(bench.npu),
    )
    run = Run(
        complete=complete,
        cases=tuple(cases),
        changed=bench.changed,
        chosen_by="search" if choose else None,
        provenance=conditions,
    )
    return Profile(run, tuple(timelines))


def make_bench(settings: ProductSettings) -> Bench:
    """The device, the targets and the settings, looked up.

    Raises:
        InputError: an unknown name, or a number out of range.
    """
    check_runs(settings.num_runs)
    if settings.sampling.warm_up is not None:
        check_runs(settings.sampling.warm_up, least=0, what="warm-up runs")
    check_seed(settings.seed)
    device = load_device(settings.device)
    costs = load_runtime(settings.runtime, device.name)
    changed = change(settings.changes, device, costs)
    device, costs = changed.device, changed.costs or costs
    beside = not settings.timing_only if settings.baseline is None else settings.baseline
    if (beside or settings.target != SIMULATED) and settings.sampling.strict:
        check_trusted()
    where = place(settings.target, device, costs)
    return Bench(
        device=device,
        runtime=where.runtime,
        npu=where.npu,
        baseline=PyTorchTarget() if beside else None,
        num_runs=settings.num_runs,
        seed=settings.seed,
        op=settings.op,
        timing_only=settings.timing_only,
        warm_up=settings.sampling.warm_up,
        sampling=make_sampling(settings.sampling),
        changed=changed.changed,
        predictor=where.predictor,
    )


def check_runs(num_runs: int, least: int = 1, what: str = "runs") -> None:
    """Accept a number of runs.

    Raises:
        InputError: it is below the least or above a million.
    """
    if not least <= num_runs <= MAX_RUNS:
        raise InputError(
            f"The number of {what} is {num_runs}; it must be from {least} to {MAX_RUNS:,}."
        )


def plan_cases(
    test_cases: Sequence[LinearProjectionTestCase],
    settings: ProductSettings,
    device: Device,
    choose: Callable[[Gemm], Mapping] | None = None,
) -> list[tuple[Gemm, Mapping]]:
    """The product and the mapping of each case, which `choose` finds where it is given.

    Raises:
        InputError: no case or two of one name, a dtype, mapping or shape that cannot be had.
    """
    dtype = canonical_dtype(settings.dtype)
    names = [case.name for case in test_cases]
    if not names:
        raise InputError("There is no case to profile.")
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"Two cases are named {name!r}; give each a name of its own.")
    work = []
    for case in test_cases:
        gemm = case.to_gemm(dtype)
        mapping = choose(gemm) if choose else resolve(settings.mapping, gemm, device)
        if settings.target != SIMULATED and settings.mapping.k_mt is None:
            mapping = replace(mapping, k_mt=None)  # staging is chosen for the simulator alone
        if settings.baseline or not settings.timing_only:
            check_memory(gemm, host_blocks(gemm, mapping))
        work.append((gemm, mapping))
    return work


def host_blocks(gemm: Gemm, mapping: Mapping) -> int:
    """Blocks that the host cuts out of a product and launches one by one; none in one launch."""
    if mapping.family != "per-tile":
        return 0
    padded = mapping.padded(gemm)
    return math.prod(size // side for size, side in zip(padded, mapping.block, strict=True))


def _prefixed(notify: Callable[[str], None], prefix: str) -> Callable[[str], None]:
    return lambda text: notify(prefix + text)
