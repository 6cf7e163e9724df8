"""Text tables, and percentages that close."""

from hypothesis import given
from hypothesis import strategies as st

from tilescope.reports.budget import closing_percentages
from tilescope.reports.tables import Column, table, table_width


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
