"""Are measurements read as they stand, and refused with file and line where they cannot be?"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import pytest

from tilescope.errors import InputError
from tilescope.evidence.reading import MEASUREMENTS, read_measurements
from tilescope.evidence.vocabulary import COLUMNS

SOURCE = """
title = "Our own machine"
published = ["nowhere yet"]
soc = "a Phoenix"
runtime = "xrt-linux"
compiler = "peano"
statistic = "avg"
noise = "2 %"
trust = "ours"
[origins.bench]
place = "a bench"
"""
ROW = {
    "id": "own1",
    "experiment": "own/gemm",
    "role": "check",
    "origin": "bench",
    "device": "npu1",
    "op": "gemm",
    "m": "256",
    "k": "256",
    "n": "256",
    "dtype_in": "bfloat16",
    "dtype_out": "bfloat16",
    "cores": "16",
    "grid": "4x4",
    "tile_m": "64",
    "tile_k": "64",
    "tile_n": "64",
    "metric": "time_us",
    "value": "200",
    "unit": "us",
    "statistic": "avg",
    "includes_launch": "yes",
    "confidence": "high",
    "inferred": "no",
}
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a folder of measurements with one source; each argument is a row's changed cells."""

    def writer(*changes: dict[str, str], source: str | None = SOURCE) -> Path:
        folder = tmp_path / "bench"
        folder.mkdir()
        if source is not None:
            (folder / "source.toml").write_text(source)
        rows = [ROW | change for change in changes]
        lines = [",".join(COLUMNS), *(",".join(r.get(c, "") for c in COLUMNS) for r in rows)]
        (folder / "rows.csv").write_text("\n".join(lines) + "\n")
        return tmp_path

    return writer


def test_the_record_has_822_rows_in_17_sources() -> None:
    rows = read_measurements()
    assert len(rows) == 822
    assert len({row.source.name for row in rows}) == 17


def test_the_record_is_found_as_package_data() -> None:
    folder = resources.files("tilescope") / "data" / "measurements"
    assert (folder / "roles.toml").is_file()
    assert (folder / "vla-to-npu" / "rows.csv").is_file()


def test_a_row_says_what_the_record_says() -> None:
    row = next(row for row in read_measurements() if row.id == "m0004")
    assert row.shape == (1024, 768, 768)
    assert row.core_tile == (64, 64, 64)
    assert (row.value, row.unit, row.statistic, row.grid) == (1301.0, "us", "min", (4, 4))
    assert row.origin.runtime == "allo-profile"


def test_rows_of_ones_own_are_read_without_a_manifest(write: Write) -> None:
    (row,) = read_measurements(write({}))
    assert row.where == "bench/rows.csv:2"
    assert row.macs == 256**3


REFUSED = {
    "a missing cell": ({"value": ""}, "bench/rows.csv:2: the cell value is missing"),
    "an unknown unit": ({"unit": "ms"}, "bench/rows.csv:2: unit 'ms' is unknown for time_us"),
    "an unknown metric": ({"metric": "speed"}, "metric 'speed' is unknown"),
    "an unknown device": ({"device": "npu9"}, "device 'npu9' is unknown"),
    "an unknown dtype": ({"dtype_in": "posit"}, "dtype_in 'posit' is unknown"),
    "an unknown statistic": ({"statistic": "mode"}, "statistic 'mode' is unknown"),
    "an unknown role": ({"role": "both"}, "role 'both' is unknown"),
    "an unknown origin": ({"origin": "attic"}, "origin 'attic' is none of bench"),
    "no number": ({"value": "fast"}, "value must be a positive number, not 'fast'"),
    "a negative time": ({"value": "-3"}, "value must be a positive number"),
    "an endless time": ({"value": "inf"}, "value must be a positive number"),
    "half a core": ({"cores": "0.5"}, "cores must be a positive whole number"),
    "a line for a grid": ({"grid": "16"}, "grid must be cores along m x cores along n"),
    "cores beside the grid": ({"cores": "12"}, "a grid of 4x4 has 16 cores, not 12"),
    "a tile above its shape": ({"m": "48"}, "tile_m 64 is larger than m 48 padded to 48"),
    "odd staging": ({"staged_k": "96"}, "staged_k 96 is no multiple of tile_k 64"),
    "more than the whole": (
        {"metric": "efficiency_pct", "unit": "%", "value": "101"},
        "a share of 101 % is more than the whole",
    ),
}


