"""`tilescope sweep`: points over axes, kept as they finish, or one sentence why not."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tilescope.cli.main import app
from tilescope.profiling.sweeps import sweep as sweeping
from tilescope.profiling.sweeps.journal import folder_of
from tilescope.profiling.sweeps.reading import read_sweep
from tilescope.profiling.sweeps.workers import LocalWorkers

CONFIGS = Path(__file__).parents[1] / "workloads" / "configs"
AXES = ["--axis", "M=64,128", "--axis", "tile=32,256", "--axis", "dtype=bf16,int8", "--jobs", "1"]


def call(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["sweep", *arguments], env={"COLUMNS": "80"})
    return result.exit_code, result.stdout, result.stderr


def test_a_sweep_says_what_came_of_it_and_writes_it(tmp_path: Path) -> None:
    path = tmp_path / "sweep.parquet"
    code, out, err = call(*AXES, "-o", str(path))
    assert (code, err) == (0, "")
    told = " ".join(out.split())
    assert "8 points in" in told
    assert "by 1 process" in told
    assert "4 timed (simulated), 4 failed" in told
    assert "N = 960, K = 768 as in q_proj" in told
    assert "4 failed: linear_fused does not fit npu1" in told
    assert out.splitlines()[-1] == f"Written: {path}"
    data = read_sweep(path)
    assert [axis.name for axis in data.plan.axes] == ["M", "tile", "dtype"]
    assert data.columns["shape_n"][0] == 960
    code, _, err = call(*AXES, "-o", str(path))
    assert code == 2
    assert "exists and is kept" in err
    assert call(*AXES, "-o", str(path), "--force", "--quiet") == (0, "", "")


def test_a_sweep_is_a_table_for_other_programs_too(tmp_path: Path) -> None:
    path = tmp_path / "sweep.parquet"
    assert call(*AXES, "-o", str(path), "--quiet")[0] == 0
    result = CliRunner().invoke(app, ["report", "csv", str(path)])
    assert result.exit_code == 0, result.stderr
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    columns = read_sweep(path).columns
    assert list(rows[0]) == list(columns)
    assert [row["M"] for row in rows] == [str(m) for m in columns["M"]]
    assert [float(row["npu_us"]) if row["npu_us"] else None for row in rows] == columns["npu_us"]
    assert [row["reason"] or None for row in rows] == columns["reason"]
    for view in ("markdown", "json", "plot", "trace"):
        refused = CliRunner().invoke(app, ["report", view, str(path)])
        assert refused.exit_code == 2
        assert "is a sweep, of which there is `report html` and `report csv`" in refused.stderr


def test_a_sweep_whose_every_point_failed_is_written_and_no_success(tmp_path: Path) -> None:
    path = tmp_path / "sweep.parquet"
    code, out, err = call("--axis", "tile=256", "--axis", "M=1,2", "--jobs", "1", "-o", str(path))
    assert code == 2
    assert "2 failed: linear_fused does not fit" in " ".join(out.split())
    assert "No point could be timed; the column `reason` of" in err
    assert all(read_sweep(path).columns["reason"])


def test_sides_without_an_axis_are_those_of_a_models_projection(tmp_path: Path) -> None:
    path = tmp_path / "sweep.parquet"
    config = str(CONFIGS / "gemma-2b.json")
    model = ["--config", config, "--case", "k_proj"]
    code, _, err = call("--axis", "M=1,16", "--jobs", "1", *model, "-o", str(path))
    assert (code, err) == (0, "")
    assert read_sweep(path).columns["shape_n"] == [256, 256]


def test_an_interruption_keeps_what_was_done_and_ends_with_130(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "STRETCHES_EACH", 8)
    run = LocalWorkers.run

    def interrupted(self: LocalWorkers, plan: str, tasks: list[tuple[int, int]]) -> object:
        for count, stretch in enumerate(run(self, plan, tasks)):
            if count == 3:
                raise KeyboardInterrupt
            yield stretch

    path = tmp_path / "sweep.parquet"
    with monkeypatch.context() as patched:
        patched.setattr(LocalWorkers, "run", interrupted)
        code, out, err = call(*AXES, "-o", str(path))
    assert (code, out) == (130, "")
    assert "3 of 8 points are kept" in err
    assert folder_of(path).is_dir()
    code, out, _ = call(*AXES, "-o", str(path))
    assert code == 0
    assert "3 of them were there already" in " ".join(out.split())


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--axis", "M=9:8:x2"], "no point"),
        (["--axis", "Q=1"], "Unknown axis 'Q'"),
        (["--axis", "M=1:1001:1", "--axis", "N=1:1001:1"], "1,002,001 points, more than 1,000,000"),
        (["--axis", "M=1", "--case", "r_proj"], "Unknown test case"),
        (["--axis", "M=1", "--case", "all"], "names 7"),
        (["--axis", "M=1", "--backend", "spark"], "Unknown backend 'spark'"),
        (["--axis", "M=1", "--backend", "dask"], "needs the cluster's address"),
        (["--axis", "M=1", "--scheduler", "tcp://127.0.0.1:1"], "add --backend dask"),
        (["--axis", "M=1", "--jobs", "0"], "--jobs is 0"),
        (["--axis", "M=1", "--config", "nothing.json"], "There is no file nothing.json"),
    ],
)
def test_bad_input_ends_plainly(tmp_path: Path, arguments: list[str], says: str) -> None:
    path = tmp_path / "sweep.parquet"
    code, out, err = call(*arguments, "-o", str(path))
    assert (code, out) == (2, "")
    assert says in err
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("address", ["nowhere", "tcp://127.0.0.1", "127.0.0.1:8786", ""])
def test_an_address_without_a_scheme_or_a_port_is_refused_before_any_client(
    tmp_path: Path, address: str
) -> None:
    dask = ["--backend", "dask", "--scheduler", address]
    code, out, err = call("--axis", "M=1", *dask, "-o", str(tmp_path / "sweep.parquet"))
    assert (code, out) == (2, "")
    assert "is as tcp://127.0.0.1:8786" in err or "needs the cluster's address" in err
    assert len(err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "ftp://127.0.0.1:1"])
def test_a_cluster_that_is_not_there_ends_plainly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    from tilescope.profiling.sweeps import workers

    monkeypatch.setattr(workers, "CONNECT_S", 0.2)
    dask = ["--backend", "dask", "--scheduler", address]
    code, out, err = call("--axis", "M=1", *dask, "-o", str(tmp_path / "sweep.parquet"))
    assert (code, out) == (2, "")
    assert "No Dask cluster answers at" in err
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("out", "says"),
    [("sweep.csv", "end sweep.csv in .parquet"), ("nowhere/a.parquet", "does not exist")],
)
def test_a_file_that_cannot_be_written_is_refused_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, out: str, says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, err = call("--axis", "M=1", "-o", out)
    assert code == 2
    assert says in err
