"""`tilescope search`: what it prints and writes, and one sentence where it cannot."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tilescope.cli.main import app
from tilescope.designs.mlir.reading import read_design
from tilescope.devices import load_device
from tilescope.profiling.intervals import validated
from tilescope.runs.files import read_run
from tilescope.search.results import SearchRun
from tilescope.simulation.simulate import simulate_design

SMALL = ["64x96x128", "--dtype", "bf16", "--grid", "4x4"]


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """A cache of its own for each test."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def invoke(*arguments: str):
    return CliRunner().invoke(app, ["search", *arguments])


def test_json_has_the_best_the_candidates_and_the_counts() -> None:
    result = invoke(*SMALL, "--json", "-")
    assert result.exit_code == 0, result.stderr
    assert result.stderr == ""
    content = json.loads(result.stdout)
    assert {"best", "candidates", "considered", "pruned", "simulated", "bound_us"} <= set(content)
    assert content["best"]["mapping"]["core_tile"]
    assert len(content["candidates"]) >= 10
    found = SearchRun.model_validate(content)
    assert found.best_us >= found.bound_us


def test_the_same_search_gives_the_same_file(tmp_path) -> None:
    contents = []
    for _ in range(2):
        content = json.loads(invoke(*SMALL, "--json", "-").stdout)
        del content["provenance"]
        contents.append(content)
    assert contents[0] == contents[1]


def test_the_screen_says_the_best_the_bound_the_space_and_why_others_lose() -> None:
    text = invoke(*SMALL).stdout
    for part in (
        "Search for gemm (64×96×128) on npu1 (simulated)",
        "that no mapping can beat",
        "Verified: run with data and correct",
        "mappings considered",
        "The fastest 10, and why the others are not the best",
        "Run it: tilescope gemm 64 96 128",
    ):
        assert part in " ".join(text.split())
    assert "What each choice is worth: the fastest that makes it otherwise" in text
    assert max(map(len, text.splitlines())) <= 80
    assert not any(key in text for key in ("_dma", "_port", "_overhead"))  # words, as in a profile


INT8 = ["64x96x128", "--dtype", "int8", "--device", "npu2", "--grid", "4x8", "--timing-only"]


def test_the_best_carries_the_interval_of_its_kind_where_there_is_one() -> None:
    """Enough published int8 rows of npu2 judge it; three of bfloat16 on npu1 do not."""
    within = validated("gemm", "int8", "npu2", "xrt-linux").within
    text = " ".join(invoke(*INT8).stdout.split())
    assert f"µs (simulated, 90 % within ±{100 * within:.0f} %), " in text
    assert "No error interval" not in text
    nothing_known = " ".join(invoke(*SMALL, "--timing-only").stdout.split())
    assert "(simulated, 90" not in nothing_known
    assert "No error interval: how far hardware would differ is not known" in nothing_known


def test_a_what_if_is_judged_by_nothing_wherever_it_is_shown(tmp_path) -> None:
    """The same search has an interval without --set; with it there is none, on no view."""
    best, whole = tmp_path / "best.json", tmp_path / "whole.json"
    asked = [*INT8, "--set", "ddr_gbps=30", "-o", str(best), "--json", str(whole)]
    text = " ".join(invoke(*asked).stdout.split())
    assert "What if: ddr_gbps 30 GB/s, not 70" in text
    assert "(simulated, 90" not in text
    assert "A what-if: no machine is as it was set here, so nothing measured can judge it" in text
    found = SearchRun.model_validate_json(whole.read_text())
    assert [change.key for change in found.changed] == ["ddr_gbps"]
    cases = [*found.candidates, *(one.candidate for one in found.products[0].alternatives)]
    assert all(case.interval_us is None for case in cases)
    assert "--set ddr_gbps=30" in found.products[0].command
    views = [text, best.read_text(), whole.read_text()]
    for view in ("markdown", "csv", "json", "html"):
        path = tmp_path / f"view.{view}"
        result = CliRunner().invoke(app, ["report", view, str(best), "-o", str(path)])
        assert result.exit_code == 0, result.stderr
        views.append(path.read_text())
    assert not any("validated" in view.replace("not validated", "") for view in views)
    before = tmp_path / "before.json"
    invoke(*INT8, "-o", str(before), "-q")
    compared = CliRunner().invoke(app, ["compare", str(before), str(best)])
    assert compared.exit_code == 2
    assert "--allow-different device" in compared.stderr


