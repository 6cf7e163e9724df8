"""How an output differs from its reference, beyond its largest error."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tilescope.quantities.dtypes import is_integer, numpy_dtype
from tilescope.runs.counters import ErrorDetail, UlpBin

ULP_EDGES = (0, 1, 2, 4, 16, 256, 65_536, 2**24, 2**32)
"""The bins of the histogram: up to so many units, the last without a useful end."""

Matrix = NDArray[np.float64]


def error_detail(output: NDArray[Any], reference: Matrix, dtype: str) -> ErrorDetail:
    """RMS error, cosine, SNR in dB and a histogram of units in the last place of `dtype`.

    `reference` is in float64; it is rounded to the dtype to count units, and to nothing else. The
    SNR is absent where nothing differs or where there is no signal, the cosine where either
    matrix is all zeros.
    """
    got = output.astype(np.float64)
    error = got - reference
    noise, signal = power(error), power(reference)
    norms = math.sqrt(power(got) * signal)
    return ErrorDetail(
        rms=math.sqrt(noise),
        cosine=float(np.mean(got * reference)) / norms if norms else None,
        snr_db=snr_db(signal, noise),
        ulps=ulp_bins(got, reference, dtype),
    )


def power(values: Matrix) -> float:
    """The mean square; 0 of nothing."""
    return float(np.mean(np.square(values))) if values.size else 0.0


def snr_db(signal: float, noise: float) -> float | None:
    """Signal to noise in dB, None where one of them is missing."""
    return 10.0 * math.log10(signal / noise) if signal > 0 and noise > 0 else None


def ulp_bins(output: Matrix, reference: Matrix, dtype: str) -> tuple[UlpBin, ...]:
    """How many outputs lie up to 0, 1, 2, 4, 16 ... units from the reference, each counted once.

    Bins without a count are left out. The distance is that of the two numbers' places among all
    numbers of the dtype, so that it goes on across powers of two and through zero.
    """
    distances = np.abs(_places(output, dtype) - _places(reference, dtype))
    bins, below = [], -1
    for edge in ULP_EDGES:
        count = int(np.count_nonzero((distances > below) & (distances <= edge)))
        below = edge
        if count:
            bins.append(UlpBin(up_to=edge, count=count))
    return tuple(bins)


def _places(values: Matrix, dtype: str) -> NDArray[np.int64]:
    """Where each number stands among the dtype's own, in order; 0 at zero."""
    if is_integer(dtype):
        return np.rint(values).astype(np.int64)
    rounded = values.astype(np.float32).astype(numpy_dtype(dtype))
    width = rounded.dtype.itemsize * 8
    bits = rounded.view(f"i{rounded.dtype.itemsize}").astype(np.int64)
    magnitude: NDArray[np.int64] = bits & ((1 << (width - 1)) - 1)
    return np.where(bits < 0, -magnitude, magnitude)
