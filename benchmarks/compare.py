"""Whether a comparison tells alike from 5 % slower on this machine, as noisy as it is now.

    python benchmarks/compare.py [--repetitions 60] [--samples 1000] [--planted 5]

Each repetition times two calls in turns, 1,000 pairs: once the same work twice, which is to be
SAME, and once with a few percent more work in the second, which is to be SLOW. The work is a
product in NumPy on one thread, done a number of times; what is planted is as many more of them.
The lines say how often the verdict was right, and what it was otherwise.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Callable

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from tilescope.evidence.verdicts import Verdict, judge_pairs
from tilescope.profiling.turns import time_in_turns

WORK = 100
SIDE = 16
MATRICES = np.ones((3, SIDE, SIDE), dtype=np.float32)
"""One place in memory for all: matrices of one's own lie otherwise in cache lines, which alone is
worth up to 3 % here, and a comparison is right to find it."""

WANTED = 0.95


def work(units: int) -> Callable[[], None]:
    """A call that multiplies the same two small matrices so many times."""
    a, b, c = MATRICES

    def call() -> None:
        for _ in range(units):
            np.matmul(a, b, out=c)

    return call


def judged(planted: int, samples: int, seed: int) -> Verdict:
    """The verdict on the work beside itself with so many percent more."""
    before, after = work(WORK), work(WORK + planted)
    return judge_pairs(*time_in_turns(before, after, samples, seed))


def main() -> int:
    """Run the repetitions; exit code 1 where fewer than 95 % of either kind were right."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--repetitions", type=int, default=60)
    parser.add_argument("--samples", type=int, default=1000)
    parser.add_argument("--planted", type=int, default=5, help="percent of more work")
    given = parser.parse_args()
    counts: dict[int, Counter[str]] = {0: Counter(), given.planted: Counter()}
    ratios: dict[int, list[float]] = {planted: [] for planted in counts}
    widths: list[float] = []
    start = time.perf_counter()
    for seed in range(given.repetitions):
        for planted, words in counts.items():
            verdict = judged(planted, given.samples, seed)
            words[verdict.word] += 1
            if verdict.ratio and verdict.low and verdict.high:
                ratios[planted].append(verdict.ratio)
                widths.append((verdict.high - verdict.low) / 2)
    met = True
    for (planted, words), wanted in zip(counts.items(), ("SAME", "SLOW"), strict=True):
        right = words[wanted]
        met &= right >= WANTED * given.repetitions
        others = ", ".join(f"{n} {word}" for word, n in words.items() if word != wanted)
        print(
            f"{planted} % planted: {wanted} in {right} of {given.repetitions}"
            + (f" ({others})" if others else "")
            + f"; ratio {np.median(ratios[planted]):.4f}, between {min(ratios[planted]):.4f} and "
            f"{max(ratios[planted]):.4f}"
        )
    print(
        f"intervals ± {np.median(widths):.2%} at the median, {max(widths):.2%} at most; load "
        f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} CPUs; {time.perf_counter() - start:.0f} s"
    )
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
