"""The first screen: readable at 80 columns and without colour, and inventing nothing."""

import re

import pytest
from syrupy.assertion import SnapshotAssertion

from tilescope.reports.paint import Paint
from tilescope.reports.screen import screen
from tilescope.runs.figures import Interval, Shape
from tilescope.runs.limits import Advice, Bound, Change
from tilescope.runs.models import Case, Provenance, Run


def test_the_screen_looks_as_intended_beside_pytorch(
    per_tile_run: Run, report: SnapshotAssertion
) -> None:
    assert screen(per_tile_run) == report


def test_the_screen_looks_as_intended_without_pytorch(
    fused_case: Case, provenance: Provenance, report: SnapshotAssertion
) -> None:
    run = Run(cases=(fused_case,), provenance=provenance.model_copy(update={"torch": None}))
    assert screen(run) == report


def test_the_screen_of_a_measured_run_looks_as_intended(
    measured_run: Run, report: SnapshotAssertion
) -> None:
    assert screen(measured_run) == report


def test_a_wide_screen_shows_every_column(mixed_run: Run, report: SnapshotAssertion) -> None:
    assert screen(mixed_run, width=120) == report


def test_nothing_is_wider_than_eighty_columns(per_tile_run: Run) -> None:
    assert max(len(line) for line in screen(per_tile_run, width=80).splitlines()) <= 80


def test_a_screen_of_40_columns_holds_every_line(per_tile_run: Run) -> None:
    """The waiting's meanings stand below their rows, and tables name the columns left out."""
    (case,) = per_tile_run.cases
    limits = case.model_copy(update={"bound": bound("launch", 18_000.0, 2_000.0)})
    other = limits.model_copy(update={"name": "gate_proj"})
    run = per_tile_run.model_copy(update={"cases": (limits, other)})
    lines = screen(run, width=40).splitlines()
    assert [line for line in lines if len(line) > 40] == []
    row = next(place for place, line in enumerate(lines) if line.startswith("  launch "))
    assert lines[row + 1] == "    submission, mailbox, wake-up"
    assert any(line.startswith("No room here for: rel. error") for line in lines)


def test_the_shown_percentages_add_up_to_one_hundred(
    per_tile_case: Case, per_tile_run: Run
) -> None:
    # Thirds show what plain rounding would lose: 33.3 + 33.3 + 33.3 = 99.9.
    third = per_tile_case.npu_us.median / 3
    thirds = tuple(
        part.model_copy(update={"us": third, "fraction": 1 / 3})
        for part in per_tile_case.budget[:3]
    )
    case = per_tile_case.model_copy(update={"budget": thirds})
    run = per_tile_run.model_copy(update={"cases": (case,)})
    block = screen(run).split("Where the waiting is")[1].split("How far")[0].split("\n", 1)[1]
    shown = [float(text) for text in re.findall(r"([\d.]+) %", block)]
    assert len(shown) == 3
    assert round(sum(shown), 1) == 100.0


def test_colour_changes_nothing_but_colour(per_tile_run: Run) -> None:
    coloured = screen(per_tile_run, paint=Paint(enabled=True))
    assert coloured != screen(per_tile_run)
    assert re.sub(r"\033\[\d+m", "", coloured) == screen(per_tile_run)


def test_a_simulated_time_is_called_simulated(per_tile_run: Run) -> None:
    assert "NPU times are simulated (npu1 under xrt-linux)" in screen(per_tile_run)


def test_a_noisy_baseline_is_named(per_tile_run: Run) -> None:
    # Standard deviation 200 µs over a mean of 1,100 µs is 18 %.
    assert "spread by more than 10 %" in screen(per_tile_run)
    assert "q_proj 18 %" in screen(per_tile_run)


def test_figures_that_were_not_obtained_are_absent(
    fused_case: Case, provenance: Provenance
) -> None:
    text = screen(Run(cases=(fused_case,), provenance=provenance))
    table = text[text.index("name ") :]
    assert "PyTorch" not in table
    assert "speed" not in table


