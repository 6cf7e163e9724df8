"""The run file: what is written comes back, and what cannot be read says why."""

import json
import os
import threading
from pathlib import Path

import pytest

from tests.conftest import following
from tilescope.errors import InputError
from tilescope.runs.files import (
    check_writable,
    read_run,
    to_json,
    write_bytes,
    write_run,
    writing,
)
from tilescope.runs.models import Run, json_schema


def test_a_run_comes_back_as_it_was_written(mixed_run: Run, tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    write_run(mixed_run, path)
    assert read_run(path) == mixed_run
    assert [file.name for file in tmp_path.iterdir()] == ["run.json"]


def test_the_file_has_the_promised_names(per_tile_run: Run) -> None:
    content = json.loads(to_json(per_tile_run))
    assert content["schema_version"] == 1
    (case,) = content["cases"]
    assert case["shape"] == {"m": 64, "n": 960, "k": 768}
    assert {"family", "block", "core_tile", "grid", "ports", "kernel"} <= set(case["mapping"])
    assert list(case["npu_us"]) == ["kind", "median", "mean", "std", "min", "max", "p95", "n"]
    assert case["npu_us"]["kind"] == "simulated"
    assert set(case["baseline_us"]) == {*case["npu_us"], "samples"}
    assert {"name", "launches", "core_calls", "total_us", "per_launch_us"} == set(
        case["kernels"][0]
    )
    assert set(case["budget"][0]) == {"term", "us", "fraction"}
    promised = {"setup_us", "device_us", "speedup", "npu_gflops", "baseline_gflops", "launches"}
    assert {*promised, "max_abs_error", "max_rel_error", "tiles"} <= set(case)


def test_unknown_keys_are_ignored_at_every_level(per_tile_run: Run, tmp_path: Path) -> None:
    content = json.loads(to_json(per_tile_run))
    content["later"] = 1
    content["cases"][0]["later"] = {"a": 1}
    content["cases"][0]["mapping"]["later"] = []
    path = tmp_path / "run.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    assert read_run(path) == per_tile_run


def test_a_truncated_file_is_refused(per_tile_run: Run, tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_text(to_json(per_tile_run)[:-200], encoding="utf-8")
    with pytest.raises(InputError, match="not whole, or not JSON"):
        read_run(path)


@pytest.mark.parametrize(
    "content",
    ["[]", "{}", '"text"', '{"schema_version": "1"}', '{"schema_version": 0}', "[" * 100_000],
)
def test_a_foreign_file_is_refused(content: str, tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match="not a tilescope run file"):
        read_run(path)


def test_a_newer_file_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_text('{"schema_version": 2, "cases": []}', encoding="utf-8")
    with pytest.raises(InputError, match=r"newer tilescope \(schema_version 2\).*Update"):
        read_run(path)


def test_a_file_of_the_first_tilescope_still_opens() -> None:
    run = read_run(Path(__file__).parent / "older" / "first.json")
    (case,) = run.cases
    assert (case.name, case.npu_us.kind) == ("k_proj", "simulated")
    assert case.baseline_us is not None
    assert (case.baseline_us.n, case.baseline_us.iqr, case.baseline_us.steps) == (5, None, None)
    assert run.provenance.environment is None


def test_a_time_of_more_than_a_lifetime_is_refused(per_tile_run: Run, tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    text = to_json(per_tile_run).replace('"device_us": 5000.0', '"device_us": 1e300')
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"device_us: .*less than or equal to"):
        read_run(path)


def test_a_sample_that_lost_a_value_is_refused(per_tile_run: Run, tmp_path: Path) -> None:
    content = json.loads(to_json(per_tile_run))
    content["cases"][0]["baseline_us"]["samples"].pop()
    path = tmp_path / "run.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(InputError, match=r"baseline_us: .*n is 4 and there are 3 samples"):
        read_run(path)


def test_a_measured_time_of_the_npu_keeps_its_samples(per_tile_run: Run, tmp_path: Path) -> None:
    (case,) = per_tile_run.cases
    measured = following(case.model_copy(update={"npu_us": case.baseline_us, "budget": ()}))
    path = tmp_path / "run.json"
    write_run(per_tile_run.model_copy(update={"cases": (measured,)}), path)
    assert read_run(path).cases[0].npu_us == case.baseline_us


def test_a_mark_before_the_text_is_no_part_of_it(per_tile_run: Run, tmp_path: Path) -> None:
    """Editors on Windows put one there."""
    path = tmp_path / "run.json"
    path.write_text(to_json(per_tile_run), encoding="utf-8-sig")
    assert read_run(path) == per_tile_run


def test_a_missing_key_is_named(per_tile_run: Run, tmp_path: Path) -> None:
    content = json.loads(to_json(per_tile_run))
    del content["cases"][0]["npu_us"]["median"]
    path = tmp_path / "run.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(InputError, match=r"cases\.0\.npu_us\.median"):
        read_run(path)


def test_a_device_that_never_ends_is_not_read() -> None:
    with pytest.raises(InputError, match="it is a device, not a run file"):
        read_run(Path("/dev/zero"))


@pytest.mark.parametrize("written", [b"\xff\xfe\x00", None])
def test_an_unreadable_file_is_refused(written: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    if written is not None:
        path.write_bytes(written)
    with pytest.raises(InputError, match="cannot be read"):
        read_run(path)


def test_a_sweep_in_place_of_a_run_says_what_draws_it(tmp_path: Path) -> None:
    path = tmp_path / "sweep.parquet"
    path.write_bytes(b"PAR1\xff\xfe")
    with pytest.raises(InputError, match="is a sweep, not a run; `tilescope report html` draws"):
        read_run(path)


def test_an_existing_file_is_kept_unless_forced(per_tile_run: Run, tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="--force"):
        write_run(per_tile_run, path)
    assert path.read_text(encoding="utf-8") == "mine"
    write_run(per_tile_run, path, force=True)
    assert read_run(path) == per_tile_run


def test_a_folder_and_a_missing_folder_are_no_output(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a folder"):
        check_writable(tmp_path)
    with pytest.raises(InputError, match="does not exist"):
        check_writable(tmp_path / "nowhere" / "run.json")


def test_a_pipe_is_written_to_and_never_replaced(per_tile_run: Run, tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(path.read_text(encoding="utf-8")))
    reader.start()
    write_run(per_tile_run, path, force=True)
    reader.join(timeout=10)
    assert read == [to_json(per_tile_run)]
    assert path.is_fifo()
    assert [file.name for file in tmp_path.iterdir()] == ["pipe"]


def test_a_device_that_is_full_says_so() -> None:
    with pytest.raises(InputError, match=r"/dev/full cannot be written: No space left"):
        write_bytes(b"anything", Path("/dev/full"))
    assert Path("/dev/full").is_char_device()


def test_what_a_link_points_to_is_kept_or_replaced_and_the_link_stays(tmp_path: Path) -> None:
    target, link = tmp_path / "target.json", tmp_path / "link.json"
    target.write_text("kept", encoding="utf-8")
    link.symlink_to(target)
    with pytest.raises(InputError, match="exists and is kept"):
        write_bytes(b"new", link)
    write_bytes(b"new", link, force=True)
    assert link.is_symlink()
    assert target.read_text(encoding="utf-8") == "new"


def test_a_link_into_a_missing_folder_is_no_output(tmp_path: Path) -> None:
    link = tmp_path / "link.json"
    link.symlink_to(tmp_path / "nowhere" / "run.json")
    with pytest.raises(InputError, match="does not exist"):
        write_bytes(b"new", link)
    assert link.is_symlink()


def test_a_file_that_is_written_bit_by_bit_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "trace"
    with writing(path) as file:
        file.write(b"one ")
        assert not path.exists()
        file.write(b"two")
    assert path.read_bytes() == b"one two"

    def interrupted() -> None:
        with writing(path, force=True) as file:
            file.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert path.read_bytes() == b"one two"
    assert list(tmp_path.iterdir()) == [path]


def test_times_that_are_no_numbers_are_refused(per_tile_run: Run, tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    text = to_json(per_tile_run).replace('"device_us": 5000.0', '"device_us": NaN')
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="device_us"):
        read_run(path)


def test_the_schema_requires_what_a_case_always_has() -> None:
    schema = json_schema()
    required = schema["$defs"]["Case"]["required"]
    assert {"name", "shape", "dtype", "npu_us", "budget", "kernels"} <= set(required)
    assert "timeline" not in required
    assert "device_us" not in required  # a clock beside the device does not see it
    assert schema["properties"]["schema_version"]["const"] == 1
