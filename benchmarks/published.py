"""Whether `tilescope search` finds a mapping as fast as one that people tuned by hand for hardware.

    python benchmarks/published.py [--device NAME] [--dtype NAME]

For each product that arXiv 2512.13282 timed with its tile and grid, four rates: the published
one; the ledger's prediction; that of the authors' tile, grid, layout and buffers with the staging
that suits them best of those that fit our mem tiles; and that of what the search finds for the same
shape, dtypes and compiler, knowing nothing of theirs. All are the array and a launch. How much of K
the authors stage is not in the record: the ledger assumes some 900 bytes of it and gives mem tiles
room for that (docs/accuracy.md), so it may be faster than anything that fits. The last lines hold
the best against the best of the authors' sweep over sizes, whose shapes are not recorded, and
against the ledger's interval where it has one.

Exits with 1 where the search finds a slower mapping than theirs.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass, replace

from tilescope.designs.mapping import Mapping
from tilescope.evidence.kernels import output_dtype
from tilescope.evidence.mappings import LAYOUTS
from tilescope.evidence.model import Model
from tilescope.evidence.predictors.products import product_outcome
from tilescope.evidence.reading import read_measurements
from tilescope.evidence.records import Row
from tilescope.profiling.intervals import validated
from tilescope.search.limits import Limits
from tilescope.search.products import best_mapping
from tilescope.search.settings import SearchSettings
from tilescope.workloads.gemm import Gemm

SOURCE = "arxiv-2512-13282"
EQUAL = 1 + 1e-9  # the same ticks, added up in another order


@dataclass(frozen=True)
class Compared:
    """One product: the published row, and times in µs of the ledger, the authors' tile and ours."""

    row: Row
    gemm: Gemm
    ledger_us: float
    theirs_us: float
    ours_us: float
    mapping: Mapping

    def tops(self, us: float) -> float:
        """The rate that a time means."""
        return 2 * self.gemm.macs / us / 1e6


def compared(row: Row, model: Model) -> Compared:
    """The row's own mapping and the search's, each on the array and with a launch."""
    outcome, _, _ = product_outcome(row, model)
    launch_us = float(model.runtime(row)[0].launch_us)
    m, k, n = row.shape or (0, 0, 0)
    gemm = Gemm("gemm", m, n, k, row.dtype_in)
    free = Limits(toolchain="chess", c_dtype=output_dtype(row))
    layout = LAYOUTS[SOURCE]
    fixed = replace(
        free,
        core_tile=row.core_tile,
        grid=row.grid,
        ports=layout.ports,
        b_layout=layout.b_layout,
        c_depth=layout.c_depth,
    )
    _, theirs_us = fastest(gemm, row.device, fixed)
    mapping, ours_us = fastest(gemm, row.device, free)
    ledger_us = float(outcome.device_us)
    return Compared(
        row, gemm, ledger_us + launch_us, theirs_us + launch_us, ours_us + launch_us, mapping
    )


def fastest(gemm: Gemm, device: str, limits: Limits) -> tuple[Mapping, float]:
    """The best mapping that limits leave, and its µs on the array."""
    settings = SearchSettings(device_name=device, limits=limits)
    mapping = best_mapping(gemm, settings)
    return mapping, float(settings.npu.run(gemm, mapping).device_us or 0)


def line(one: Compared) -> str:
    """The product, the four rates, and both core tiles."""
    row, gemm = one.row, one.gemm
    theirs, tile = (
        "×".join(map(str, tile or ())) for tile in (row.core_tile, one.mapping.core_tile)
    )
    dtypes = f"{row.dtype_in} to {row.dtype_out}"
    rates = "".join(f"{one.tops(us):10.2f}" for us in (one.ledger_us, one.theirs_us, one.ours_us))
    return (
        f"{row.id} {row.device} {dtypes:<20} {f'{gemm.m}×{gemm.n}×{gemm.k}':<14} {row.value:9.2f}"
        f"{rates}  {theirs:<11} {tile:<11} {one.theirs_us / one.ours_us:6.3f}"
    )


def sweep_line(sweep: Row, found: Compared) -> str:
    """The best of the authors' sizes beside what was found, and the ledger's word on the kind."""
    rate = found.tops(found.ours_us)
    error = rate / sweep.value - 1
    kind = validated("gemm", sweep.dtype_in, sweep.device, "xrt-linux")
    low, high = kind.errors or (0.0, 0.0)
    known = (
        f"no interval, as {kind.rows} rows judge its kind ({100 * low:+.1f} to {100 * high:+.1f} %)"
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
        f"{'row':<5} {'':<4} {'dtypes':<20} {'M×N×K':<14} {'published':>9}{'ledger':>10}"
        f"{'theirs':>10}{'found':>10}  {'their tile':<11} {'found tile':<11} {'faster'}"
    )
    print(f"{'TOPS':>56}{'TOPS':>10}{'TOPS':>10}{'TOPS':>10}  {'m×n×k':<11} {'m×n×k':<11}")
    model = Model()
    found = []
    for row in rows:
        if row.form == "balanced" and row.core_tile and row.grid:
            found.append(compared(row, model))
            print(line(found[-1]), flush=True)
    for sweep in rows:
        same = [one for one in found if _dtypes(one.row) == _dtypes(sweep)]
        if sweep.form == "sweep-best" and same:
            print(sweep_line(sweep, min(same, key=lambda one: one.ours_us / one.gemm.macs)))
    slower = [one.row.id for one in found if one.ours_us > one.theirs_us * EQUAL]
    print("slower than theirs: " + (", ".join(slower) or "none"))
    sys.exit(1 if slower else 0)


if __name__ == "__main__":
    main()
