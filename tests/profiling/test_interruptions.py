"""A baseline that had to share its processors says so."""

import pytest

from tilescope.profiling.interruptions import CROWDED, crowded, interruptions


@pytest.mark.parametrize(
    ("count", "samples_us", "said"),
    [
        (9, [200.0] * 10, False),  # less than once a sample
        (10, [200.0] * 10, True),  # once a sample: each of 0.2 ms lost its processor
        (29, [100_000.0] * 10, False),  # ten samples of 0.1 s are a second: 29 a second
        (30, [100_000.0] * 10, True),
        (0, [200.0], False),
    ],
)
def test_it_matters_from_once_a_sample_and_thirty_a_second(
    count: int, samples_us: list[float], said: bool
) -> None:
    assert (crowded(count, samples_us) == CROWDED) is said


def test_interruptions_are_counted_on() -> None:
    first = interruptions()
    assert interruptions() >= first >= 0
