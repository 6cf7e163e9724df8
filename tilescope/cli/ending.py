"""How a verb ends: a plain sentence and an exit code in place of a traceback."""

from __future__ import annotations

import contextlib
import functools
import os
import sys
from collections.abc import Callable, Iterator
from typing import NoReturn, ParamSpec

from tilescope.errors import TilescopeError

INTERRUPTED = 130

Options = ParamSpec("Options")


def plain_ending(verb: Callable[Options, None]) -> Callable[Options, None]:
    """The verb, ending by the exit code of the error that it raises."""

    @functools.wraps(verb)
    def ended(*arguments: Options.args, **options: Options.kwargs) -> None:
        try:
            with interruptible():
                verb(*arguments, **options)
            sys.stdout.flush()
        except TilescopeError as error:
            fail(str(error), error.exit_code)
        except MemoryError:
            fail("This machine has not enough memory for that; ask for a smaller shape.", 2)
        except KeyboardInterrupt:
            fail("Interrupted.", INTERRUPTED)
        except BrokenPipeError:
            _give_stdout_up()  # the reader has gone (`| head`)
            raise SystemExit(0) from None
        except OSError as error:
            _give_stdout_up()
            fail(f"The output cannot be written: {error.strerror or error}.", 2)

    return ended


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Ctrl-C as the KeyboardInterrupt that it is, also where Python hands it on as another error.

    Before Python 3.12 one that comes while a class is made, as in an import, is a RuntimeError.
    """
    try:
        yield
    except Exception as error:
        if isinstance(error.__cause__, KeyboardInterrupt):
            raise KeyboardInterrupt from error
        raise


def _give_stdout_up() -> None:
    """Point stdout away, so that what it still holds is not tried again when Python ends."""
    with contextlib.suppress(OSError, ValueError):  # a stdout without a file has nothing to lose
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def fail(message: str, code: int) -> NoReturn:
    """Say why on stderr and leave."""
    print(f"tilescope: {message}", file=sys.stderr)
    raise SystemExit(code)
