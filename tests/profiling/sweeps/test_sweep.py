"""Is every point of a sweep there once, whoever is killed on the way?"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tilescope.errors import InputError
from tilescope.profiling.sweeps import journal as journals
from tilescope.profiling.sweeps import sweep as sweeping
from tilescope.profiling.sweeps import workers as workers_of
from tilescope.profiling.sweeps.axes import parse_axes
from tilescope.profiling.sweeps.evaluating import evaluate
from tilescope.profiling.sweeps.journal import folder_of, open_journal
from tilescope.profiling.sweeps.plan import SweepPlan
from tilescope.profiling.sweeps.reading import read_sweep
from tilescope.profiling.sweeps.sweep import InterruptedSweepError, run_sweep
from tilescope.profiling.sweeps.workers import DaskWorkers, LocalWorkers
from tilescope.workloads.cases import LinearProjectionTestCase

BASE = LinearProjectionTestCase("base", 64, 96, 192)
SMALL = SweepPlan(parse_axes(["M=16:96:16", "tile=16x16x32,16x32x64,256"]), BASE)
AXES = ["M=16:640:16", "N=128:640:128", "mapping=fused-k", "tile=16x16x32,32x32x64"]
LONG = SweepPlan(parse_axes(AXES), BASE)
SPREAD = SweepPlan(parse_axes(["M=16:320:16", "N=64,128", "tile=16x16x32,16x16x64"]), BASE)


def check(path: Path, plan: SweepPlan) -> None:
    """The file has what one call in this process gives, point by point."""
    data = read_sweep(path)
    assert data.columns["point"] == list(range(plan.size))
    assert data.columns == evaluate(plan.to_json(), 0, plan.size)
    assert not folder_of(path).exists()


def test_a_sweep_keeps_good_and_failed_points_in_order(tmp_path: Path) -> None:
    said: list[str] = []
    path = tmp_path / "sweep.parquet"
    result = run_sweep(SMALL, path, LocalWorkers(1), notify=said.append)
    assert (result.points, result.failed, result.earlier) == (18, 6, 0)
    check(path, SMALL)
    data = read_sweep(path)
    assert sum(data.reasons().values()) == 6
    assert len(data.ok()) == 12
    assert data.about["kind"] == "simulated"
    assert said[-1].startswith("18 of 18 points, 6 failed, about 0 s left")


def test_the_best_points_are_those_with_the_most_and_among_equals_the_first(
    tmp_path: Path,
) -> None:
    path = tmp_path / "sweep.parquet"
    journal = open_journal(path, SMALL, 18, force=False)
    columns = evaluate(SMALL.to_json(), 0, 18)
    timed = [place for place, status in enumerate(columns["status"]) if status == "ok"]
    columns["gflops"] = [None if place not in timed else 1.0 for place in range(18)]
    columns["gflops"][timed[5]] = 2.0
    journal.keep(0, columns)
    run_sweep(SMALL, path, LocalWorkers(1))
    data = read_sweep(path)
    best = data.best("gflops", 3)
    assert [row["point"] for row in best] == [timed[5], timed[0], timed[1]]
    assert best[0]["core_tile_m"] == columns["core_tile_m"][timed[5]]
    assert len(data.best("gflops", 100)) == len(timed) == 12


def test_two_processes_give_what_one_gives(tmp_path: Path) -> None:
    path = tmp_path / "sweep.parquet"
    run_sweep(SMALL, path, LocalWorkers(2))
    check(path, SMALL)


def test_after_an_interruption_the_same_call_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "STRETCHES_EACH", 6)
    path = tmp_path / "sweep.parquet"
    calls = 0

    def interrupt(text: str) -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise KeyboardInterrupt

    with pytest.raises(InterruptedSweepError, match="6 of 18 points are kept"):
        run_sweep(SMALL, path, LocalWorkers(1), notify=interrupt)
    assert not path.exists()
    result = run_sweep(SMALL, path, LocalWorkers(1))
    assert (result.earlier, result.points) == (6, 18)
    check(path, SMALL)


def test_a_sweep_that_is_killed_loses_nothing_and_repeats_nothing(tmp_path: Path) -> None:
    path = tmp_path / "sweep.parquet"
    axes = [part for text in AXES for part in ("--axis", text)]
    command = [sys.executable, "-m", "tilescope", "sweep", *axes, "-o", str(path), "--jobs", "1"]
    process = subprocess.Popen([*command, "--case", "base:64x96x192"])
    deadline = time.monotonic() + 60
    while len(list(folder_of(path).glob("0*.parquet"))) < 2:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.kill()
    process.wait()
    assert not path.exists()
    before = {file: file.stat().st_mtime_ns for file in folder_of(path).glob("0*.parquet")}
    result = run_sweep(LONG, path, LocalWorkers(1))
    assert result.earlier >= 2 * 50  # 400 points in stretches of 50
    assert before
    check(path, LONG)


def test_the_processes_of_a_sweep_that_is_killed_end_with_it(tmp_path: Path) -> None:
    path = tmp_path / "sweep.parquet"
    axes = [part for text in AXES for part in ("--axis", text)]
    command = [sys.executable, "-m", "tilescope", "sweep", *axes, "-o", str(path), "--jobs", "2"]
    process = subprocess.Popen([*command, "--case", "base:64x96x192", "--quiet"])
    deadline = time.monotonic() + 120
    while not list(folder_of(path).glob("0*.parquet")):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.01)
    started = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.wait()
    assert len(started) >= 2
    left = psutil.wait_procs(started, timeout=60)[1]
    assert left == []


def test_workers_of_another_version_are_refused() -> None:
    """On a cluster, whose workers have what is installed there."""
    with pytest.raises(InputError, match=r"A worker has tilescope .*, and this is 0\.0\.1"):
        workers_of._stretch("0.0.1", SMALL.to_json(), 0, 1)


def test_a_process_that_is_killed_ends_plainly_and_the_same_call_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "STRETCHES_EACH", 20)  # two points each, 40 stretches
    killed: list[int] = []

    def kill_one(text: str) -> None:
        if killed:
            return
        workers = [
            child
            for child in psutil.Process().children(recursive=True)
            if any("LokyProcess" in part for part in child.cmdline())
        ]
        if workers:
            killed.append(workers[0].pid)
            workers[0].kill()

    path = tmp_path / "sweep.parquet"
    with pytest.raises(InputError, match=r"A process of the sweep died.*kept in .*goes on"):
        run_sweep(SPREAD, path, LocalWorkers(2), notify=kill_one)
    assert killed
    assert run_sweep(SPREAD, path, LocalWorkers(1)).earlier > 0
    check(path, SPREAD)


def test_what_was_finished_is_not_run_again(tmp_path: Path) -> None:
    path = tmp_path / "sweep.parquet"
    journal = open_journal(path, SMALL, 6, force=False)
    columns = evaluate(SMALL.to_json(), 6, 12)
    columns["npu_us"] = [1.5] * 6  # so that it can be told
    journal.keep(6, columns)
    assert list(journal.missing()) == [(0, 6), (12, 18)]
    run_sweep(SMALL, path, LocalWorkers(1))
    found = read_sweep(path).columns["npu_us"]
    assert found[6:12] == [1.5] * 6
    assert found[0] != 1.5


@pytest.mark.parametrize("damage", [b"", b"PAR1", None])
def test_a_broken_stretch_is_run_again(tmp_path: Path, damage: bytes | None) -> None:
    path = tmp_path / "sweep.parquet"
    journal = open_journal(path, SMALL, 6, force=False)
    for start in (0, 6):
        journal.keep(start, evaluate(SMALL.to_json(), start, start + 6))
    broken = journal.folder / "000000006.parquet"
    content = (journal.folder / "000000000.parquet").read_bytes()  # other points than its own
    broken.write_bytes(content if damage is None else damage)
    with pytest.raises(InputError, match="was broken and is taken away"):
        run_sweep(SMALL, path, LocalWorkers(1))
    assert not broken.exists()
    assert run_sweep(SMALL, path, LocalWorkers(1)).earlier == 12
    check(path, SMALL)


def test_versions_are_not_mixed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "sweep.parquet"
    with monkeypatch.context() as patched:
        patched.setattr(journals, "__version__", "0.0.1")
        open_journal(path, SMALL, 6, force=False)
    with pytest.raises(InputError, match=r"was begun by tilescope 0\.0\.1, and this is"):
        run_sweep(SMALL, path, LocalWorkers(1))


def test_files_and_other_sweeps_are_kept_unless_forced(tmp_path: Path) -> None:
    path = tmp_path / "sweep.parquet"
    open_journal(path, SMALL, 6, force=False)
    with pytest.raises(InputError, match="another sweep"):
        run_sweep(LONG, path, LocalWorkers(1))
    other = SweepPlan(parse_axes(["M=16"]), BASE)
    run_sweep(other, path, LocalWorkers(1), force=True)
    with pytest.raises(InputError, match="exists and is kept"):
        run_sweep(other, path, LocalWorkers(1))
    run_sweep(SMALL, path, LocalWorkers(1), force=True)
    check(path, SMALL)


def test_two_runs_do_not_work_on_one_sweep(tmp_path: Path) -> None:
    path = tmp_path / "sweep.parquet"
    journal = open_journal(path, SMALL, 6, force=False)
    with (
        sweeping._alone(journal),
        pytest.raises(InputError, match="Another run is at this sweep"),
    ):
        run_sweep(SMALL, path, LocalWorkers(1))


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", "cannot be read as Parquet"), (b"PAR1 and no more", "cannot be read as Parquet")],
)
def test_a_file_that_is_no_sweep_is_refused(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "sweep.parquet"
    path.write_bytes(content)
    with pytest.raises(InputError, match=says):
        read_sweep(path)
    with pytest.raises(InputError, match=r"There is no file .*nothing\.parquet"):
        read_sweep(tmp_path / "nothing.parquet")


def test_a_table_of_something_else_is_refused(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = tmp_path / "other.parquet"
    pq.write_table(pa.table({"a": [1]}), path)
    with pytest.raises(InputError, match="no sweep of tilescope's"):
        read_sweep(path)
    plan = json.loads(SMALL.to_json())
    for version, says in ((99, "newer tilescope"), (1, "no whole sweep: it lacks point")):
        about = json.dumps({"format": version, "plan": plan}).encode()
        pq.write_table(pa.table({"a": [1]}).replace_schema_metadata({"tilescope": about}), path)
        with pytest.raises(InputError, match=says):
            read_sweep(path)


def _start(part: str, *arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", f"distributed.cli.{part}", *arguments, "--no-dashboard"]
    return subprocess.Popen(command, stderr=subprocess.DEVNULL)


def _address(where: Path) -> str:
    """What a scheduler has written down, once it has."""
    deadline = time.monotonic() + 60
    while True:
        try:
            return str(json.loads(where.read_text())["address"])
        except (OSError, ValueError):
            assert time.monotonic() < deadline
            time.sleep(0.05)


@contextmanager
def cluster(folder: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and two workers in processes of their own: the address, and all three."""
    where = folder / "scheduler.json"
    parts = [_start("dask_scheduler", "--port", "0", "--scheduler-file", str(where))]
    try:
        for _ in range(2):
            options = ["--scheduler-file", str(where), "--nthreads", "1", "--no-nanny"]
            parts.append(_start("dask_worker", *options, "--local-directory", str(folder)))
        yield _address(where), parts
    finally:
        for part in parts:
            part.kill()
            part.wait()


