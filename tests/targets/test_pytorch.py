"""Is the baseline a linear layer on the given numbers, and is its absence a reason?"""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np
import pytest

from tilescope.errors import InputError
from tilescope.quantities.dtypes import numpy_dtype
from tilescope.targets.conformance import check_target
from tilescope.targets.pytorch import PyTorchTarget
from tilescope.workloads import Gemm

needs_torch = pytest.mark.skipif(
    importlib.util.find_spec("torch") is None, reason="PyTorch is not installed"
)


def matrices(gemm: Gemm) -> tuple[Any, Any]:
    generator = np.random.default_rng(3)
    dtype = numpy_dtype(gemm.dtype)
    a = generator.standard_normal((gemm.m, gemm.k)).astype(dtype)
    b = generator.standard_normal((gemm.k, gemm.n)).astype(dtype)
    return a, b


def test_it_is_not_imported_before_it_is_needed() -> None:
    assert PyTorchTarget()._torch is None


def test_its_absence_is_one_sentence_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    target = PyTorchTarget()
    reason = target.available()
    assert reason is not None
    assert "not installed" in reason
    assert "README" in reason
    assert target.versions() == {}
    assert check_target(target) is None
    gemm = Gemm("x", 4, 4, 4, "float32")
    with pytest.raises(InputError, match="not installed"):
        target.prepare(gemm, *matrices(gemm))


@needs_torch
def test_a_broken_installation_is_a_reason_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str) -> None:
        raise OSError("libc10.so: cannot open shared object file")

    monkeypatch.setattr(importlib, "import_module", broken)
    reason = PyTorchTarget().available()
    assert reason is not None
    assert "libc10.so" in reason


@needs_torch
def test_it_conforms() -> None:
    check_target(PyTorchTarget())


@needs_torch
@pytest.mark.parametrize(("dtype", "error"), [("float32", 1e-6), ("bfloat16", 1e-2)])
def test_it_computes_the_product_of_the_rounded_inputs(dtype: str, error: float) -> None:
    gemm = Gemm("x", 48, 80, 96, dtype)
    a, b = matrices(gemm)
    target = PyTorchTarget()
    output = target.output(target.prepare(gemm, a, b)())
    exact = a.astype(np.float64) @ b.astype(np.float64)
    assert np.max(np.abs(output - exact)) <= error * np.max(np.abs(exact))


@needs_torch
def test_it_keeps_its_own_copy_of_the_inputs() -> None:
    gemm = Gemm("x", 8, 8, 8, "bfloat16")
    a, b = matrices(gemm)
    target = PyTorchTarget()
    call = target.prepare(gemm, a, b)
    before = target.output(call())
    a[:] = 0
    b[:] = 0
    assert np.array_equal(target.output(call()), before)


@needs_torch
def test_versions_name_torch_and_its_threads() -> None:
    versions = PyTorchTarget().versions()
    assert set(versions) >= {"torch", "torch_threads"}
    assert int(versions["torch_threads"]) >= 1


@needs_torch
@pytest.mark.parametrize("dtype", ["int8", "int16", "int32", "float16"])
def test_a_dtype_it_does_not_compute_is_refused(dtype: str) -> None:
    gemm = Gemm("x", 4, 4, 4, dtype)
    with pytest.raises(InputError, match=f"not {dtype}"):
        PyTorchTarget().prepare(gemm, *matrices(gemm))


@needs_torch
def test_inputs_of_another_shape_or_dtype_are_refused() -> None:
    gemm = Gemm("x", 4, 8, 16, "float32")
    a, b = matrices(gemm)
    with pytest.raises(InputError, match=r"A of x \(4×8×16\) must be 4×16 in float32, not 16×4"):
        PyTorchTarget().prepare(gemm, a.T, b)
    with pytest.raises(InputError, match="in float64"):
        PyTorchTarget().prepare(gemm, a, b.astype(np.float64))
