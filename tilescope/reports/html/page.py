"""The page of a run: read the run file and its timelines, write one HTML file beside it."""

from __future__ import annotations

from pathlib import Path

from tilescope.reports.html.templates import render
from tilescope.runs.files import check_writable, read_run, write_bytes
from tilescope.runs.models import Run

SUFFIX = ".html"


def write_page(run_path: Path, out: Path | None = None, *, force: bool = False) -> Path:
    """Write the page of a run file, beside it under its name unless told where; returns the path.

    Raises:
        InputError: the run file cannot be read (see runs.files.read_run), or the page cannot be
            written (see runs.files.check_writable).
    """
    run = read_run(run_path)
    target = out or run_path.with_suffix(SUFFIX)
    check_writable(target, force=force)
    write_bytes(render_page(run).encode(), target, force=force)
    return target


def render_page(run: Run) -> str:
    """The page's text."""
    return render("page.html.j2", run=run)
