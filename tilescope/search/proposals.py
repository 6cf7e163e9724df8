"""Single changes that may make a profile's cases faster, before any of them is tried."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from tilescope.designs.request import MappingRequest
from tilescope.devices.device import Device
from tilescope.kernels.catalog import default_output
from tilescope.profiling.products import ProductSettings
from tilescope.quantities.dtypes import canonical_dtype
from tilescope.search.choosing import BEST
from tilescope.targets.runtimes import runtime_devices
from tilescope.workloads.cases import LinearProjectionTestCase

KEPT_CONTEXT = "xrt-linux"
STARTS_ANEW = ("allo-call", "xrt-python")
"""Runtimes that pay for every launch what a C++ process that keeps its context does not."""

SHARED_INPUTS = (("q_proj", "k_proj", "v_proj"), ("up_proj", "gate_proj"))
"""Projections that multiply the same A, so that their weights can lie side by side."""

FAMILY_TEXTS = {
    "whole-array": "whole-array makes one launch a case, through every shim column",
    "fused-k": "fused-k makes one launch a case and keeps C on the cores",
}


@dataclass(frozen=True)
class Proposal:
    """One change: the settings and the cases after it, and what it is, in a clause.

    less_exact: whether results may differ more from the exact ones than before.
    """

    text: str
    settings: ProductSettings
    cases: tuple[LinearProjectionTestCase, ...]
    less_exact: bool = False


def proposals(
    cases: Sequence[LinearProjectionTestCase], settings: ProductSettings, device: Device
) -> Iterator[Proposal]:
    """Every single change that these settings leave open.

    Where a search finds the mappings, no other mapping is proposed, and no other arithmetic: each
    would be a search of its own.
    """
    if settings.mapping.family == BEST:
        yield from _joined(cases, settings)
        return
    request, kept = settings.mapping, tuple(cases)

    def mapped(text: str, changed: MappingRequest, *, less_exact: bool = False) -> Proposal:
        return Proposal(text, replace(settings, mapping=changed), kept, less_exact)

    free = replace(request, core_tile=None, grid=None, k_mt=None, c_depth=None)
    for family, text in FAMILY_TEXTS.items():
        if family != request.family:
            ports = None if family == "whole-array" else request.ports
            yield mapped(text, replace(free, family=family, ports=ports))
    if request != free:
        yield mapped("the core tile, grid and staging that the mapping chooses itself", free)
    if request.family != "whole-array" and request.ports != "spread":
        yield mapped(
            "spread ports bring each input through several shim channels",
            replace(request, ports="spread"),
        )
    if request.kernel == "scalar":
        yield mapped("the vector kernel", replace(request, kernel="vector"))
    if settings.op == "gemm" and request.b_layout == "row" and request.kernel == "vector":
        yield mapped(
            "B by columns, where its weights can be kept so", replace(request, b_layout="column")
        )
    if request.toolchain == "peano":
        yield mapped(
            "kernels as tuned by hand for AMD's compiler, chess",
            replace(request, toolchain="chess"),
        )
    base = device.machine
    if settings.runtime.partition(":")[0] in STARTS_ANEW and base in runtime_devices(KEPT_CONTEXT):
        yield Proposal(
            "a C++ process that keeps its context",
            replace(settings, runtime=KEPT_CONTEXT),
            kept,
        )
    yield from _less_exact(settings, device, kept)
    yield from _joined(cases, settings)


def _joined(
    cases: Sequence[LinearProjectionTestCase], settings: ProductSettings
) -> Iterator[Proposal]:
    """Projections of one input as one product."""
    if (fused := _side_by_side(cases)) is not None and settings.op == "linear":
        joined, names = fused
        yield Proposal(f"{names}: weights side by side, one product each", settings, joined)


def _less_exact(
    settings: ProductSettings, device: Device, kept: tuple[LinearProjectionTestCase, ...]
) -> Iterator[Proposal]:
    """Changes of the arithmetic, which cost accuracy."""
    request, dtype = settings.mapping, canonical_dtype(settings.dtype)

    def mapped(text: str, changed: MappingRequest) -> Proposal:
        return Proposal(text, replace(settings, mapping=changed), kept, less_exact=True)

    if dtype == "float32":
        if request.kernel == "vector":
            products = {"safe": 9, "fast": 6, "low": 3}
            for way, count in products.items():
                if count < products[request.emulation]:
                    text = f"float32 emulated by {count} bfloat16 products, {way}"
                    yield mapped(text, replace(request, emulation=way))
        vector = replace(request, kernel="vector", emulation="safe", c_dtype=None)
        yield Proposal(
            "bfloat16 operands with sums in float32",
            replace(settings, dtype="bfloat16", mapping=vector),
            kept,
            less_exact=True,
        )
    elif dtype == "bfloat16":
        if device.generation == "aie2p" and request.bf16 == "native":
            yield mapped("bfloat16 by way of bfp16", replace(request, bf16=None))
        if request.c_dtype != default_output("linear_matmul", dtype):
            yield mapped("C and its sums in bfloat16", replace(request, c_dtype="bfloat16"))


def _side_by_side(
    cases: Sequence[LinearProjectionTestCase],
) -> tuple[tuple[LinearProjectionTestCase, ...], str] | None:
    """The cases with those joined that multiply the same A, and the joined ones' names."""
    by_name = {case.name: case for case in cases}
    joined: dict[str, LinearProjectionTestCase] = {}
    gone: set[str] = set()
    for group in SHARED_INPUTS:
        members = [by_name[name] for name in group if name in by_name]
        if len(members) < 2 or len({(case.M, case.K) for case in members}) > 1:
            continue
        first = members[0]
        name = "+".join(case.name.removesuffix("_proj") for case in members) + "_proj"
        width = sum(case.N for case in members)
        joined[first.name] = LinearProjectionTestCase(name, first.M, width, first.K)
        gone |= {case.name for case in members[1:]}
    if not joined:
        return None
    found = tuple(joined.get(case.name, case) for case in cases if case.name not in gone)
    return found, " and ".join(case.name for case in joined.values())
