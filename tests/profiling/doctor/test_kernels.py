"""Are kernels that are missing, stale, wrongly called or wrong found out?"""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tilescope.errors import InputError
from tilescope.kernels.catalog import all_kernels
from tilescope.kernels.library import KERNELS_VARIABLE, KernelLibrary, load_library
from tilescope.profiling.doctor import build, kernels, selftest
from tilescope.targets.machine import Machine

Made = Callable[..., Machine]
PORTABLE = load_library("portable")


def no_library() -> tuple[KernelLibrary, ...]:
    raise InputError("The kernel library cannot be loaded: no such file.")


def test_every_source_that_a_contract_names_is_there() -> None:
    assert kernels.check_sources(kernels.source_tree()).status == "ok"


def test_a_missing_source_is_named_and_what_is_built_still_runs(tmp_path: Path) -> None:
    (tmp_path / "cc").mkdir()
    finding = kernels.check_sources(tmp_path)
    assert finding.status == "lack"
    assert "cc/linear_zero.cc" in finding.detail


def test_an_installed_wheel_has_no_sources_and_that_is_fine(tmp_path: Path) -> None:
    assert kernels.check_sources(tmp_path).status == "note"


def test_a_kernel_that_a_build_lacks_is_named(tmp_path: Path) -> None:
    kept = {s: a for s, a in PORTABLE.addresses.items() if s != "linear_zero_float32"}
    library = replace(PORTABLE, addresses=kept)
    finding = kernels.check_built(tmp_path, lambda: [library])
    assert finding.status == "broken"
    assert finding.detail == "missing: linear_zero_float32 (portable)"


def test_a_build_older_than_its_sources_is_noted(tmp_path: Path) -> None:
    source = tmp_path / "cc" / "linear.cc"
    source.parent.mkdir()
    source.write_text("", encoding="utf-8")
    built = PORTABLE.path.stat().st_mtime
    os.utime(source, (built, built))
    assert kernels.check_built(tmp_path, lambda: [PORTABLE]).status == "ok"
    os.utime(source, (built + 1, built + 1))
    assert kernels.check_built(tmp_path, lambda: [PORTABLE]).status == "note"


def test_a_function_with_other_arguments_than_its_contract_is_found() -> None:
    counts = {**PORTABLE.counts, "linear_zero_float32": (2, 1)}
    finding = kernels.check_contracts(lambda: [replace(PORTABLE, counts=counts)])
    assert finding.status == "broken"
    assert "linear_zero_float32 (portable) takes (2, 1), not (1, 1)" in finding.detail
    assert kernels.check_contracts(lambda: [PORTABLE]).status == "ok"


def test_without_a_library_every_kernel_check_says_to_rebuild(tmp_path: Path) -> None:
    for finding in (
        kernels.check_built(tmp_path, no_library),
        kernels.check_contracts(no_library),
        kernels.check_self_test(no_library),
    ):
        assert (finding.status, "./profile" in finding.remedy) == ("broken", True)


@pytest.mark.parametrize("kernel", all_kernels(), ids=lambda kernel: kernel.symbol)
def test_every_kernel_passes_its_own_test(kernel: kernels.Kernel) -> None:
    assert selftest.problem_of(kernel, PORTABLE) is None


def test_a_kernel_that_computes_something_else_is_found() -> None:
    # the symbol of the addition, with the code of another dtype behind it
    addresses = dict(PORTABLE.addresses)
    addresses["linear_accumulate_float32"] = addresses["linear_accumulate_bfloat16"]
    finding = kernels.check_self_test(lambda: [replace(PORTABLE, addresses=addresses)])
    assert finding.status == "broken"
    assert "linear_accumulate_float32 (portable)" in finding.detail


def test_a_small_call_has_a_whole_register_block_and_one_left_over() -> None:
    kernel = next(k for k in all_kernels() if k.symbol == "linear_matmul_bfloat16")
    # block 4×8×4: five blocks along m and n, of which four make a register block; 3 steps of k
    assert selftest.sizes_of(kernel) == (20, 24, 20)


def test_the_build_that_the_cpu_gets_is_named(made: Made) -> None:
    finding = build.check_dispatch(made({"proc/cpuinfo": "model name : A processor\n"}))
    assert finding.status == "ok"
    assert "on A processor" in finding.detail


def test_a_slower_build_that_was_asked_for_is_noted(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    if build.best_isa() == "portable":
        pytest.skip("this CPU or compiler has portable kernels only")
    monkeypatch.setenv(KERNELS_VARIABLE, "portable")
    finding = build.check_dispatch(made(environ={KERNELS_VARIABLE: "portable"}))
    assert (finding.status, KERNELS_VARIABLE in finding.remedy) == ("note", True)


def test_a_build_that_does_not_exist_is_broken_and_its_variable_named(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KERNELS_VARIABLE, "mmx")
    finding = build.check_dispatch(made(environ={KERNELS_VARIABLE: "mmx"}))
    assert finding.status == "broken"
    assert finding.remedy.startswith(f"Unset {KERNELS_VARIABLE}.")
