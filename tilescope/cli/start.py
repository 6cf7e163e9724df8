"""Where the command starts: whatever happens before and around a verb ends plainly, too."""

from __future__ import annotations

import os
import sys

INTERRUPTED = 130


def main() -> None:
    """Run the command line; Ctrl-C while it is imported, and output that fails, end plainly."""
    try:
        open_closed_streams()
        from tilescope.cli.ending import plain_ending
        from tilescope.cli.main import main as command

        plain_ending(command)()
    except KeyboardInterrupt:
        print("tilescope: Interrupted.", file=sys.stderr)
        raise SystemExit(INTERRUPTED) from None


def open_closed_streams() -> None:
    """Give a stream that the caller closed (`>&-`) to nowhere, so that nothing else takes it."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            descriptor = os.open(os.devnull, os.O_RDWR)
            if descriptor != number:
                os.dup2(descriptor, number)
                os.close(descriptor)
            mode = "r" if name == "stdin" else "w"
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", closefd=False))
