"""The host libraries: complete, chosen by the CPU, and refused in plain words."""

import numpy as np
import pytest

from tilescope.errors import InputError
from tilescope.kernels import library as libraries
from tilescope.kernels.catalog import all_kernels, find_kernel
from tilescope.kernels.execution import run_kernel


def test_a_library_has_every_kernel_with_its_arguments(library):
    assert set(library.addresses) == {kernel.symbol for kernel in all_kernels()}
    for kernel in all_kernels():
        assert library.counts[kernel.symbol] == (len(kernel.operands), len(kernel.scalars))
        assert library.address(kernel.symbol) != 0


def test_a_library_says_what_it_was_built_for(library):
    assert library.path.name == f"kernels_{library.isa}.so"


def test_the_cpu_chooses(monkeypatch):
    monkeypatch.delenv(libraries.KERNELS_VARIABLE, raising=False)
    assert libraries.load_library().isa == libraries.best_isa()


def test_the_environment_overrules_the_cpu(monkeypatch):
    monkeypatch.setenv(libraries.KERNELS_VARIABLE, "portable")
    assert libraries.load_library().isa == "portable"


def test_a_library_is_loaded_once():
    assert libraries.load_library("portable") is libraries.load_library("portable")


def test_a_build_that_does_not_exist_is_refused(monkeypatch):
    monkeypatch.setenv(libraries.KERNELS_VARIABLE, "neon")
    with pytest.raises(InputError, match="no host build of the kernels for 'neon'"):
        libraries.load_library()


def test_a_build_that_the_cpu_does_not_run_is_refused(monkeypatch):
    monkeypatch.setattr(libraries, "best_isa", lambda: "portable")
    monkeypatch.setattr(libraries, "built_isas", lambda: ("avx512bf16", "portable"))
    with pytest.raises(InputError, match="does not run the avx512bf16 kernels; use portable"):
        libraries.load_library("avx512bf16")


def test_an_empty_directory_is_told(monkeypatch, tmp_path):
    monkeypatch.setenv(libraries.DIRECTORY_VARIABLE, str(tmp_path))
    with pytest.raises(InputError, match="there is none"):
        libraries.load_library("portable")


def test_a_kernel_that_is_missing_from_the_build_is_told(library):
    with pytest.raises(InputError, match="has no kernel linear_transpose; rebuild"):
        library.address("linear_transpose")


def test_a_call_with_too_few_arrays_never_reaches_the_kernel(library):
    with pytest.raises(InputError, match="takes 3 arrays and 3 sizes"):
        library.call("linear_matmul_bfloat16", (), (16, 64, 16))


def test_many_calls_are_made_from_first_to_last(library):
    """C += p twice over, in place: 1 + 2 = 3, then 3 + 4 = 7."""
    c = np.full(20, 1, np.float32)
    first, second = np.full(20, 2, np.float32), np.full(20, 4, np.float32)
    rows = [[array.ctypes.data for array in (c, p, c)] for p in (first, second)]
    library.call_many("linear_accumulate_float32", np.array(rows, np.uint64), (20,))
    assert c.tolist() == [7.0] * 20


def test_a_strided_array_never_reaches_the_kernel(library):
    with pytest.raises(InputError, match="contiguous"):
        library.call("linear_zero_float32", (np.ones((4, 4), np.float32)[:, ::2],), (8,))


@pytest.mark.parametrize(
    ("shape", "dtype", "told"),
    [((4, 4), np.float32, "a is 4×8 float32"), ((4, 8), np.float64, "not 4×8 float64")],
)
def test_a_matrix_of_the_wrong_kind_is_refused(shape, dtype, told):
    kernel = find_kernel("linear_matmul", "float32")
    b, c = np.zeros((8, 4), np.float32), np.zeros((4, 4), np.float32)
    with pytest.raises(InputError, match=told):
        run_kernel(kernel, (4, 8, 4), np.zeros(shape, dtype), b, c)


def test_operands_that_are_missing_are_named():
    with pytest.raises(InputError, match="reads a, b, c, not 0 matrices"):
        run_kernel(find_kernel("linear_matmul", "float32"), (4, 8, 4))
