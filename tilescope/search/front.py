"""What is not beaten in time, error and data moved, and what need not be tried any more."""

from __future__ import annotations

import numpy as np

from tilescope.search.capacity import Mask, Numbers
from tilescope.search.prices import Floats


class Front:
    """The simulated points that no other one beats, and the times of the fastest few.

    timed_only: nothing but the time counts, and only the fastest few are needed.

    A point beats another that it is nowhere worse than and somewhere better. Points that are
    equal in all three stand side by side, so the order of arrival decides nothing.
    """

    def __init__(self, top: int, *, timed_only: bool = False) -> None:
        self.top = top
        self.timed_only = timed_only
        self._us = np.zeros(0)
        self._error = np.zeros(0)
        self._bytes = np.zeros(0, dtype=np.int64)
        self._fastest = np.zeros(0)

    @property
    def threshold_us(self) -> float:
        """The slowest time among the fastest few; infinite while there are not as many."""
        return float(self._fastest[-1]) if len(self._fastest) == self.top else float("inf")

    @property
    def best_us(self) -> float:
        """The fastest time; infinite before any."""
        return float(self._fastest[0]) if len(self._fastest) else float("inf")

    def add(self, us: Floats, error: Floats, moved_bytes: Numbers) -> None:
        """Take simulated points in."""
        self._fastest = np.sort(np.concatenate([self._fastest, us]))[: self.top]
        if self.timed_only:
            return
        self._us = np.concatenate([self._us, us])
        self._error = np.concatenate([self._error, error])
        self._bytes = np.concatenate([self._bytes, moved_bytes])
        kept = ~self._beaten(self._us, self._error, self._bytes)
        points = np.stack([self._us, self._error, self._bytes.astype(float)], axis=1)[kept]
        _, first = np.unique(points, axis=0, return_index=True)
        places = np.flatnonzero(kept)[np.sort(first)]
        self._us, self._error = self._us[places], self._error[places]
        self._bytes = self._bytes[places]

    def needless(self, bound_us: Floats, error: Floats, moved_bytes: Numbers) -> Mask:
        """What can neither come among the fastest few nor stay unbeaten, whatever it takes."""
        slow: Mask = bound_us > self.threshold_us
        if self.timed_only or not slow.any():
            return slow
        places = np.flatnonzero(slow)
        beaten = self._beaten(bound_us[places], error[places], moved_bytes[places])
        slow[places] = beaten
        return slow

    def _beaten(self, us: Floats, error: Floats, moved_bytes: Numbers) -> Mask:
        beaten = np.zeros(len(us), dtype=np.bool_)
        for point_us, point_error, point_bytes in zip(
            self._us, self._error, self._bytes, strict=True
        ):
            no_worse = (point_us <= us) & (point_error <= error) & (point_bytes <= moved_bytes)
            better = (point_us < us) | (point_error < error) | (point_bytes < moved_bytes)
            beaten |= no_worse & better
        return beaten
