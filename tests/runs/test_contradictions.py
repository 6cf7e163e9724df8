"""Is a run file that does not hang together refused?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tilescope.errors import InputError
from tilescope.runs.files import read_run, to_json
from tilescope.runs.models import Run


def edited(run: Run, path: Path, change: dict[str, Any], part: str) -> Path:
    """The run's file with one part of its first case changed."""
    content = json.loads(to_json(run))
    of = content["cases"][0][part]
    (of[0] if isinstance(of, list) else of).update(change)
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_terms_that_do_not_sum_to_the_time_are_refused(mixed_run: Run, tmp_path: Path) -> None:
    case = mixed_run.cases[0]
    first = case.budget[0].us
    path = edited(
        mixed_run, tmp_path / "run.json", {"us": first + 0.01 * case.npu_us.median}, "budget"
    )
    with pytest.raises(InputError, match=r"the terms of .* sum to .* it was edited"):
        read_run(path)
    read_run(edited(mixed_run, path, {"us": first * (1 + 1e-9)}, "budget"))


def test_a_median_outside_its_own_range_is_refused(mixed_run: Run, tmp_path: Path) -> None:
    time = mixed_run.cases[0].baseline_us
    assert time is not None
    path = tmp_path / "run.json"
    for median in (time.min * 0.99, time.max * 1.01):
        with pytest.raises(InputError, match="lies outside"):
            read_run(edited(mixed_run, path, {"median": median}, "baseline_us"))
    edited(mixed_run, path, {"median": time.max}, "baseline_us")
    content = json.loads(path.read_text(encoding="utf-8"))
    content["cases"][0]["speedup"] = time.max / mixed_run.cases[0].npu_us.median
    path.write_text(json.dumps(content), encoding="utf-8")
    read_run(path)


def test_a_simulated_time_is_its_bound_and_the_gap_above_it(mixed_run: Run, tmp_path: Path) -> None:
    path, us = tmp_path / "run.json", mixed_run.cases[0].npu_us.median
    content = json.loads(to_json(mixed_run))
    for bound_us, gap_us in ((us * 2, 0.0), (us / 2, us / 4)):
        content["cases"][0]["bound"] = {"by": "ddr", "us": bound_us, "gap_us": gap_us}
        path.write_text(json.dumps(content), encoding="utf-8")
        with pytest.raises(InputError, match="the bound of"):
            read_run(path)
    content["cases"][0]["bound"] = {"by": "ddr", "us": us / 2, "gap_us": us / 2}
    path.write_text(json.dumps(content), encoding="utf-8")
    read_run(path)


def test_a_prediction_stands_beside_a_measured_time_with_the_error_of_the_two(
    mixed_run: Run, tmp_path: Path
) -> None:
    path, us = tmp_path / "run.json", mixed_run.cases[0].npu_us.median
    content = json.loads(to_json(mixed_run))
    case = content["cases"][0]
    case["predicted"] = {"us": us * 0.9, "runtime": "x", "error": -0.1, "device_us": us / 2}
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(InputError, match="is simulated and has a prediction beside it"):
        read_run(path)
    case["npu_us"]["kind"] = "measured"
    path.write_text(json.dumps(content), encoding="utf-8")
    read_run(path)
    case["predicted"]["error"] = 0.1
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(InputError, match=r"and the error \+0\.1000"):
        read_run(path)


@pytest.mark.parametrize(("figure", "told"), [("speedup", "speedup"), ("npu_gflops", "rate")])
def test_a_speedup_or_rate_that_does_not_follow_is_refused(
    mixed_run: Run, tmp_path: Path, figure: str, told: str
) -> None:
    path = tmp_path / "run.json"
    content = json.loads(to_json(mixed_run))
    said = content["cases"][0][figure]
    for value, refused in ((said * 1.001, True), (said * (1 + 1e-9), False)):
        content["cases"][0][figure] = value
        path.write_text(json.dumps(content), encoding="utf-8")
        if not refused:
            read_run(path)
            continue
        with pytest.raises(InputError, match=rf"the {told}.* follows from its times"):
            read_run(path)
