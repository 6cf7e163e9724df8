"""One product in several formats: what each takes, moves and loses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tilescope.designs.mapping import Mapping
from tilescope.designs.plan import make_plan
from tilescope.designs.request import MappingRequest, resolve
from tilescope.errors import InputError
from tilescope.profiling import provenance
from tilescope.profiling.accuracy import errors
from tilescope.profiling.cases import Bench, profile_case
from tilescope.profiling.error_detail import error_detail
from tilescope.profiling.memory import check_memory
from tilescope.profiling.precision.attribution import Attribution, attribute
from tilescope.profiling.precision.chains import Chain, Matrix
from tilescope.profiling.precision.formats import Format
from tilescope.profiling.precision.partial_sums import PartialSums, partial_sums_over_k
from tilescope.profiling.precision.quantising import largest
from tilescope.profiling.precision.traffic import Traffic, traffic
from tilescope.profiling.products import ProductSettings, host_blocks, make_bench
from tilescope.runs.counters import StepLoss
from tilescope.runs.models import Case, Run
from tilescope.workloads.cases import LinearProjectionTestCase
from tilescope.workloads.gemm import Gemm


@dataclass(frozen=True)
class PrecisionSettings:
    """Where the formats run, and what is drawn; names as the command line takes them."""

    formats: tuple[Format, ...]
    device: str = "npu1"
    runtime: str = "xrt-linux"
    mapping: MappingRequest = field(default_factory=MappingRequest)
    seed: int = 0


@dataclass(frozen=True)
class Scales:
    """The range of quantisation's scales, and the largest whole number that they stand for."""

    largest: int
    rows: tuple[float, float]
    columns: tuple[float, float]


@dataclass(frozen=True)
class FormatResult:
    """One format's case, where its error comes from, and what it moves.

    faithful: whether the chain that the parts are taken from gives the array's output to the bit.
    """

    form: Format
    case: Case
    attribution: Attribution
    traffic: Traffic
    faithful: bool
    scales: Scales | None = None


@dataclass(frozen=True)
class Comparison:
    """All formats of one product; partial_sums where one of them multiplies bfloat16."""

    results: tuple[FormatResult, ...]
    run: Run
    partial_sums: PartialSums | None


def compare(
    case: LinearProjectionTestCase,
    settings: PrecisionSettings,
    *,
    notify: Callable[[str], None] = lambda text: None,
) -> Comparison:
    """Run the product in every format on the same real inputs, N(0, 1) in float32.

    Everything that can be refused is refused before the first format runs. Raises InputError for
    a format that the device or the mapping does not have, WrongResultError for an output outside
    its kernel's contract.
    """
    bench = make_bench(
        ProductSettings(
            device=settings.device, runtime=settings.runtime, seed=settings.seed, baseline=False
        )
    )
    generator = np.random.default_rng(settings.seed)
    work = [(form, *_chosen(case, form, settings, bench)) for form in settings.formats]
    x = generator.standard_normal((case.M, case.K), dtype=np.float32)
    w = generator.standard_normal((case.K, case.N), dtype=np.float32)
    results = []
    for number, (form, gemm, mapping) in enumerate(work, start=1):
        prefix = f"{form.label} ({number} of {len(work)}): "
        results.append(_result(Chain(x, w, form, mapping), gemm, bench, _prefixed(notify, prefix)))
    conditions = provenance.gather(
        device=bench.device.name, runtime=bench.runtime, seed=settings.seed, torch={}
    )
    sums = None
    bfloat16 = [mapping for form, _, mapping in work if form.asked == "bfloat16"]
    if bfloat16:
        notify("partial sums over K")
        sums = partial_sums_over_k(case.M, case.N, bfloat16[0], settings.seed)
    run = Run(cases=tuple(result.case for result in results), provenance=conditions)
    return Comparison(tuple(results), run, sums)


def _chosen(
    case: LinearProjectionTestCase, form: Format, settings: PrecisionSettings, bench: Bench
) -> tuple[Gemm, Mapping]:
    gemm = replace(case.to_gemm(form.operands), name=f"{case.name}.{form.label.replace(':', '-')}")
    request = replace(
        settings.mapping,
        c_dtype=form.c_dtype,
        bf16=settings.mapping.bf16 if form.operands == "bfloat16" else None,
    )
    if request.kernel == "scalar" and form.operands != "float32":
        raise InputError(
            f"The scalar kernel multiplies float32 only, not {form.label}; leave --kernel out."
        )
    mapping = resolve(request, gemm, bench.device)
    check_memory(gemm, host_blocks(gemm, mapping))
    return gemm, mapping


def _result(chain: Chain, gemm: Gemm, bench: Bench, notify: Callable[[str], None]) -> FormatResult:
    form, mapping = chain.form, chain.mapping
    outputs: list[NDArray[Any]] = []

    def keep(output: NDArray[Any], reference: Matrix) -> None:
        outputs.append(output)

    case = profile_case(gemm, mapping, bench, notify, keep, chain.operands)
    notify("splitting the error over its steps")
    output = chain.delivered(outputs[0])
    found = attribute(chain, output)
    exact = chain.exact_product
    detail = error_detail(output, exact, form.output).model_copy(
        update={"steps": _losses(found), "unexplained": found.unexplained}
    )
    max_abs, max_rel = errors(output, exact)
    case = case.model_copy(
        update={
            "max_abs_error": max_abs,
            "max_rel_error": max_rel,
            "reference": "float64",
            "error": detail,
            "notes": (*case.notes, *form.notes),
        }
    )
    faithful = bool(np.array_equal(chain.run(), output))
    moved = traffic(make_plan(gemm, mapping))
    return FormatResult(form, case, found, moved, faithful, _scales(chain))


def _prefixed(notify: Callable[[str], None], prefix: str) -> Callable[[str], None]:
    return lambda text: notify(prefix + text)


def _losses(found: Attribution) -> tuple[StepLoss, ...]:
    return tuple(
        StepLoss(
            step=part.step,
            fraction=part.fraction,
            snr_db=part.snr_db,
            without_snr_db=part.without_snr_db,
        )
        for part in found.parts
    )


def _scales(chain: Chain) -> Scales | None:
    if chain.quantised is None:
        return None
    rows, columns = (side.scales for side in chain.quantised)
    return Scales(
        largest(chain.form.operands, chain.x.shape[1]),
        (float(rows.min()), float(rows.max())),
        (float(columns.min()), float(columns.max())),
    )
