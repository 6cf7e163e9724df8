"""What the screen says of DDR's traffic."""

from tilescope.reports.memory import traffic_sentence
from tilescope.runs.counters import Memory, MemoryLevel
from tilescope.runs.models import Case

MIB = 2**20


def moving(case: Case, read: int, written: int, least: int | None, **known: int) -> Case:
    """The case with that traffic, in MiB."""
    level = MemoryLevel(
        level="ddr",
        allocated_bytes=0,
        peak_bytes=0,
        read_bytes=read * MIB,
        written_bytes=written * MIB,
        least_bytes=None if least is None else least * MIB,
    )
    return case.model_copy(update={"memory": Memory(levels=(level,), **known)})


def test_traffic_is_told_against_the_least(per_tile_case: Case) -> None:
    """6 + 2 = 8 MiB where 2 would do is four times the least."""
    case = moving(per_tile_case, 6, 2, 2)
    assert traffic_sentence([case]) == "DDR moves 8.000 MiB, 4.00 times the least"


def test_traffic_of_several_cases_is_added_up(per_tile_case: Case) -> None:
    """8 + 4 MiB where 2 + 4 would do: twice."""
    one = moving(per_tile_case, 6, 2, 2, reread_bytes=3 * MIB)
    other = moving(per_tile_case, 4, 0, 4, broadcast_saved_bytes=5 * MIB)
    assert traffic_sentence([one, other]) == (
        "DDR moves 12.00 MiB, 2.00 times the least; 3.000 MiB of A and B are read again; "
        "broadcasts save 5.000 MiB"
    )


def test_what_is_not_known_is_not_told(per_tile_case: Case) -> None:
    known = moving(per_tile_case, 6, 2, None)
    assert traffic_sentence([known]) == "DDR moves 8.000 MiB"
    assert traffic_sentence([known, per_tile_case]) is None
    assert traffic_sentence([per_tile_case]) is None
