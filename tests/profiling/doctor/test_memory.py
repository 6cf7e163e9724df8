"""Is memory judged by the largest projection and by a container's limit?"""

from collections.abc import Callable
from pathlib import Path

import pytest

from tilescope.profiling.doctor import memory
from tilescope.targets.machine import Machine

Made = Callable[..., Machine]
LARGEST = memory.largest_case_bytes()


def meminfo(available_bytes: int) -> dict[str, str]:
    return {"proc/meminfo": f"MemTotal: 99 kB\nMemAvailable: {available_bytes // 1024} kB\n"}


def test_the_largest_projection_is_64_3072_768() -> None:
    # A 64×768, B 768×3072, C 64×3072: 2,605,056 elements, three float32 copies and a float64
    # one each, and two float64 copies of C more: 2,605,056 · 20 + 2 · 8 · 196,608
    assert LARGEST == 2_605_056 * (3 * 4 + 8) + 2 * 8 * 196_608


@pytest.mark.parametrize(
    ("free", "status"),
    [
        (LARGEST - 1024, "broken"),
        (LARGEST + 1024, "note"),
        (memory.COMFORTABLE_BYTES - 1024, "note"),
        (memory.COMFORTABLE_BYTES + 1024, "ok"),
    ],
)
def test_memory_is_enough_from_the_largest_projection_on(
    made: Made, free: int, status: str
) -> None:
    assert memory.check_memory(made(meminfo(free))).status == status


@pytest.mark.parametrize(
    "files",
    [
        {"sys/fs/cgroup/memory.max": "200000000\n", "sys/fs/cgroup/memory.current": "199000000"},
        {
            "sys/fs/cgroup/memory/memory.limit_in_bytes": "200000000",
            "sys/fs/cgroup/memory/memory.usage_in_bytes": "199000000",
        },
    ],
    ids=["version 2", "version 1"],
)
def test_a_containers_limit_counts(made: Made, files: dict[str, str]) -> None:
    finding = memory.check_memory(made({**meminfo(10**11), **files}))
    assert (finding.status, "container" in finding.remedy) == ("broken", True)
    assert memory.control_group_bytes(made(files)) == 1_000_000


@pytest.mark.parametrize("text", ["max", "9223372036854771712"])
def test_no_limit_is_no_limit(made: Made, text: str) -> None:
    files = {
        "sys/fs/cgroup/memory.max": text,
        "sys/fs/cgroup/memory/memory.limit_in_bytes": text,
    }
    assert memory.control_group_bytes(made(files)) is None


def test_a_system_that_does_not_say_is_noted(made: Made) -> None:
    assert memory.check_memory(made()).status == "note"


def test_a_folder_that_is_not_there_is_noted(tmp_path: Path) -> None:
    assert memory.check_disk(tmp_path / "nowhere").status == "note"
    assert memory.check_disk(tmp_path).what == "disk"
