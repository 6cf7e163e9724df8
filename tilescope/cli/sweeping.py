"""What `tilescope sweep` does: choose the workers, run, say what came of it."""

from __future__ import annotations

from pathlib import Path

from tilescope.cli import terminal
from tilescope.cli.ending import INTERRUPTED, fail
from tilescope.cli.models import known_projections
from tilescope.cli.selection import choose_cases
from tilescope.errors import InputError
from tilescope.profiling.sweeps.plan import SweepPlan
from tilescope.profiling.sweeps.reading import read_sweep
from tilescope.profiling.sweeps.sweep import InterruptedSweepError, run_sweep
from tilescope.profiling.sweeps.workers import DaskWorkers, LocalWorkers, Workers
from tilescope.quantities.names import check_choice
from tilescope.reports.sweeps import sweep_report
from tilescope.workloads.cases import LinearProjectionTestCase

BACKENDS = ("local", "dask")


def one_case(case: str, config: str | None, *, quiet: bool) -> LinearProjectionTestCase:
    """The one product that a verb is about, by name or as NAME:MxNxK.

    Raises InputError for an unknown name or several.
    """
    known = known_projections(config, None, quiet=quiet)
    if ":" in case:
        return choose_cases([], [case], known.known, known.besides)[-1]
    chosen = choose_cases([case], [], known.known, known.besides)
    if len(chosen) != 1:
        raise InputError(f"One product is wanted, and {case!r} names {len(chosen)}.")
    return chosen[0]


def sweep_and_show(
    plan: SweepPlan,
    out: str,
    *,
    backend: str,
    scheduler: str | None,
    jobs: int | None,
    force: bool,
    quiet: bool,
) -> None:
    """Run the sweep, print what came of it, and end with 130 after Ctrl-C.

    Raises InputError as run_sweep does, for workers that cannot be had, and where every point
    failed; their reasons are in the file all the same.
    """
    path = Path(out)
    if path.suffix != ".parquet":
        raise InputError(f"A sweep is written as Parquet; end {out} in .parquet.")
    workers = _workers(backend, scheduler, jobs)
    try:
        with terminal.progress(quiet=quiet) as notify:
            result = run_sweep(plan, path, workers, force=force, notify=notify)
    except InterruptedSweepError as interrupted:
        fail(f"Interrupted; {interrupted}", INTERRUPTED)
    finally:
        workers.close()
    if not quiet:
        print(sweep_report(read_sweep(path), result, width=terminal.width()), end="")
        print(f"\nWritten: {path}")
    if result.failed == result.points:
        raise InputError(f"No point could be timed; the column `reason` of {path} says why.")


def _workers(backend: str, scheduler: str | None, jobs: int | None) -> Workers:
    check_choice("backend", backend, BACKENDS)
    if backend == "dask":
        if scheduler is None:
            raise InputError(
                "--backend dask needs the cluster's address, as in --scheduler tcp://127.0.0.1:8786."
            )
        if jobs is not None:
            raise InputError("--jobs counts local processes; a cluster has its own workers.")
        return DaskWorkers(scheduler)
    if scheduler is not None:
        raise InputError("--scheduler names a Dask cluster; add --backend dask.")
    if jobs is not None and not 1 <= jobs <= 1024:
        raise InputError(f"--jobs is {jobs}; it must be from 1 to 1,024.")
    return LocalWorkers(jobs)