def test_the_command_of_the_best_can_be_pasted_and_takes_its_time() -> None:
    found = SearchRun.model_validate_json(invoke(*SMALL, "--json", "-").stdout)
    lines = invoke(*SMALL).stdout.splitlines()
    start = lines.index("  Run it:") + 1
    end = next(place for place in range(start, len(lines)) if not lines[place].endswith("\\")) + 1
    command = shlex.split("\n".join(lines[start:end]).replace("\\\n", " "))
    assert command == shlex.split(found.products[0].command)
    asked = [*command[1:], "--timing-only", "--no-advice", "--json", "-", "-q"]
    result = CliRunner().invoke(app, asked)
    (case,) = json.loads(result.stdout)["cases"]
    assert case["npu_us"]["median"] == found.products[0].best.npu_us.median


def test_the_best_design_is_written_and_takes_the_same_cycles(tmp_path) -> None:
    path = tmp_path / "best.mlir"
    result = invoke(*SMALL, "-o", str(path), "--json", "-")
    (product,) = SearchRun.model_validate_json(result.stdout).products
    outcome = simulate_design(read_design(path.read_text(), "best").design, load_device("npu1"))
    assert product.verified.cycles == (float(outcome.base.cycles(outcome.ticks)),)


def test_the_best_run_is_written_and_read_like_any_run(tmp_path) -> None:
    path = tmp_path / "best.json"
    assert invoke(*SMALL, "-o", str(path), "-q").exit_code == 0
    run = read_run(path)
    assert [case.name for case in run.cases] == ["gemm"]
    assert run.cases[0].max_rel_error is not None


def test_linear_writes_a_design_for_each_product(tmp_path) -> None:
    arguments = ["k_proj,v_proj", "--dtype", "bf16", "--grid", "4x4", "--mapping", "whole-array"]
    limited = [*arguments, "--tile", "16,80,96", "--timing-only"]
    result = invoke(*limited, "-o", str(tmp_path / "best.mlir"))
    assert result.exit_code == 0, result.stderr
    names = sorted(path.name for path in tmp_path.glob("*.mlir"))
    assert names == ["best.k_proj.mlir", "best.v_proj.mlir"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["q_prj"], "There is no workload 'q_prj'; name a projection"),
        (["64x0x64"], "N is 0"),
        (["64x64"], "A shape is MxNxK"),
        ([*SMALL, "--objective", "speed"], "Unknown objective 'speed'"),
        ([*SMALL, "--top", "0"], "--top is 0"),
        ([*SMALL, "--set", "ddr=3"], "There is no value 'ddr' to set"),
        ([*SMALL, "--set", "ddr_gbps=3parsecs"], "not in 'parsecs'"),
        ([*SMALL, "--max-error", "-1"], "The largest error is -1"),
        ([*SMALL, "--fp32", "safe"], "--fp32 safe is a way of float32"),
        ([*SMALL, "--tile", "512,512,512"], "bytes of L1"),
        ([*SMALL, "-o", "best.txt"], "-o takes a .mlir"),
        (["64x64x64", "--kernel", "scalar", "--b-layout", "column"], "takes B by rows only"),
    ],
)
def test_bad_input_ends_in_one_sentence(arguments: list[str], sentence: str) -> None:
    result = invoke(*arguments)
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert result.stderr.count("\n") == 1
    assert "Traceback" not in result.stderr


def test_an_existing_file_is_kept(tmp_path) -> None:
    path = tmp_path / "best.mlir"
    path.write_text("mine")
    result = invoke(*SMALL, "-o", str(path))
    assert result.exit_code == 2
    assert "exists and is kept" in result.stderr
    assert path.read_text() == "mine"


