"""Is an axis read as it is typed, or refused with a reason?"""

from __future__ import annotations

import pytest

from tilescope.errors import InputError
from tilescope.quantities.axes import whole_values


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("64", (64,)),
        ("1,16,64", (1, 16, 64)),
        (" 64 , 1 ", (64, 1)),
        ("64:1024:x2", (64, 128, 256, 512, 1024)),
        ("64:1000:x2", (64, 128, 256, 512)),  # 1024 would pass the end
        ("64:256:+64", (64, 128, 192, 256)),
        ("64:256:64", (64, 128, 192, 256)),
        ("64:255:64", (64, 128, 192)),
        ("16:100:x2.5", (16, 40, 100)),  # 16, 16·2.5 = 40, 40·2.5 = 100
        ("1,16:64:x2,100", (1, 16, 32, 64, 100)),
        ("5:5:x2", (5,)),
    ],
)
def test_lists_and_ranges_give_their_values_in_order(text: str, values: tuple[int, ...]) -> None:
    assert whole_values(text, "M") == values


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "a list as in"),
        ("1,,2", "a list as in"),
        ("a", "a list as in"),
        ("-1", "a list as in"),
        ("1.5", "a list as in"),
        ("1:2", "a list as in"),
        ("1:2:3:4", "a list as in"),
        ("0", "each is 1 or more"),
        ("0:4:1", "each is 1 or more"),
        ("8,8", "the value 8 twice"),
        ("8,4:16:x2", "the value 8 twice"),
        ("9:8:x2", "no point"),
        ("1:8:x1", "never grows"),
        ("1:8:+0", "never grows"),
        ("0:8:x2", "never grows"),
        ("1:8:x1.2", "hardly grows"),
        ("1:8:+1.5", "whole number"),
        ("1:999999999:1", "more than 100,000"),
    ],
)
def test_what_is_no_axis_is_refused(text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        whole_values(text, "M")
