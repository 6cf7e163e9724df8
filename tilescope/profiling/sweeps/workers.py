"""Who does a sweep's work: the cores of this machine, or a Dask cluster that is already there.

Both are backends of joblib. A worker of a cluster that dies takes nothing with it: its stretches
go to the others. A cluster that goes altogether ends the sweep, and what was finished is kept.
"""

from __future__ import annotations

import logging
import os
import queue
import re
import signal
import threading
import time
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from multiprocessing import resource_tracker
from typing import Any

from tilescope import __version__
from tilescope.errors import InputError
from tilescope.profiling.sweeps.evaluating import evaluate

Stretch = tuple[int, dict[str, list[Any]]]
Tasks = Iterable[tuple[int, int]]

CONNECT_S = 10
WORKERS_S = 20  # without any worker before a cluster is given up
LOOK_S = 1.0
ADDRESS = re.compile(r"\w+://\S+:\d+")


@dataclass(frozen=True)
class LocalWorkers:
    """Processes of this machine; `jobs` is None for one on each core."""

    jobs: int | None = None

    @property
    def count(self) -> int:
        """How many processes."""
        import joblib

        return self.jobs or joblib.cpu_count()

    @property
    def label(self) -> str:
        """Who they are, in words."""
        return f"{self.count} process{'' if self.count == 1 else 'es'}"

    def run(self, plan: str, tasks: Tasks) -> Iterator[Stretch]:
        """The stretches as they finish. Raises InputError where a process dies."""
        import joblib
        from joblib.externals.loky.process_executor import TerminatedWorkerError

        # after Ctrl-C or a process's death; what was not kept is run again, and that is said
        warnings.filterwarnings("ignore", message=".* tasks have been successfully executed")
        parallel = joblib.Parallel(n_jobs=self.count, return_as="generator_unordered", batch_size=1)
        try:
            resource_tracker.ensure_running()  # which lets SIGINT in again as it starts
            with _interrupts_kept():
                here = os.getpid()
                found = parallel(joblib.delayed(_here)(here, plan, *task) for task in tasks)
            yield from found
        except TerminatedWorkerError:
            raise InputError(
                "A process of the sweep died, often for lack of memory; use fewer with --jobs."
            ) from None

    def close(self) -> None:
        """Nothing to give back: the processes end with this one."""


@contextmanager
def _interrupts_kept() -> Iterator[None]:
    """Processes started here never hear of Ctrl-C, which a terminal sends to all; this one will."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class DaskWorkers:
    """The workers of a Dask cluster at an address, as tcp://127.0.0.1:8786."""

    def __init__(self, address: str) -> None:
        """Raises InputError where Dask is not installed or nothing answers at the address."""
        self.address = address
        self.client = _connected(address)

    @property
    def count(self) -> int:
        """Threads of all workers at the moment, 1 where there is none yet."""
        return max(sum(self._threads().values()), 1)

    @property
    def label(self) -> str:
        """Who they are, in words."""
        workers = len(self._threads())
        return f"{workers} Dask worker{'' if workers == 1 else 's'} at {self.address}"

    def run(self, plan: str, tasks: Tasks) -> Iterator[Stretch]:
        """The stretches as they finish, each once.

        Raises InputError where the cluster has no worker for a while, goes, or cannot run this.
        """
        results: queue.Queue[tuple[str, Any]] = queue.Queue()
        work = list(tasks)
        threading.Thread(target=self._submit, args=(plan, work, results), daemon=True).start()
        seen = time.monotonic()
        while True:
            try:
                kind, value = results.get(timeout=LOOK_S)
            except queue.Empty:
                if self._threads():
                    seen = time.monotonic()
                elif time.monotonic() - seen > WORKERS_S:
                    raise InputError(
                        f"The cluster at {self.address} has no worker (for {WORKERS_S} s now)."
                    ) from None
                continue
            seen = time.monotonic()
            if kind == "end":
                return
            if kind == "error":
                raise _refusal(value, self.address)
            yield value

    def close(self) -> None:
        """Leave the cluster, which stays as it was."""
        with suppress(Exception):
            self.client.close(timeout=2)

    def _submit(
        self, plan: str, work: list[tuple[int, int]], results: queue.Queue[tuple[str, Any]]
    ) -> None:
        """Hand every stretch to the cluster and the results to the queue; runs in a thread."""
        import joblib

        try:
            with joblib.parallel_config(backend=_dask_backend(self.client)):
                parallel = joblib.Parallel(
                    return_as="generator_unordered", batch_size=1, pre_dispatch="all"
                )
                for stretch in parallel(
                    joblib.delayed(_stretch)(__version__, plan, *task) for task in work
                ):
                    results.put(("stretch", stretch))
            results.put(("end", None))
        except BaseException as error:
            results.put(("error", error))

    def _threads(self) -> dict[str, int]:
        try:
            return dict(self.client.nthreads())
        except Exception as error:
            raise _refusal(error, self.address) from None