@pytest.mark.parametrize(("change", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_a_row_that_cannot_be_is_refused_with_its_line(
    write: Write, change: dict[str, str], message: str
) -> None:
    with pytest.raises(InputError) as refusal:
        read_measurements(write(change))
    assert message in str(refusal.value)
    assert str(refusal.value).startswith("bench/rows.csv:2: ")


def test_an_id_used_twice_is_refused_with_both_places(write: Write) -> None:
    with pytest.raises(InputError, match=r"rows.csv:3: id own1 is already used by .*rows.csv:2"):
        read_measurements(write({}, {"value": "201"}))


def test_a_rate_that_does_not_follow_from_shape_and_time_is_refused(write: Write) -> None:
    # 2 × 256³ operations in 200 µs are 0.1678 TOPS
    rate = {"id": "own2", "metric": "tops", "unit": "TOPS"}
    with pytest.raises(InputError, match=r"rows.csv:3: 0.2 TOPS does not follow .* give 0.1678"):
        read_measurements(write({}, {**rate, "value": "0.2"}))


def test_a_rate_that_follows_but_for_rounding_is_taken(write: Write) -> None:
    rate = {"id": "own2", "metric": "tops", "unit": "TOPS", "value": "0.17"}
    assert len(read_measurements(write({}, rate))) == 2


def test_a_short_line_is_refused(write: Write) -> None:
    root = write({})
    path = root / "bench" / "rows.csv"
    path.write_text(path.read_text() + "own2,own/gemm\n")
    with pytest.raises(InputError, match=r"rows.csv:3: has 2 cells instead of 29"):
        read_measurements(root)


def test_a_header_without_a_column_is_refused_by_its_name(write: Write) -> None:
    root = write({})
    path = root / "bench" / "rows.csv"
    path.write_text(path.read_text().replace("statistic,", "", 1))
    with pytest.raises(InputError, match=r"rows.csv:1: the header lacks statistic"):
        read_measurements(root)


def test_measurements_without_provenance_are_refused(write: Write) -> None:
    with pytest.raises(InputError, match=r"bench/source.toml: is missing"):
        read_measurements(write({}, source=None))


@pytest.mark.parametrize("key", ["title", "published", "noise", "trust", "soc", "compiler"])
def test_a_source_that_leaves_out_what_it_must_say_is_refused(write: Write, key: str) -> None:
    lines = [line for line in SOURCE.splitlines() if not line.startswith(key)]
    with pytest.raises(InputError, match=rf"bench/source.toml.*{key}"):
        read_measurements(write({}, source="\n".join(lines)))


def test_a_source_without_a_runtime_says_why(write: Write) -> None:
    source = SOURCE.replace('runtime = "xrt-linux"', 'runtime = ""')
    with pytest.raises(InputError, match="runtime_why is missing"):
        read_measurements(write({}, source=source))


@pytest.fixture
def record(tmp_path: Path) -> Path:
    """A copy of the record that a test may change."""
    return Path(shutil.copytree(MEASUREMENTS, tmp_path / "measurements"))


def test_a_role_that_moved_is_refused_with_its_line(record: Path) -> None:
    path = record / "vla-to-npu" / "rows.csv"
    path.write_text(path.read_text().replace("-bf16,check,profile", "-bf16,fit,profile", 1))
    with pytest.raises(InputError, match=r"vla-to-npu/rows.csv:4: the role of m0003 moved"):
        read_measurements(record)


def test_a_row_that_went_missing_is_noticed(record: Path) -> None:
    path = record / "vla-to-npu" / "rows.csv"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    with pytest.raises(InputError, match=r"roles.toml: rows were added, removed or moved"):
        read_measurements(record)


def test_a_new_experiment_has_to_be_drawn_first(record: Path) -> None:
    path = record / "vla-to-npu" / "rows.csv"
    path.write_text(path.read_text().replace("vla-to-npu/silu-160-bf16", "vla-to-npu/new", 1))
    with pytest.raises(InputError, match=r"experiment vla-to-npu/new is not in roles.toml"):
        read_measurements(record)
