"""Shapes that are accepted and refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilescope.errors import InputError
from tilescope.quantities.shapes import (
    ceil_div,
    check_shape,
    parse_grid,
    parse_shape,
    parse_tile,
    round_up,
)


@given(st.integers(0, 10**9), st.integers(1, 10**6))
def test_round_up_is_the_smallest_multiple_not_below(value: int, multiple: int) -> None:
    rounded = round_up(value, multiple)
    assert rounded % multiple == 0
    assert rounded - multiple < value <= rounded
    assert ceil_div(value, multiple) * multiple == rounded


@pytest.mark.parametrize("text", ["64x128x256", "64X128X256", " 64×128×256 "])
def test_a_shape_is_three_numbers_around_x(text: str) -> None:
    assert parse_shape(text) == (64, 128, 256)


@pytest.mark.parametrize(
    "text",
    ["", "64", "64x128", "64x128x256x2", "axbxc", "1.5x2x3", "x x x", "1_0x2x3", "１x２x３"],
)
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InputError, match="as in 64x128x256"):
        parse_shape(text)


@pytest.mark.parametrize(("text", "said"), [("0x1x1", "M is 0"), ("1x-2x1", "N is -2")])
def test_a_dimension_below_one_is_refused(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        parse_shape(text)


def test_the_largest_dimension_is_two_to_the_twenty() -> None:
    check_shape(2**20, 1, 1)
    with pytest.raises(InputError, match="K is 1,048,577"):
        check_shape(1, 1, 2**20 + 1)


def test_the_most_macs_are_two_to_the_forty() -> None:
    # 2^20 · 2^20 · 1 = 2^40 is accepted; a K of 2 doubles it.
    check_shape(2**20, 2**20, 1)
    with pytest.raises(InputError, match="multiply-accumulates"):
        check_shape(2**20, 2**20, 2)


@pytest.mark.parametrize("text", ["64,32,128", "64x32x128", " 64 , 32 , 128 ", "64×32×128"])
def test_a_core_tile_is_three_numbers(text: str) -> None:
    assert parse_tile(text) == (64, 32, 128)


@pytest.mark.parametrize("text", ["4x8", "4,8", "4X8"])
def test_a_grid_is_rows_and_columns(text: str) -> None:
    assert parse_grid(text) == (4, 8)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "64",
        "64,32",
        "1,2,3,4",
        "a,b,c",
        "1.5,2,3",
        "1,,2",
        "1,-2,3",
        "1_0,2,3",
        "1,2,9999999999",
    ],
)
def test_what_is_no_tile_is_refused_with_the_form(text: str) -> None:
    with pytest.raises(InputError, match="A core tile is m,n,k as in 64,32,128, each"):
        parse_tile(text)


@pytest.mark.parametrize("text", ["0x4", "4x-1"])
def test_a_grid_has_no_side_below_one(text: str) -> None:
    with pytest.raises(InputError, match="A grid is RxC"):
        parse_grid(text)