def test_a_worker_that_is_killed_takes_no_point_with_it_and_a_cluster_that_goes_ends_plainly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real scheduler with two workers: one of them is killed after the first stretch.

    In a second sweep, the scheduler is.
    """
    monkeypatch.setattr(sweeping, "STRETCHES_EACH", 40)  # one or two points each
    with cluster(tmp_path) as (address, (scheduler, first, second)):
        workers = DaskWorkers(address)
        workers.client.wait_for_workers(2, timeout=60)
        assert workers.label == f"2 Dask workers at {address}"

        def kill_first(text: str) -> None:
            if first.poll() is None:
                os.kill(first.pid, signal.SIGKILL)
                first.wait()

        path = tmp_path / "killed.parquet"
        result = run_sweep(SPREAD, path, workers, notify=kill_first)
        assert first.poll() is not None
        assert second.poll() is None
        assert (result.points, result.failed, result.earlier) == (SPREAD.size, 0, 0)
        check(path, SPREAD)

        def kill_scheduler(text: str) -> None:
            if scheduler.poll() is None:
                os.kill(scheduler.pid, signal.SIGKILL)
                scheduler.wait()

        gone = tmp_path / "gone.parquet"
        with pytest.raises(InputError, match=r"is gone.* points are kept in .*goes on with them"):
            run_sweep(SPREAD, gone, workers, notify=kill_scheduler)
        workers.close()
    assert list(folder_of(gone).glob("0*.parquet"))
    result = run_sweep(SPREAD, gone, LocalWorkers(1))
    assert result.earlier > 0
    check(gone, SPREAD)


def test_a_cluster_without_workers_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tilescope.profiling.sweeps import workers as module

    monkeypatch.setattr(module, "WORKERS_S", 0.2)
    monkeypatch.setattr(module, "LOOK_S", 0.05)
    where = tmp_path / "scheduler.json"
    scheduler = _start("dask_scheduler", "--port", "0", "--scheduler-file", str(where))
    try:
        workers = DaskWorkers(_address(where))
        path = tmp_path / "none.parquet"
        with pytest.raises(InputError, match=r"0 of 18 points are kept"):
            run_sweep(SMALL, path, workers)
        workers.close()
    finally:
        scheduler.kill()
        scheduler.wait()


HEARD = """
import signal
from tilescope.profiling.sweeps import workers

