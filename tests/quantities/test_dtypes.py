"""Names of element types."""

import pytest

from tilescope.errors import InputError
from tilescope.quantities.dtypes import (
    CANONICAL,
    canonical_dtype,
    dtype_bytes,
    is_integer,
    numpy_dtype,
)


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("f32", "float32"),
        ("FP32", "float32"),
        ("bf16", "bfloat16"),
        ("half", "float16"),
        ("i8", "int8"),
        ("i16", "int16"),
        (" int32 ", "int32"),
    ],
)
def test_short_names_mean_the_canonical_dtype(typed: str, canonical: str) -> None:
    assert canonical_dtype(typed) == canonical


@pytest.mark.parametrize("name", CANONICAL)
def test_every_dtype_has_the_size_that_numpy_gives_it(name: str) -> None:
    assert numpy_dtype(name).itemsize == dtype_bytes(name)


def test_an_unknown_dtype_lists_those_that_exist_and_the_nearest() -> None:
    with pytest.raises(InputError, match=r"Unknown dtype 'bfloat'.*float32.*mean bfloat16\?"):
        canonical_dtype("bfloat")


def test_only_the_int_types_are_integers() -> None:
    assert [name for name in CANONICAL if is_integer(name)] == ["int8", "int16", "int32"]