@pytest.mark.parametrize("state", ["/dev/zero", "."])
def test_a_state_that_is_no_file_is_refused_and_stays(state: str) -> None:
    result = invoke(*SMALL, "--state", state)
    assert result.exit_code == 2
    assert "is no file; --state names" in result.stderr
    assert os.path.exists(state)


def test_a_state_of_another_search_is_refused(tmp_path) -> None:
    state = tmp_path / "state.json"
    state.write_text(json.dumps({"identity": "other", "known": {}}))
    result = invoke(*SMALL, "--state", str(state))
    assert result.exit_code == 2
    assert "holds another search" in result.stderr


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"identity": 3, "known": [1]}', "\x00"])
def test_a_broken_state_is_refused(tmp_path, content: str) -> None:
    state = tmp_path / "state.json"
    state.write_text(content)
    result = invoke(*SMALL, "--state", str(state))
    assert result.exit_code == 2
    assert str(state) in result.stderr


INTERRUPTED_SEARCH = """
import contextlib, os, re, signal
from tilescope.cli import start, terminal

@contextlib.contextmanager
def progress(quiet):
    def notify(text):
        told = re.search(r"([0-9,]+) simulated", text)
        if told and told[1] != "0":
            os.kill(os.getpid(), signal.SIGINT)
    yield notify

terminal.progress = progress
start.main()
"""
"""A search that gets Ctrl-C, the signal itself, as soon as something was simulated."""


def test_an_interrupted_search_goes_on_and_ends_in_the_same_answer(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    words = ["search", "q_proj", "--dtype", "bf16", "--json", "-", "--state", str(state)]
    begun = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_SEARCH, *words],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (begun.returncode, begun.stdout) == (130, "")
    assert "Interrupted" in begun.stderr
    assert json.loads(state.read_text())["known"]
    command = [sys.executable, "-m", "tilescope", *words]
    answers = []
    for more in ([], ["--state", str(tmp_path / "fresh.json")]):
        again = subprocess.run([*command, *more], capture_output=True, text=True, check=True)
        content = json.loads(again.stdout)
        del content["provenance"]
        answers.append(content)
    assert answers[0] == answers[1]
    assert not state.exists()


def test_linear_and_gemm_take_the_best_mapping_that_a_search_finds() -> None:
    best = json.loads(invoke("k_proj", "--dtype", "bf16", "--json", "-").stdout)["best"]
    for arguments in (
        ["linear", "--test-case", "k_proj", "--num-runs", "1"],
        ["gemm", "64", "320", "768", "--timing-only"],
    ):
        chosen = [*arguments, "--dtype", "bf16", "--mapping", "best", "--json", "-"]
        result = CliRunner().invoke(app, chosen)
        assert result.exit_code == 0, result.stderr
        (case,) = json.loads(result.stdout)["cases"]
        assert case["mapping"] == best["mapping"]
        assert case["npu_us"] == best["npu_us"]


def test_design_prints_the_best_mapping(tmp_path) -> None:
    path = tmp_path / "best.mlir"
    assert invoke("k_proj", "--dtype", "bf16", "-o", str(path), "-q").exit_code == 0
    result = CliRunner().invoke(
        app, ["design", "k_proj", "--dtype", "bf16", "--mapping", "best", "-o", "-"]
    )
    assert result.stdout == path.read_text()


def test_best_keeps_the_kernel_that_is_asked_for() -> None:
    arguments = ["gemm", "32", "32", "32", "--mapping", "best", "--fp32", "safe", "--timing-only"]
    result = CliRunner().invoke(app, [*arguments, "--json", "-"])
    (case,) = json.loads(result.stdout)["cases"]
    assert case["mapping"]["emulation"] == "safe"


def test_on_forty_columns_no_line_is_wider_than_the_screen() -> None:
    """The table's figures take 31; why the others lose stands below each row."""
    result = CliRunner().invoke(app, ["search", *SMALL], env={"COLUMNS": "40"})
    assert result.exit_code == 0, result.stderr
    assert max(map(len, result.stdout.splitlines())) <= 40