def kept():
    return signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, [])

workers._here = lambda parent, plan, start, stop: (start, {"kept": [kept()]})
found = dict(workers.LocalWorkers(2).run("", [(0, 1), (1, 2)]))
print(sorted(found), [one["kept"] for one in found.values()], kept())
"""


def test_workers_do_not_hear_the_ctrl_c_that_ends_the_sweep() -> None:
    command = [sys.executable, "-c", HEARD]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout == "[0, 1] [[True], [True]] False\n"


ENDED = """
from joblib.externals.loky import get_reusable_executor
from tilescope.profiling.sweeps.axes import parse_axes
from tilescope.profiling.sweeps.plan import SweepPlan
from tilescope.profiling.sweeps.workers import LocalWorkers
from tilescope.workloads.cases import LinearProjectionTestCase

plan = SweepPlan(parse_axes(["M=16,32"]), LinearProjectionTestCase("base", 64, 96, 192))
print(sorted(start for start, _ in LocalWorkers(2).run(plan.to_json(), [(0, 1), (1, 2)])))
get_reusable_executor().shutdown(wait=True)
"""


def test_workers_that_are_no_longer_needed_end_without_a_word() -> None:
    command = [sys.executable, "-c", ENDED]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    assert (done.stdout, done.stderr) == ("[0, 1]\n", "")