def test_an_interrupted_run_says_what_is_missing(per_tile_run: Run) -> None:
    assert "Interrupted" in screen(per_tile_run.model_copy(update={"complete": False}))


ADVICE = Advice(
    dominant="launch",
    text="whole-array makes one launch a case, through every shim column",
    command="tilescope linear --test-case q_proj,k_proj,v_proj,o_proj --mapping whole-array "
    "--dtype bfloat16 --runtime xrt-linux:median --set ddr_gbps=30",
    gain_us=19_500.0,
)


def test_advice_says_what_is_left_and_what_to_type(per_tile_run: Run) -> None:
    """19.5 of 20 ms are saved: 500 µs are left, 40 times as fast."""
    cases = per_tile_run.cases[:1]
    text = screen(per_tile_run.model_copy(update={"cases": cases, "advice": (ADVICE,)}))
    said, typed = text.split("Next\n")[1].split("tilescope linear", 1)
    flat = " ".join(said.split())
    assert "launch dominates; whole-array makes one launch a case" in flat
    assert "500 µs predicted in place of 20.0 ms, 19.5 ms (97.5 %) less" in flat
    assert "40.0 times as fast" in flat
    assert "no interval is known for the gain" in flat
    assert max(len(line) for line in text.splitlines()) <= 80
    assert f"tilescope linear{typed}".replace("\\\n", " ").split() == ADVICE.command.split()


@pytest.mark.parametrize(("gain_us", "told"), [(10_000.0, True), (9_999.0, False)])
def test_a_change_that_halves_the_time_is_told_at_the_top(
    per_tile_run: Run, gain_us: float, told: bool
) -> None:
    """Of 20 ms, 10 ms are half."""
    advice = ADVICE.model_copy(update={"gain_us": gain_us})
    run = per_tile_run.model_copy(
        update={"cases": per_tile_run.cases[:1], "advice": (advice, ADVICE)}
    )
    top = " ".join(screen(run).split("What bounds it")[0].split())
    assert ("is predicted to make it 10.0 ms, 2.00 times as fast" in top) is told


def test_a_gain_with_an_interval_says_what_hardware_would_save(per_tile_run: Run) -> None:
    interval = Interval(low=18_000.0, high=21_000.0, confidence=0.9)
    advice = ADVICE.model_copy(update={"gain_interval_us": interval})
    text = " ".join(screen(per_tile_run.model_copy(update={"advice": (advice,)})).split())
    assert "on hardware 18.0 ms to 21.0 ms less (90 %)" in text
    assert "no interval is known for the gain" not in text


def test_a_run_without_advice_says_nothing_of_what_is_next(per_tile_run: Run) -> None:
    assert "Next" not in screen(per_tile_run)


def bound(by: str, us: float, gap_us: float) -> Bound:
    return Bound(by=by, us=us, gap_us=gap_us, workload_us=us / 2)


def test_one_case_says_what_bounds_it_and_how_far_above_it_lies(
    per_tile_case: Case, per_tile_run: Run
) -> None:
    """18 of 20 ms are 90 %."""
    case = per_tile_case.model_copy(update={"bound": bound("shim_port", 18_000.0, 2_000.0)})
    text = " ".join(screen(per_tile_run.model_copy(update={"cases": (case,)})).split())
    assert "bound by shim port (bytes through the busiest shim channel)" in text
    assert "at least 18.0 ms, gap 2,000 µs, 90.0 % of the bound reached" in text
    assert "any mapping, at least 9.00 ms" in text


