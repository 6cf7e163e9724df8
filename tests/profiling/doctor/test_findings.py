"""Does every finding carry what its reader needs, and does the worst one decide?"""

import pytest

from tilescope.profiling.doctor.findings import Examination, Finding, Section, worst

OK = Finding("ok", "a", "fine")
NOTE = Finding("note", "b", "so-so", "Look.")
LACK = Finding("lack", "c", "missing", "Get it.")
BROKEN = Finding("broken", "d", "wrong", "Mend it.")


@pytest.mark.parametrize("status", ["note", "lack", "broken"])
def test_a_finding_that_is_not_ok_needs_a_remedy(status: str) -> None:
    with pytest.raises(ValueError, match="remedy"):
        Finding(status, "x", "y")


def test_a_finding_that_is_ok_has_none() -> None:
    with pytest.raises(ValueError, match="remedy"):
        Finding("ok", "x", "y", "z")


def test_an_unknown_status_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="status"):
        Finding("bad", "x", "y", "z")


def test_the_worst_finding_decides() -> None:
    assert worst([]) == "ok"
    assert worst([OK, NOTE]) == "note"
    assert worst([LACK, OK, NOTE]) == "lack"
    assert worst([BROKEN, LACK]) == "broken"


def test_only_what_is_broken_stops_the_main_job() -> None:
    lacking = Section("A", "-", (OK, NOTE, LACK))
    assert Examination((lacking,)).can_run
    assert not Examination((lacking, Section("B", "-", (BROKEN,)))).can_run
