"""The command that makes a profile, from what it was made with."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from tilescope.designs.request import MappingRequest
from tilescope.profiling.products import ProductSettings
from tilescope.workloads.cases import LinearProjectionTestCase, default_test_cases

FAMILIES = {"linear": "per-tile", "gemm": "whole-array"}
"""The mapping that each verb takes where none is named."""


def command(
    cases: Sequence[LinearProjectionTestCase],
    settings: ProductSettings,
    typed: Sequence[str] | None = None,
) -> str:
    """What to type for a profile of these cases; options at their defaults are left out.

    `typed` are words that choose the cases, where these are known. What a profile writes, and how
    often PyTorch is timed, is not part of it.
    """
    chosen = typed if typed is not None else _workload(cases, settings.op)
    words = ["tilescope", settings.op, *chosen]
    words += _mapping_words(settings.mapping, FAMILIES[settings.op])
    default = ProductSettings()
    for option, value, usual in (
        ("--dtype", settings.dtype, default.dtype),
        ("--device", settings.device, default.device),
        ("--runtime", settings.runtime, default.runtime),
        ("--seed", settings.seed, default.seed),
    ):
        if value != usual:
            words += [option, str(value)]
    for text in settings.changes:
        words += ["--set", text]
    if settings.timing_only:
        words.append("--timing-only")
    if settings.baseline is not None:
        words.append("--baseline" if settings.baseline else "--no-baseline")
    return shlex.join(words)


def search_command(
    cases: Sequence[LinearProjectionTestCase], settings: ProductSettings
) -> str | None:
    """What to type to search every mapping of these cases; None where no one search covers them."""
    known = {case.name: (case.M, case.N, case.K) for case in default_test_cases()}
    if all(known.get(case.name) == (case.M, case.N, case.K) for case in cases):
        names = [case.name for case in cases]
        workload = "linear" if len(names) == len(known) else ",".join(names)
    elif len(cases) == 1:
        workload = f"{cases[0].M}x{cases[0].N}x{cases[0].K}"
    else:
        return None
    default, request = ProductSettings(), settings.mapping
    words = ["tilescope", "search", workload]
    for option, value, usual in (
        ("--dtype", settings.dtype, default.dtype),
        ("--out-dtype", request.c_dtype, default.mapping.c_dtype),
        ("--device", settings.device, default.device),
        ("--runtime", settings.runtime, default.runtime),
        ("--toolchain", request.toolchain, default.mapping.toolchain),
    ):
        if value is not None and value != usual:
            words += [option, value]
    for text in settings.changes:
        words += ["--set", text]
    return shlex.join(words)


def _workload(cases: Sequence[LinearProjectionTestCase], op: str) -> Iterator[str]:
    if op == "gemm":
        yield from (str(side) for side in (cases[0].M, cases[0].N, cases[0].K))
        return
    known = {case.name: (case.M, case.N, case.K) for case in default_test_cases()}
    named = [case.name for case in cases if known.get(case.name) == (case.M, case.N, case.K)]
    if named and len(named) < len(known):
        yield from ("--test-case", ",".join(named))
    elif named and len(cases) > len(named):
        yield from ("--test-case", "all")
    for case in cases:
        if case.name not in named:
            shape = f"{case.M}x{case.N}x{case.K}"
            name = f"{case.name}_{shape}" if case.name in known else case.name
            yield from ("--case", f"{name}:{shape}")


def _mapping_words(request: MappingRequest, family: str) -> Iterator[str]:
    default = MappingRequest()
    tile, grid = request.core_tile, request.grid
    for option, value, usual in (
        ("--mapping", request.family, family),
        ("--tile", ",".join(map(str, tile)) if tile else None, None),
        ("--grid", "x".join(map(str, grid)) if grid else None, None),
        ("--ports", request.ports, default.ports),
        ("--k-mt", request.k_mt, default.k_mt),
        ("--c-depth", request.c_depth, default.c_depth),
        ("--b-layout", request.b_layout, default.b_layout),
        ("--kernel", request.kernel, default.kernel),
        ("--fp32", request.emulation, default.emulation),
        ("--bf16", request.bf16, default.bf16),
        ("--out-dtype", request.c_dtype, default.c_dtype),
        ("--toolchain", request.toolchain, default.toolchain),
    ):
        if value is not None and value != usual:
            yield from (option, str(value))