def test_several_cases_have_a_row_each_and_their_sum(
    per_tile_case: Case, per_tile_run: Run
) -> None:
    """18 ms by launches and 19.99 ms by ddr: together 37.99 of 40 ms, most of it by ddr."""
    cases = (
        per_tile_case.model_copy(update={"bound": bound("launch", 18_000.0, 2_000.0)}),
        per_tile_case.model_copy(
            update={"name": "k_proj", "bound": bound("ddr", 19_999.0, 1.0)},
        ),
    )
    text = screen(per_tile_run.model_copy(update={"cases": cases}))
    rows = [line.split() for line in text.split("What bounds it")[1].splitlines()]
    assert ["q_proj", "launch", "18.0", "ms", "2,000", "µs", "90.0", "%", "9.00", "ms"] in rows
    # 99.995 % is not 100 %
    assert ["k_proj", "DDR", "20.0", "ms", "1.00", "µs", "99.9", "%", "10.0", "ms"] in rows
    assert ["total", "DDR", "38.0", "ms", "2,001", "µs", "94.9", "%", "19.0", "ms"] in rows


def test_what_was_set_otherwise_is_named(per_tile_run: Run) -> None:
    changed = Change(key="ddr_gbps", value=30.0, nominal=17.52, unit="GB/s")
    text = screen(per_tile_run.model_copy(update={"changed": (changed,)}))
    assert "What if: ddr_gbps 30 GB/s, not 17.52" in text.splitlines()


def test_padding_shows_with_what_it_costs(per_tile_case: Case, per_tile_run: Run) -> None:
    # 64·1024·768 over 64·960·768 is 106.7 %.
    padded = per_tile_case.model_copy(update={"padded": Shape(m=64, n=1024, k=768)})
    text = screen(per_tile_run.model_copy(update={"cases": (padded,)}))
    assert "padded: q_proj to 64×1024×768, 106.7 % of the work" in text
    assert "padded" not in screen(per_tile_run)


def test_the_title_says_what_was_profiled_and_in_what(
    per_tile_case: Case, provenance: Provenance
) -> None:
    mapping = per_tile_case.mapping.model_copy(
        update={"c_dtype": "int32", "emulation": None, "toolchain": "chess", "k_mt": 128}
    )
    case = per_tile_case.model_copy(update={"op": "gemm", "dtype": "int8", "mapping": mapping})
    text = screen(Run(cases=(case,), provenance=provenance), width=100)
    first, second = text.splitlines()[:2]
    assert first == "Matrix product on npu1 (simulated), runtime xrt-linux"
    assert second == (
        "int8 → int32, vector kernel, chess; per-tile, ports single, mem tiles stage 128 of K"
    )
    assert "GOPS" in text
    assert "GFLOP" not in text


def test_the_title_says_that_a_search_chose_and_whose_each_tiling_is(
    per_tile_case: Case, provenance: Provenance
) -> None:
    """Two of three cases share a tiling; B lies by columns for one of them alone."""

    def case(name: str, k: int, b_layout: str) -> Case:
        tile = Shape(m=16, n=16, k=k)
        update = {"core_tile": tile, "b_layout": b_layout}
        mapping = per_tile_case.mapping.model_copy(update=update)
        return per_tile_case.model_copy(update={"name": name, "mapping": mapping})

    cases = (case("a", 64, "row"), case("b", 96, "column"), case("c", 64, "row"))
    run = Run(cases=cases, provenance=provenance, chosen_by="search")
    assert screen(run, width=100).splitlines()[1:5] == [
        "each product under the mapping that a search found for it",
        "float32, vector kernel, safe; per-tile, ports single",
        "a, c: B by rows, block 64×64×64 on 4×4 cores, core tile 16×16×64 (m×n×k)",
        "b: B by columns, block 64×64×64 on 4×4 cores, core tile 16×16×96 (m×n×k)",
    ]
    asked = run.model_copy(update={"chosen_by": None})
    assert "search" not in screen(asked)


def test_an_output_that_was_not_checked_has_no_error(
    fused_case: Case, provenance: Provenance
) -> None:
    update = {"max_abs_error": None, "max_rel_error": None, "reference": None}
    case = fused_case.model_copy(update={**update, "baseline_missing": None})
    text = screen(Run(cases=(case,), provenance=provenance))
    assert "no data was moved and no output checked" in text
    assert "error" not in text[text.index("name ") :]
