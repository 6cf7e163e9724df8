"""Do whole numbers with scales stand for real ones?"""

from __future__ import annotations

import numpy as np
import pytest

from tilescope.profiling.precision.quantising import largest, quantise


def test_each_row_has_its_own_scale_and_its_peak_is_the_largest_number() -> None:
    matrix = np.array([[1.0, -2.0], [0.5, 0.25]], dtype=np.float32)
    found = quantise(matrix, "int8", 64, axis=1)
    assert found.scales.shape == (2, 1)
    assert found.scales[:, 0] == pytest.approx([2 / 127, 0.5 / 127])
    # 1 / (2/127) = 63.5 is a tie and goes to the even one, 64
    assert found.values.tolist() == [[64, -127], [127, 64]]
    assert found.values.dtype == np.int8


def test_each_column_has_its_own_scale() -> None:
    matrix = np.array([[1.0, 100.0], [-0.5, 25.0]], dtype=np.float32)
    found = quantise(matrix, "int8", 64, axis=0)
    assert found.scales.shape == (1, 2)
    assert found.values.tolist() == [[127, 127], [-64, 32]]  # 63.5 and 31.75


def test_a_row_of_zeros_stays_zero() -> None:
    found = quantise(np.zeros((2, 3), dtype=np.float32), "int8", 64, axis=1)
    assert not found.values.any()
    assert np.isfinite(found.scales).all()


def test_wider_numbers_keep_to_what_k_products_can_be_summed_in() -> None:
    assert largest("int8", 768) == 127
    # 768 · 1672² = 2,146,959,… below 2^31 = 2,147,483,648; 1673² · 768 is above
    assert largest("int16", 768) == 1672
    assert 768 * 1672**2 < 2**31 <= 768 * 1673**2
    matrix = np.array([[3.0, -4.0]], dtype=np.float32)
    assert np.max(np.abs(quantise(matrix, "int16", 768, axis=1).values)) == 1672


def test_an_error_is_at_most_half_a_unit() -> None:
    matrix = np.random.default_rng(1).standard_normal((16, 32), dtype=np.float32)
    found = quantise(matrix, "int8", 32, axis=1)
    error = np.abs(found.values * found.scales.astype(np.float64) - matrix)
    assert (error <= found.scales * 0.5 * (1 + 1e-6)).all()
