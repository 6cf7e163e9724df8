"""A sweep from its plan to its file: what an earlier run finished is kept, the rest is run."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tilescope.errors import InputError
from tilescope.profiling import provenance
from tilescope.profiling.sweeps.journal import PLAN, Journal, open_journal
from tilescope.profiling.sweeps.plan import DEFAULTS, SweepPlan
from tilescope.profiling.sweeps.workers import Workers

MOST_IN_A_STRETCH = 64
STRETCHES_EACH = 8  # of every worker, so that none waits long for the last


@dataclass(frozen=True)
class SweepResult:
    """What a sweep came to. earlier: points that an earlier run had finished."""

    path: Path
    points: int
    failed: int
    earlier: int
    seconds: float


class InterruptedSweepError(KeyboardInterrupt):
    """Ctrl-C; says in words what is kept."""


def run_sweep(
    plan: SweepPlan,
    path: Path,
    workers: Workers,
    *,
    force: bool = False,
    notify: Callable[[str], None] = lambda text: None,
) -> SweepResult:
    """Run what is missing of a sweep and put all of it into one file.

    Raises InputError for a file that is kept, or where the workers go; what was finished stays in
    the folder beside the file, and the same call goes on with it.
    """
    chunk = min(MOST_IN_A_STRETCH, max(1, plan.size // (STRETCHES_EACH * workers.count)))
    journal = open_journal(path, plan, chunk, force=force)
    label = workers.label  # a cluster may be another one, or gone, when all is done
    started = time.monotonic()
    with _alone(journal):
        missing = list(journal.missing())
        left = sum(stop - start for start, stop in missing)
        earlier = plan.size - left
        done, failed = 0, 0
        try:
            for start, columns in workers.run(plan.to_json(), missing):
                failed += journal.keep(start, columns)
                done += len(columns["point"])
                notify(_progress(earlier, done, failed, plan.size, time.monotonic() - started))
        except InputError as error:
            raise InputError(f"{error} {_kept(journal, earlier + done)}") from None
        except KeyboardInterrupt:
            raise InterruptedSweepError(_kept(journal, earlier + done)) from None
        seconds = time.monotonic() - started
        points, failed = journal.merge(_about(plan, label, seconds, earlier))
    return SweepResult(path, points, failed, earlier, seconds)


def _progress(earlier: int, done: int, failed: int, size: int, seconds: float) -> str:
    """How far it is, and how long the rest takes at the rate so far."""
    left = (size - earlier - done) * seconds / done
    bad = f", {failed:,} failed" if failed else ""
    return f"{earlier + done:,} of {size:,} points{bad}, about {_duration(left)} left"


def _duration(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < 100 else f"{minutes / 60:.1f} h"


def _kept(journal: Journal, points: int) -> str:
    return (
        f"{points:,} of {journal.plan.size:,} points are kept in {journal.folder}; the same "
        "command goes on with them."
    )


def _about(plan: SweepPlan, workers: str, seconds: float, earlier: int) -> dict[str, object]:
    """The conditions of a sweep, for its file."""
    fixed = {axis.name: axis.values for axis in plan.axes}
    named = [
        ", ".join(map(str, fixed.get(name, (DEFAULTS[name],)))) for name in ("device", "runtime")
    ]
    conditions = provenance.gather(device=named[0], runtime=named[1], seed=0, torch={})
    return {
        "kind": "simulated",
        "workers": workers,
        "seconds": seconds,
        "earlier_points": earlier,
        "provenance": conditions.model_dump(exclude_none=True, mode="json"),
    }


@contextmanager
def _alone(journal: Journal) -> Iterator[None]:
    """Keep another run off the same folder. Raises InputError where one is at it."""
    with (journal.folder / PLAN).open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise InputError(
                f"Another run is at this sweep ({journal.folder}); wait for it, or name another "
                "file with -o."
            ) from None
        yield
