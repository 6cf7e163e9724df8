"""Whether `tilescope search` finds a mapping as fast as one that people tuned by hand for hardware.

    python benchmarks/published.py [--device NAME] [--dtype NAME]

For each product that arXiv 2512.13282 timed with its tile and grid, three rates: the published
one, that of its authors' mapping in our simulation, and that of what the search finds for the same
shape, dtypes and compiler. The search knows nothing of theirs. Both of ours are the array and a
launch, as the published ones are. How much of K their mem tiles stage is not in the record and
assumed (docs/accuracy.md). The last lines hold the best against the best of the authors' sweep
over sizes, whose shapes are not recorded, and against the ledger's interval where it has one.

Exits with 1 where the search finds a slower mapping than theirs.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass

from tilescope.evidence.kernels import output_dtype
from tilescope.evidence.model import Model
from tilescope.evidence.predictors.products import product_outcome
from tilescope.evidence.reading import read_measurements
from tilescope.evidence.records import Row
from tilescope.profiling.intervals import validated
from tilescope.search.limits import Limits
from tilescope.search.products import search
from tilescope.search.results import Candidate
from tilescope.search.settings import SearchSettings
from tilescope.workloads.gemm import Gemm

SOURCE = "arxiv-2512-13282"
EQUAL = 1 + 1e-9  # the same ticks, added up in another order


@dataclass(frozen=True)
class Compared:
    """One product: the published row, and the times of its authors' mapping and of ours in µs."""

    row: Row
    theirs_us: float
    ours_us: float
    best: Candidate

    def tops(self, us: float) -> float:
        """The rate that a time means."""
        return 2 * (self.row.macs or 0) / us / 1e6


def compared(row: Row, model: Model) -> Compared:
    """The row's own mapping and the search's, each on the array and with a launch."""
    outcome, _, _ = product_outcome(row, model)
    launch_us = float(model.runtime(row)[0].launch_us)
    m, k, n = row.shape or (0, 0, 0)
    settings = SearchSettings(
        device_name=row.device,
        limits=Limits(toolchain="chess", c_dtype=output_dtype(row)),
        top=1,
        timing_only=True,
    )
    (product,) = search(row.id, [Gemm("gemm", m, n, k, row.dtype_in)], settings).products
    theirs_us = float(outcome.device_us) + launch_us
    return Compared(row, theirs_us, product.best.device_us + launch_us, product.best)


def line(one: Compared) -> str:
    """The product, the three rates, and both core tiles."""
    row, mapping = one.row, one.best.mapping
    m, k, n = row.shape or (0, 0, 0)
    theirs = "×".join(map(str, row.core_tile or ()))
    tile = f"{mapping.core_tile.m}×{mapping.core_tile.n}×{mapping.core_tile.k}"
    dtypes = f"{row.dtype_in} to {row.dtype_out}"
    return (
        f"{row.id} {row.device} {dtypes:<20} {f'{m}×{n}×{k}':<14} {row.value:9.2f} "
        f"{one.tops(one.theirs_us):9.2f} {one.tops(one.ours_us):6.2f}  {theirs:<11} {tile:<11} "
        f"{one.theirs_us / one.ours_us:6.3f}"
    )


def sweep_line(sweep: Row, found: Compared) -> str:
    """The best of the authors' sizes beside what was found, and the ledger's word on the kind."""
    rate = found.tops(found.ours_us)
    error = rate / sweep.value - 1
    kind = validated("gemm", sweep.dtype_in, sweep.device, "xrt-linux")
    known = (
        f"no interval, {kind.rows} rows of its kind"
        if kind.within is None
        else f"{'within' if abs(error) <= kind.within else 'OUTSIDE'} the ledger's ±"
        f"{100 * kind.within:.1f} %"
    )
    return (
        f"{sweep.id} {sweep.device} {sweep.dtype_in} to {sweep.dtype_out}: published "
        f"{sweep.value:.2f} TOPS, found {rate:.2f} ({100 * error:+.1f} %); {known}"
    )


def _dtypes(row: Row) -> tuple[str, str, str]:
    return row.device, row.dtype_in, row.dtype_out


def main() -> None:
    """Prints a line for each product as it is searched, then the sweeps' bests."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--device", choices=("npu1", "npu2"))
    parser.add_argument("--dtype", help="of the operands, such as int8")
    options = parser.parse_args()
    rows = [
        row
        for row in read_measurements()
        if row.source.name == SOURCE
        and row.metric == "tops"
        and options.device in (None, row.device)
        and options.dtype in (None, row.dtype_in)
    ]
    print(
        f"{'row':<5} {'':<4} {'dtypes':<20} {'M×N×K':<14} {'published':>9} {'theirs':>9} "
        f"{'found':>6}  {'their tile':<11} {'found tile':<11} {'faster'}"
    )
    print(f"{'':<46} {'TOPS':>9} {'simulated':>9} {'TOPS':>6}  {'m×n×k':<11} {'m×n×k':<11}")
    model = Model()
    found = []
    for row in rows:
        if row.form == "balanced" and row.core_tile and row.grid:
            found.append(compared(row, model))
            print(line(found[-1]), flush=True)
    for sweep in rows:
        same = [one for one in found if _dtypes(one.row) == _dtypes(sweep)]
        if sweep.form == "sweep-best" and same:
            print(sweep_line(sweep, min(same, key=lambda one: one.ours_us / (one.row.macs or 1))))
    slower = [one.row.id for one in found if one.ours_us > one.theirs_us * EQUAL]
    print("slower than theirs: " + (", ".join(slower) or "none"))
    sys.exit(1 if slower else 0)


if __name__ == "__main__":
    main()
