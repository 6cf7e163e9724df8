"""Is an error told in the units that it is counted in?"""

from __future__ import annotations

import math

import ml_dtypes
import numpy as np
import pytest

from tilescope.profiling.error_detail import error_detail, ulp_bins


def bins(output: list[float], reference: list[float], dtype: str) -> dict[int, int]:
    found = ulp_bins(np.array(output), np.array(reference), dtype)
    return {one.up_to: one.count for one in found}


def test_figures_of_a_known_error() -> None:
    output, reference = np.array([3.0, 4.0]), np.array([3.0, 5.0])
    detail = error_detail(output, reference, "float32")
    assert detail.rms == pytest.approx(math.sqrt(0.5))  # (0² + 1²) / 2
    # signal (9 + 25) / 2 = 17 over noise 1/2: 34
    assert detail.snr_db == pytest.approx(10 * math.log10(34))
    # (9 + 20) over 5 · sqrt(34)
    assert detail.cosine == pytest.approx(29 / (5 * math.sqrt(34)))


def test_nothing_wrong_has_no_snr_and_no_distance() -> None:
    detail = error_detail(np.ones((2, 2)), np.ones((2, 2)), "float32")
    assert (detail.rms, detail.snr_db) == (0.0, None)
    assert [(one.up_to, one.count) for one in detail.ulps] == [(0, 4)]


def test_nothing_at_all_has_no_direction() -> None:
    detail = error_detail(np.zeros(3), np.zeros(3), "float32")
    assert (detail.cosine, detail.snr_db) == (None, None)


def test_a_unit_in_the_last_place_goes_on_across_a_power_of_two() -> None:
    # float32: 1 + 2^-23 is the next above 1, and 1 - 2^-24 the next below
    assert bins([1 + 2.0**-23], [1.0], "float32") == {1: 1}
    assert bins([1 - 2.0**-24], [1.0], "float32") == {1: 1}
    assert bins([1 + 2.0**-23], [1 - 2.0**-24], "float32") == {2: 1}


def test_units_go_on_through_zero() -> None:
    least = 2.0**-149
    assert bins([-least], [least], "float32") == {2: 1}
    assert bins([-0.0], [0.0], "float32") == {0: 1}


def test_units_are_those_of_the_dtype() -> None:
    # bfloat16 has 7 bits behind the point, float16 ten: 1 + 2^-7 is 1 and 8 units from 1
    assert bins([1 + 2.0**-7], [1.0], "bfloat16") == {1: 1}
    assert bins([1 + 2.0**-7], [1.0], "float16") == {16: 1}  # 8 units: above 4, up to 16
    assert bins([7.0, 9.0], [5.0, 9.0], "int8") == {0: 1, 2: 1}


def test_the_reference_is_rounded_before_units_are_counted() -> None:
    third = float(np.array(1 / 3).astype(ml_dtypes.bfloat16))
    assert bins([third], [1 / 3], "bfloat16") == {0: 1}


def test_every_output_is_counted_once() -> None:
    generator = np.random.default_rng(0)
    reference = generator.standard_normal(1000)
    output = reference * (1 + 10.0 ** generator.uniform(-9, 0, 1000))
    assert sum(bins(list(output), list(reference), "float32").values()) == 1000
