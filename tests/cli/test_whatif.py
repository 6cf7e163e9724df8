"""`--set` and `--set help`, where a profile takes them: what is named, and what is refused."""

import json

import pytest
from typer.testing import CliRunner, Result

from tilescope.cli.main import app
from tilescope.reports.whatif import changes_line
from tilescope.runs.limits import Change
from tilescope.runs.models import Run

LINEAR = ["linear", "--test-case", "k_proj", "--timing-only"]
GEMM = ["gemm", "64", "64", "64", "--dtype", "bf16", "--timing-only"]
TILE = ["tile", "--num-runs", "1"]
VERBS = [LINEAR, GEMM, TILE]


def call(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb[0])
def test_a_run_says_what_was_changed_and_carries_no_interval(verb: list[str]) -> None:
    result = call(*verb, "--set", "ddr_gbps=30", "--set", "launch_us=20", "--json", "-")
    assert result.exit_code == 0, result.stderr
    run = Run.model_validate(json.loads(result.stdout))
    assert [(one.key, one.value) for one in run.changed] == [("ddr_gbps", 30), ("launch_us", 20)]
    case = run.cases[0]
    assert case.device == "npu1(ddr_gbps=30)"
    assert case.runtime == "xrt-linux(launch_us=20)"
    assert case.interval_us is None
    assert case.bound is not None
    assert case.bound.us + case.bound.gap_us == pytest.approx(case.npu_us.median)
    assert "validated" not in result.stdout


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb[0])
def test_the_screen_names_what_was_changed_and_never_says_validated(verb: list[str]) -> None:
    text = call(*verb, "--set", "ddr_gbps=30").stdout
    assert "What if: ddr_gbps 30 GB/s, not 17.52" in text
    assert "A what-if: no machine is as it was set here" in text
    assert "validated" not in text


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb[0])
def test_what_can_be_set_is_listed_with_units_and_nominal_values(verb: list[str]) -> None:
    result = call(*verb, "--set", "help", "--device", "npu2")
    assert result.exit_code == 0
    rows = [line.split() for line in result.stdout.splitlines()]
    assert ["columns", "8", "columns"] in rows
    assert ["clock_mhz", "1,800", "MHz"] in rows
    assert any(row[:1] == ["launch_us"] and row[-1] == "µs" for row in rows)


@pytest.mark.parametrize("verb", ["gemm", "simulate", "search"])
@pytest.mark.parametrize("asked", [["--set", "help"], ["--set=help"], ["--device", "npu1"]])
def test_the_list_needs_no_argument_and_all_else_does(verb: str, asked: list[str]) -> None:
    result = call(verb, *asked, "--device", "npu2")
    if "help" in asked[-1]:
        assert result.exit_code == 0, result.stderr
        assert ["columns", "8", "columns"] in [line.split() for line in result.stdout.splitlines()]
    else:
        assert result.exit_code == 2
        assert "Missing argument" in result.stderr


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb[0])
@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (["ddr_gpbs=30"], "did you mean ddr_gbps?"),
        (["ddr_gbps=30ms"], "not in 'ms'"),
        (["ddr_gbps=1", "ddr_gbps=2"], "is set twice"),
        (["launch_us=-3"], "must be from 0"),
        (["columns=2"], "has 4×2"),
        (["l1_bytes=2KiB"], "bytes of L1"),
    ],
)
def test_bad_settings_are_one_sentence_and_exit_code_2(
    verb: list[str], settings: list[str], said: str
) -> None:
    family = ["--mapping", "per-tile"] if verb is GEMM else []
    words = [word for text in settings for word in ("--set", text)]
    result = call(*verb, *family, *words)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_unit_is_not_said_where_the_key_is_the_unit() -> None:
    told = changes_line(
        [
            Change(key="columns", value=2, nominal=4, unit="columns"),
            Change(key="ddr_gbps", value=30, nominal=17.5, unit="GB/s"),
        ]
    )
    assert told == "What if: columns 2, not 4; ddr_gbps 30 GB/s, not 17.5"
