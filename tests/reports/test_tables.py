"""Text tables, and percentages that close."""

from hypothesis import given
from hypothesis import strategies as st

from tilescope.reports.budget import closing_percentages
from tilescope.reports.tables import Column, fitting, narrow, table, table_width


def test_numbers_stand_right_and_names_left() -> None:
    columns = [Column("name", ["a", "bcd"], left=True), Column("time\nms", ["1.0", "10.0"])]
    assert table(columns) == [
        "     time",
        "name   ms",
        "---------",
        "a     1.0",
        "bcd  10.0",
    ]
    assert table_width(columns) == 9


def test_the_totals_row_stands_below_a_line() -> None:
    lines = table([Column("n", ["1", "2", "3"])], totals=True)
    assert lines == ["n", "-", "1", "2", "-", "3"]


def test_a_narrow_table_does_without_what_is_least_needed_and_says_so() -> None:
    """4 + 1 + 5 + 1 + 3 = 14 characters; without the middle column 8."""
    columns = [Column("name", ["a"]), Column("laun-\nches", ["1"]), Column("ms", ["1.0"])]
    assert fitting(columns, 14, ("laun-\nches",)) == (columns, [])
    kept, left_out = fitting(columns, 13, ("laun-\nches", "ms"))
    assert [column.head for column in kept] == ["name", "ms"]
    assert left_out == ["launches"]
    assert fitting(columns, 1, ("laun-\nches",))[0] == kept  # the rest is needed
    assert narrow(left_out, 40) == ["No room here for: launches"]
    assert narrow([], 40) == []


@given(st.lists(st.floats(0, 1e9, allow_nan=False), min_size=1, max_size=12))
def test_percentages_close_and_none_is_off_by_a_whole_step(parts: list[float]) -> None:
    shown = closing_percentages(parts)
    if sum(parts) <= 0:
        assert shown == ["-"] * len(parts)
        return
    tenths = [round(float(text) * 10) for text in shown]
    assert sum(tenths) == 1000
    for part, tenth in zip(parts, tenths, strict=True):
        assert abs(part / sum(parts) * 1000 - tenth) < 1.001