Workers = LocalWorkers | DaskWorkers


def _stretch(version: str, plan: str, start: int, stop: int) -> Stretch:
    """One stretch, by whoever runs this. Raises InputError where that is another tilescope."""
    if version != __version__:
        raise InputError(
            f"A worker has tilescope {__version__}, and this is {version}, whose times may differ; "
            "install the same version there."
        )
    return start, evaluate(plan, start, stop)


def _here(parent: int, plan: str, start: int, stop: int) -> Stretch:
    """One stretch, in a process of this machine that ends with the sweep's own, `parent`."""
    _end_with(parent)
    return _stretch(__version__, plan, start, stop)


@cache
def _end_with(parent: int) -> None:
    """Let this process end when its parent has: one that was killed could not tell it."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(LOOK_S)
        os._exit(1)

    if os.getpid() != parent:  # a single job runs in the sweep's own process
        threading.Thread(target=watch, daemon=True).start()


def _connected(address: str) -> Any:
    if not ADDRESS.fullmatch(address):  # Dask's client, once made of it, complains as it goes
        raise InputError(
            f"A cluster's address is as tcp://127.0.0.1:8786, with its port, not {address!r}."
        )
    try:
        from dask.distributed import Client
    except ImportError:
        raise InputError(
            "--backend dask needs Dask, which is not installed; pip install 'tilescope[cluster]'."
        ) from None
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    connect: Any = Client
    try:
        return connect(address, timeout=CONNECT_S, set_as_default=False)
    except (OSError, ValueError, TypeError, KeyError, ImportError) as error:
        said = str(error).strip().splitlines() or [type(error).__name__]
        raise InputError(
            f"No Dask cluster answers at {address!r} ({said[0]}); start one with `dask scheduler` "
            "and `dask worker ADDRESS`."
        ) from None


def _dask_backend(client: Any) -> Any:
    """The Dask backend, made to send work away even where there is a single worker.

    By itself joblib does the work in this process where a backend can do one thing at a time; a
    cluster that has lost all workers but one would then stand idle beside it.
    """
    from joblib._dask import DaskDistributedBackend

    backend = DaskDistributedBackend(client=client, wait_for_workers_timeout=WORKERS_S)
    known = backend.effective_n_jobs
    backend.effective_n_jobs = lambda n_jobs: max(2, known(n_jobs))
    return backend


def _refusal(error: BaseException, address: str) -> BaseException:
    """The plain sentence for what went wrong with a cluster; a Ctrl-C stays one."""
    if isinstance(error, (InputError, KeyboardInterrupt)):
        return error
    said = (str(error).strip().splitlines() or [""])[0]
    why = f"{type(error).__name__}: {said}" if said else type(error).__name__
    if isinstance(error, ImportError):
        return InputError(
            f"The workers at {address} cannot run tilescope ({why}); install the same version of "
            "it there."
        )
    return InputError(f"The cluster at {address} is gone, or gave the work up ({why}).")
