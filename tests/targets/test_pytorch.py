"""Is the baseline a linear layer on the given numbers, and is its absence a reason?"""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np
import pytest

from tilescope.errors import InputError
from tilescope.kernels.ranges import input_range
from tilescope.quantities.dtypes import numpy_dtype
from tilescope.targets.conformance import check_target
from tilescope.targets.pytorch import PyTorchTarget
from tilescope.workloads import Gemm

needs_torch = pytest.mark.skipif(
    importlib.util.find_spec("torch") is None, reason="PyTorch is not installed"
)


def whole_matrices(gemm: Gemm) -> tuple[np.ndarray, np.ndarray]:
    """Whole numbers within the ranges that no sum overflows."""
    low, high = input_range(gemm.dtype, gemm.k)
    random = np.random.default_rng(0)
    dtype = numpy_dtype(gemm.dtype)
    return (
        random.integers(low, high, (gemm.m, gemm.k), dtype, endpoint=True),
        random.integers(low, high, (gemm.k, gemm.n), dtype, endpoint=True),
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
@pytest.mark.parametrize("dtype", ["int8", "int16", "int32"])
@pytest.mark.parametrize("shape", [(1, 1, 1), (3, 5, 7), (48, 80, 96)])
def test_whole_numbers_are_multiplied_exactly(dtype: str, shape: tuple[int, int, int]) -> None:
    gemm = Gemm("x", *shape, dtype)
    a, b = whole_matrices(gemm)
    target = PyTorchTarget()
    output = target.output(target.prepare(gemm, a, b)())
    assert np.array_equal(output, a.astype(np.int64) @ b.astype(np.int64))


@needs_torch
def test_int8_sums_are_never_wrapped_to_int8() -> None:
    # 96 products of −128·−128 are 1,572,864, far beyond int8 and int16.
    gemm = Gemm("x", 1, 1, 96, "int8")
    low = np.full((1, 96), -128, np.int8)
    target = PyTorchTarget()
    assert target.output(target.prepare(gemm, low, low.T.copy())()) == [[1_572_864.0]]


@needs_torch
def test_int8_without_torchs_own_product_is_multiplied_in_int32(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import torch

    def unserved(left: object, right: object) -> None:
        raise RuntimeError("not on this machine")

    monkeypatch.setattr(torch, "_int_mm", unserved)
    gemm = Gemm("x", 8, 8, 8, "int8")
    a, b = whole_matrices(gemm)
    target = PyTorchTarget()
    output = target.output(target.prepare(gemm, a, b)())
    assert np.array_equal(output, a.astype(np.int64) @ b.astype(np.int64))


@needs_torch
def test_float16_is_refused() -> None:
    gemm = Gemm("x", 4, 4, 4, "float16")
    with pytest.raises(InputError, match="not float16"):
        PyTorchTarget().prepare(gemm, *matrices(gemm))


@needs_torch
def test_inputs_of_another_shape_or_dtype_are_refused() -> None:
    gemm = Gemm("x", 4, 8, 16, "float32")
    a, b = matrices(gemm)
    with pytest.raises(InputError, match=r"A of x \(4×8×16\) must be 4×16 in float32, not 16×4"):
        PyTorchTarget().prepare(gemm, a.T, b)
    with pytest.raises(InputError, match="in float64"):
        PyTorchTarget().prepare(gemm, a, b.astype(np.float64))


def test_an_import_that_was_interrupted_is_not_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tries: list[str] = []

    def interrupted(name: str) -> None:
        tries.append(name)
        raise KeyboardInterrupt

    target = PyTorchTarget()
    with monkeypatch.context() as patched:
        patched.setattr("importlib.import_module", interrupted)
        with pytest.raises(KeyboardInterrupt):
            target.available()
        assert "its import was interrupted" in (target.available() or "")
        assert target.versions() == {}
    assert tries == ["torch"]
