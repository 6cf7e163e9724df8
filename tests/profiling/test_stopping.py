"""When there are enough samples, and who says so."""

import math
from collections.abc import Sequence

import numpy as np
import pytest

from tilescope.errors import InputError
from tilescope.profiling import baseline
from tilescope.profiling.baseline import Call, overhead, time_series
from tilescope.profiling.beside import SamplingRequest, make_sampling
from tilescope.profiling.stopping import (
    MaxNoise,
    MinTime,
    Runs,
    StoppingRule,
    find_rule,
    noise,
    parse_rule,
    rule_names,
)


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Every call takes 100 µs ± 10 by a clock that runs on by what is timed; batches are kept."""
    clock_ns = [0]
    batches: list[int] = []
    random = np.random.default_rng(3)

    def timed(call: Call, count: int, *around: Call | None) -> list[float]:
        times = list(100 + 10 * random.standard_normal(count))
        if call is not baseline._nothing:
            batches.append(count)
            clock_ns[0] += int(sum(times) * 1e3)
        return times

    monkeypatch.setattr(baseline, "_timed", timed)
    monkeypatch.setattr(baseline.time, "perf_counter_ns", lambda: clock_ns[0])
    return batches


def series(*rules: StoppingRule, max_time_s: float = 30.0) -> baseline.Series:
    """A series of a call that does nothing, without a warm-up."""
    return time_series(lambda: None, rules, warm_up=0, max_time_s=max_time_s)


def test_a_number_of_runs_is_taken_in_one_go(scripted: list[int]) -> None:
    taken = series(Runs(10))
    assert (len(taken.samples_us), taken.stopped, scripted) == (10, None, [10])


def test_sampling_goes_on_until_the_samples_took_long_enough(scripted: list[int]) -> None:
    # 0.1 s at 100 µs are 1,000 samples; batches grow by a quarter, so there are at most 1,250.
    taken = series(Runs(10), MinTime(0.1))
    assert math.fsum(taken.samples_us) >= 1e5
    assert 990 <= len(taken.samples_us) <= 1_275
    assert taken.stopped is not None
    assert taken.stopped.startswith("enough: 0.1")
    assert scripted[0] == 10
    assert all(batch <= sum(scripted[:i]) // 4 + 1 for i, batch in enumerate(scripted) if i)


def test_sampling_goes_on_until_the_median_is_known(scripted: list[int]) -> None:
    # σ/µ = 10 %: half the 95 % interval of a median is 1.96·1.2533·10 %/√n. 1 % takes n ≈ 600.
    taken = series(Runs(10), MaxNoise(1))
    assert noise(taken.samples_us) <= 0.01
    assert 200 < len(taken.samples_us) < 1_500


def test_every_rule_must_agree(scripted: list[int]) -> None:
    taken = series(Runs(10), MinTime(0.5), MaxNoise(50))
    assert math.fsum(taken.samples_us) >= 5e5


def test_rules_that_never_agree_give_up_and_say_so(scripted: list[int]) -> None:
    # 0.05 s at 100 µs are 500 samples; the last batch is cut to the time that is left.
    taken = series(Runs(10), MaxNoise(1e-6), max_time_s=0.05)
    assert taken.stopped is not None
    assert taken.stopped.startswith("gave up after 0.05 s: noise ")
    assert "at most 1.00e-06 % wanted" in taken.stopped
    assert 480 <= len(taken.samples_us) <= 530


def test_a_number_of_runs_is_taken_even_beyond_the_most_time(scripted: list[int]) -> None:
    taken = series(Runs(1000), MaxNoise(1e-6), max_time_s=0.01)
    assert len(taken.samples_us) == 1000


def test_a_rule_of_ones_own_is_asked_between_batches(scripted: list[int]) -> None:
    class Odd:
        """Ends at an odd number of samples."""

        def enough(self, samples_us: Sequence[float]) -> bool:
            return len(samples_us) % 2 == 1

        def describe(self, samples_us: Sequence[float]) -> str:
            return "odd"

    taken = series(Runs(10), Odd())
    assert taken.stopped == "enough: odd"
    assert scripted == [10, 2, 3]


def test_noise_is_half_the_interval_of_the_median_over_the_median() -> None:
    # 25 samples 1..25: (25 − 1.96·5)/2 = 7.6, so 7 are cut off at either end: 8 to 18 about 13.
    assert noise([float(value) for value in range(1, 26)]) == pytest.approx(10 / 2 / 13)


def test_below_six_samples_noise_is_not_known() -> None:
    assert noise([1.0] * 5) == math.inf
    assert noise([1.0] * 6) == 0.0
    assert not MaxNoise(99).enough([1.0] * 5)


def test_our_rules_come_through_the_front_door() -> None:
    assert rule_names() == ("max-noise", "min-time", "runs")
    assert find_rule("max-noise", 2.0) == MaxNoise(2.0)
    assert find_rule("min-time", 0.5) == MinTime(0.5)


@pytest.mark.parametrize("text", ["", "max-noise", ":2", "max-noise:", "max-noise:two", "a:nan"])
def test_what_is_no_rule_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"NAME:VALUE, as in max-noise:2"):
        parse_rule(text)


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (SamplingRequest((("max-noise", 0.0),)), "above 0 and below 100"),
        (SamplingRequest((("max-noise", 100.0),)), "above 0 and below 100"),
        (SamplingRequest((("min-time", 0.0),)), "must be more than 0"),
        (SamplingRequest((("runs", 1.5),)), "must be from 1 to"),
        (SamplingRequest((("runs", 0.0),)), "must be from 1 to"),
        (SamplingRequest((("min-time", 31.0),)), "raise --max-time"),
        (SamplingRequest(max_time_s=0.0), "above 0"),
        (SamplingRequest(idle_s=0.0), "above 0"),
        (SamplingRequest((("max-noose", 2.0),)), "Did you mean max-noise"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_timed(
    request_: SamplingRequest, said: str
) -> None:
    with pytest.raises(InputError, match=said):
        make_sampling(request_)


def test_timing_a_call_is_measured_on_a_call_that_does_nothing() -> None:
    assert 0 < overhead() < 50  # µs; its size is a figure of the run and no test's business
