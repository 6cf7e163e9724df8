"""Figures as they appear on a screen."""

import pytest

from tilescope.quantities.units import (
    format_bytes,
    format_count,
    format_error,
    format_percent,
    format_rate,
    format_us,
    significant,
)


@pytest.mark.parametrize(
    ("us", "shown"),
    [
        (0.0, "0 µs"),
        (0.0123, "12.3 ns"),
        (0.99949, "999 ns"),
        (0.9996, "1.00 µs"),
        (999.4, "999 µs"),
        (999.6, "1.00 ms"),
        (12_345.0, "12.3 ms"),
        (2_500_000.0, "2.50 s"),
    ],
)
def test_a_duration_takes_the_unit_that_keeps_it_short(us: float, shown: str) -> None:
    assert format_us(us) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (9.994, "9.99"),
        (9.996, "10.0"),
        (123456.0, "123456"),
        (0.0, "0"),
        (0.00123, "0.00123"),
        (0.0000138, "1.38e-05"),
    ],
)
def test_three_significant_digits_survive_a_carry(value: float, shown: str) -> None:
    assert significant(value) == shown


def test_memory_is_binary_and_rates_are_decimal() -> None:
    assert format_bytes(65536) == "64.00 KiB"
    assert format_bytes(512) == "512.0 B"
    assert format_rate(94.4e9) == "94.4 GFLOP/s"
    assert format_rate(1.234e12) == "1.23 TFLOP/s"
    assert format_rate(16.8e12, "integer") == "16.8 TOPS"
    assert format_rate(1.86e9, "integer") == "1.86 GOPS"


def test_an_error_has_two_digits_and_none_is_zero() -> None:
    assert format_error(2.05748e-3) == "2.1e-03"
    assert format_error(0.0) == "0"


def test_percentages_have_one_decimal_and_counts_have_commas() -> None:
    assert format_percent(0.1234) == "12.3 %"
    assert format_count(2880) == "2,880"
