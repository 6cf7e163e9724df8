"""What the verb search does with its words: run, keep what was interrupted, show, write."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tilescope.cli import terminal
from tilescope.cli.ending import INTERRUPTED, fail, interruptible
from tilescope.cli.selection import choose_cases
from tilescope.designs.mlir.printing import print_design
from tilescope.designs.plan import make_plan
from tilescope.designs.request import resolve
from tilescope.errors import InputError
from tilescope.quantities.shapes import parse_shape
from tilescope.reports.paint import Paint
from tilescope.reports.search import search_screen
from tilescope.runs.files import check_writable, write_bytes, write_run
from tilescope.runs.models import Case, Run
from tilescope.search.finishing import request_of_choice
from tilescope.search.products import search
from tilescope.search.results import SearchRun
from tilescope.search.settings import SearchSettings
from tilescope.search.states import SearchState, default_path
from tilescope.workloads.cases import LinearProjectionTestCase, default_test_cases
from tilescope.workloads.gemm import Gemm

STDOUT = "-"
ALL = "linear"
DESIGN, RUN = ".mlir", ".json"


@dataclass(frozen=True)
class SearchOutputs:
    """Where the answer goes: best is a .mlir or a .json, json the whole search, `-` for stdout."""

    best: str | None
    json: str | None
    state: str | None
    force: bool
    quiet: bool
    color: str = "auto"


def chosen_cases(workload: str) -> tuple[list[LinearProjectionTestCase], str]:
    """The products of a workload, and what a run file calls them.

    Raises InputError for what is no projection, no MxNxK and not `linear`.
    """
    text = workload.strip()
    if text == ALL:
        return default_test_cases(), "linear"
    if ":" in text:
        return choose_cases([], [text]), "gemm"
    if text[:1].isdigit() or text[:1] in "-+":
        m, n, k = parse_shape(text)
        return [LinearProjectionTestCase("gemm", m, n, k)], "gemm"
    names = [case.name for case in default_test_cases()]
    if any(part.strip() in names for part in text.split(",")):
        return choose_cases([text], []), "linear"
    raise InputError(
        f"There is no workload {workload!r}; name a projection ({', '.join(names)}), any product "
        "as MxNxK, or linear for all seven."
    )


def emulation_of(dtype: str, fp32: str | None, bf16: str | None) -> str | None:
    """The way of multiplying that --fp32 or --bf16 asks for.

    Raises InputError for the way of another dtype.
    """
    for option, way, of in (("--fp32", fp32, "float32"), ("--bf16", bf16, "bfloat16")):
        if way is not None and dtype != of:
            raise InputError(f"{option} {way} is a way of {of}, and the dtype is {dtype}.")
    return fp32 or bf16


def search_and_show(
    workload: str,
    gemms: Sequence[Gemm],
    settings: SearchSettings,
    outputs: SearchOutputs,
    *,
    fuse: bool,
) -> None:
    """Search, print the screen or the file, write what was asked for.

    Raises:
        InputError: see check_places and search.products.search.
        WrongResultError: the best mapping's output is wrong; nothing is written.
    """
    paint = Paint(terminal.wants_colour(outputs.color, sys.stdout))
    settings.check(gemms[0].dtype)
    check_places(gemms, settings, outputs)
    identity = settings.identity(repr((workload, tuple(gemms), fuse)))
    path = Path(outputs.state) if outputs.state is not None else default_path(identity)
    state = SearchState(identity, path)
    state.load()
    if state.resumed and not outputs.quiet:
        print(
            f"tilescope: goes on where it was interrupted, {state.resumed:,} mappings simulated",
            file=sys.stderr,
        )
    try:
        with interruptible(), terminal.progress(quiet=outputs.quiet) as notify:
            found = search(workload, gemms, settings, state=state, notify=notify, fuse=fuse)
    except KeyboardInterrupt:
        fail(f"Interrupted; {_kept(state)}", INTERRUPTED)
    written = write_best(found, gemms, settings, outputs)
    if outputs.json not in (None, STDOUT):
        target = Path(str(outputs.json))
        write_bytes(to_json(found).encode(), target, force=outputs.force)
        written.append(target)
    state.remove()
    if outputs.json == STDOUT:
        sys.stdout.write(to_json(found))
    elif not outputs.quiet:
        print(search_screen(found, width=terminal.width(), paint=paint), end="")
        if written:
            print(f"\nWritten: {', '.join(map(str, written))}")


def _kept(state: SearchState) -> str:
    """What became of an interrupted search."""
    if not state.holds_any:
        return "nothing was simulated yet."
    kept = state.save()
    if kept is None:
        return "nothing could be kept; --state names a file that can be written."
    return f"what was simulated is kept in {kept}; the same command goes on."


def check_places(gemms: Sequence[Gemm], settings: SearchSettings, outputs: SearchOutputs) -> None:
    """Accept the files that will be written, before the work begins.

    Raises:
        InputError: a best that is neither .mlir nor .json; see runs.files.check_writable.
    """
    if outputs.best is not None:
        path = Path(outputs.best)
        if path.suffix not in (DESIGN, RUN):
            raise InputError(
                f"-o takes a {DESIGN} for the best design or a {RUN} for its run, not {path}."
            )
        check_writable(path, force=outputs.force)
    if outputs.json not in (None, STDOUT):
        check_writable(Path(str(outputs.json)), force=outputs.force)
        if outputs.json == outputs.best:
            raise InputError("-o and --json name the same file; give each one of its own.")


def write_best(
    found: SearchRun, gemms: Sequence[Gemm], settings: SearchSettings, outputs: SearchOutputs
) -> list[Path]:
    """The best as a design or as a run; returns what was written.

    Several products have a design each, named after the product: best.q_proj.mlir.
    """
    if outputs.best is None:
        return []
    path = Path(outputs.best)
    best = found.best if isinstance(found.best, tuple) else (found.best,)
    if path.suffix == RUN:
        cases = tuple(Case.model_validate(dict(case)) for case in best)
        run = Run(
            cases=cases, changed=found.changed, chosen_by="search", provenance=found.provenance
        )
        write_run(run, path, force=outputs.force)
        return [path]
    written = []
    for case in best:
        shape = case.shape
        gemm = Gemm(case.name, shape.m, shape.n, shape.k, case.dtype)
        mapping = resolve(request_of_choice(case.mapping), gemm, settings.device)
        launches = make_plan(gemm, mapping).launches
        for launch in launches:
            parts = [case.name] if len(best) > 1 else []
            parts += [launch.kernel] if len(launches) > 1 else []
            target = path.with_suffix("".join(f".{part}" for part in (*parts, DESIGN[1:])))
            text = print_design(launch.design, settings.device.generation)
            write_bytes(text.encode(), target, force=outputs.force)
            written.append(target)
    return written


def to_json(found: SearchRun) -> str:
    """A search as text for a file."""
    return found.model_dump_json(indent=2, exclude_none=True) + "\n"
