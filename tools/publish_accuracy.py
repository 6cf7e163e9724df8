"""Writes what the ledger says: docs/accuracy.md with its picture, and the intervals.

With --check nothing is written, and the exit code says whether something is stale.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from tilescope.evidence.accuracy_page import with_tables
from tilescope.evidence.intervals import INTERVALS, check_intervals, intervals_text
from tilescope.evidence.ledger import Entry, make_ledger
from tilescope.evidence.reading import read_measurements
from tilescope.evidence.scatter import scatter_svg

DOCS = Path(__file__).resolve().parents[1] / "docs"


def contents(entries: Sequence[Entry]) -> dict[Path, str]:
    """Every file that the ledger decides, with what it should hold."""
    page = DOCS / "accuracy.md"
    return {
        page: with_tables(page.read_text(encoding="utf-8"), entries),
        DOCS / "accuracy.svg": scatter_svg(entries),
        INTERVALS: intervals_text(check_intervals(entries)),
    }


def main(arguments: list[str]) -> int:
    """Write or check; 1 where something is stale."""
    stale = [
        (path, text)
        for path, text in contents(make_ledger(read_measurements())).items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    for path, text in stale:
        if "--check" not in arguments:
            path.write_text(text, encoding="utf-8")
        print(f"{'Stale' if '--check' in arguments else 'Written'}: {path.name}")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
