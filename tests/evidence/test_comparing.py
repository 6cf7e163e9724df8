"""Two runs, case by case."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tilescope.errors import InputError
from tilescope.evidence.comparing import Terms, compare
from tilescope.evidence.repeats import compare_repeats
from tilescope.profiling.interruptions import CROWDED
from tilescope.profiling.samples import measured, simulated
from tilescope.runs.figures import BudgetTerm, SampledStatistics
from tilescope.runs.limits import Change
from tilescope.runs.models import Case, Provenance, Run

BASELINE = Terms(figure="baseline")


def sampled(us: float, seed: int = 0, count: int = 100) -> SampledStatistics:
    """Measured times about a median, with 2 % of noise."""
    return measured(list(us * np.exp(0.02 * np.random.default_rng(seed).standard_normal(count))))


@pytest.fixture
def run(per_tile_case: Case, provenance: Provenance) -> Callable[..., Run]:
    """A run of one case, with figures of the case and of the conditions changed."""

    def make(*, conditions: dict[str, Any] | None = None, **figures: Any) -> Run:
        case = per_tile_case.model_copy(update=figures)
        return Run(cases=(case,), provenance=provenance.model_copy(update=conditions or {}))

    return make


def test_equal_simulated_times_are_the_same(run: Callable[..., Run]) -> None:
    found = compare(run(), run())
    (case,) = found.cases
    assert (case.key, case.verdict.word) == ("linear.q_proj/f32@npu1/per-tile", "SAME")
    assert (case.moved, found.geometric_mean) == ((), 1.0)


def test_the_smallest_simulated_change_counts_unless_a_threshold_is_given(
    run: Callable[..., Run],
) -> None:
    before, after = run(), run(npu_us=simulated(20_000.001))
    assert compare(before, after).cases[0].verdict.word == "SLOW"
    assert compare(before, after, Terms(threshold=0.03)).cases[0].verdict.word == "SAME"


def test_the_terms_that_moved_are_named_with_the_largest_first(run: Callable[..., Run]) -> None:
    # 20,000 → 21,100 µs: launch +1,000, sync (new) +200, host −100; compute stays.
    budget = {"host": 4_900.0, "launch": 11_000.0, "issue": 1_000.0, "compute": 2_500.0}
    budget |= {"ddr": 1_500.0, "sync": 200.0}
    terms = tuple(BudgetTerm(term=term, us=us, fraction=us / 21_100) for term, us in budget.items())
    (case,) = compare(run(), run(npu_us=simulated(21_100.0), budget=terms)).cases
    assert [(one.term, one.change_us) for one in case.moved] == [
        ("launch", 1_000.0),
        ("sync", 200.0),
        ("host", -100.0),
    ]
    assert sum(one.change_us for one in case.moved) == 1_100.0


def test_measured_times_are_judged_by_their_samples(run: Callable[..., Run]) -> None:
    before = run(baseline_us=sampled(1000))
    same = compare(before, run(baseline_us=sampled(1000, 1)), BASELINE)
    slow = compare(before, run(baseline_us=sampled(1100, 1)), BASELINE)
    assert [found.cases[0].verdict.word for found in (same, slow)] == ["SAME", "SLOW"]
    assert slow.cases[0].moved == ()  # the budget is the NPU's


def test_a_baseline_that_was_disturbed_judges_nothing(run: Callable[..., Run]) -> None:
    disturbed = run(baseline_us=sampled(1500, 1), notes=(CROWDED,))
    (case,) = compare(run(baseline_us=sampled(1000)), disturbed, BASELINE).cases
    assert case.verdict.word == "AMBIGUOUS"
    assert "(after)" in case.verdict.reason
    assert "--rerun" in case.verdict.reason


def test_cases_of_one_run_alone_are_listed(
    per_tile_case: Case, fused_case: Case, provenance: Provenance
) -> None:
    both = Run(cases=(per_tile_case, fused_case), provenance=provenance)
    one = Run(cases=(per_tile_case,), provenance=provenance)
    found = compare(both, one)
    assert len(found.cases) == 1
    assert found.only_before == (
        "linear.my_test:64x128x256/bf16@npu1/fused-k,tile=16x16x64,ports=spread",
    )
    assert found.only_after == ()


def test_runs_without_a_common_case_say_what_would_have_to_be_allowed(
    run: Callable[..., Run], per_tile_case: Case
) -> None:
    spread = per_tile_case.mapping.model_copy(update={"ports": "spread"})
    with pytest.raises(InputError, match=r"share no case.*--allow-different mapping\.$"):
        compare(run(), run(mapping=spread))
    found = compare(run(), run(mapping=spread), Terms(allowed=frozenset({"mapping"})))
    assert found.cases[0].key == "linear.q_proj/f32@npu1/*"


def test_runs_of_other_projections_share_nothing_whatever_is_allowed(
    run: Callable[..., Run],
) -> None:
    with pytest.raises(InputError, match=r"share no case: the first has .*q_proj.*other") as caught:
        compare(run(), run(name="other"))
    assert "--allow-different" not in str(caught.value)


def test_a_run_with_two_cases_of_one_key_is_refused(
    per_tile_case: Case, provenance: Provenance
) -> None:
    twice = Run(cases=(per_tile_case, per_tile_case), provenance=provenance)
    one = Run(cases=(per_tile_case,), provenance=provenance)
    with pytest.raises(InputError, match=r"The second run has more than one case linear\.q_proj"):
        compare(one, twice)


def test_no_figure_in_common_is_refused(run: Callable[..., Run]) -> None:
    with pytest.raises(InputError, match="has PyTorch's times in both"):
        compare(run(), run(baseline_us=None), BASELINE)


@pytest.mark.parametrize(
    ("condition", "value", "said"),
    [
        ("cpu", "Another", "cpu A processor → Another"),
        ("torch_threads", 4, "torch_threads 2 → 4"),
        ("environment", {"OMP_NUM_THREADS": "1"}, "OMP_NUM_THREADS not set → 1"),
    ],
)
def test_measured_times_of_different_conditions_are_refused_unless_told(
    condition: str, value: object, said: str, run: Callable[..., Run]
) -> None:
    known = {"environment": {}}
    before = run(conditions=known, baseline_us=sampled(1000))
    after = run(conditions={**known, condition: value}, baseline_us=sampled(1000, 1))
    with pytest.raises(InputError, match=f"{said}.*--allow-different {condition}"):
        compare(before, after, BASELINE)
    found = compare(before, after, Terms("baseline", allowed=frozenset({condition})))
    assert len(found.differences) == 1
    assert compare(before, after).cases[0].verdict.word == "SAME"  # simulated: no matter


def test_what_an_older_file_does_not_state_is_no_difference(run: Callable[..., Run]) -> None:
    after = run(conditions={"cpus": 4, "environment": {"OMP_NUM_THREADS": "1"}})
    assert compare(run(), after, BASELINE).differences == ()


def test_values_that_were_set_for_one_run_matter(run: Callable[..., Run]) -> None:
    changed = Change(key="ddr_gbps", value=34.0, nominal=17.0, unit="GB/s")
    other = run().model_copy(update={"changed": (changed,)})
    with pytest.raises(InputError, match=r"ddr_gbps as on its page → 34\.0.*different changed"):
        compare(run(), other)
    assert compare(other, other).cases[0].verdict.word == "SAME"


def test_a_simulated_time_beside_a_measured_one_is_refused_and_never_exact(
    run: Callable[..., Run],
) -> None:
    after = run(npu_us=sampled(20_000))
    with pytest.raises(InputError, match="simulated → measured"):
        compare(run(), after)
    (case,) = compare(run(), after, Terms(allowed=frozenset({"kind"}))).cases
    assert case.verdict.word == "AMBIGUOUS"


def test_repeats_count_once_for_each_process(run: Callable[..., Run]) -> None:
    # Each process is off by its own 10 %; both of a pair alike. After is 8 % slower throughout.
    offsets = [1.0, 1.1, 0.9, 1.05, 0.95, 1.1, 1.0]
    before = [run(baseline_us=sampled(1000 * off, 1)) for off in offsets]
    after = [run(baseline_us=sampled(1080 * off, 2)) for off in offsets]
    (case,) = compare_repeats(before, after, BASELINE).cases
    assert case.verdict.word == "SLOW"
    assert case.verdict.ratio == pytest.approx(1.08, rel=0.01)
    assert case.after.n == 7
    assert "7 pairs of processes" in case.verdict.reason


def test_simulated_times_that_differ_between_repeats_are_a_fault(run: Callable[..., Run]) -> None:
    before, after = [run(), run()], [run(), run(npu_us=simulated(20_001.0))]
    (case,) = compare_repeats(before, after).cases
    assert (case.verdict.word, "fault" in case.verdict.reason) == ("AMBIGUOUS", True)


def test_repeats_of_other_cases_are_refused(run: Callable[..., Run]) -> None:
    with pytest.raises(InputError, match="share no case"):
        compare_repeats([run(), run()], [run(), run(name="other")])
