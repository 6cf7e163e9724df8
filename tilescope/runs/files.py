"""Reading and writing files: what exists is kept unless forced, nothing is left half-written."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from pydantic import ValidationError

from tilescope.errors import InputError
from tilescope.runs.contradictions import contradiction
from tilescope.runs.models import SCHEMA_VERSION, Run


def check_writable(path: Path, *, force: bool = False) -> None:
    """Accept a path for output, before the work whose output it takes.

    A device or a pipe holds nothing that could be kept; a link stands for what it points to.

    Raises:
        InputError: the path exists and force is not set, is a folder, or lies in a folder that
            does not exist or cannot be written.
    """
    if path.is_dir():
        raise InputError(f"{path} is a folder; name a file in it.")
    if is_stream(path):
        if not os.access(path, os.W_OK):
            raise InputError(f"{path} cannot be written; choose another place.")
        return
    if path.exists() and not force:
        raise InputError(f"{path} exists and is kept; add --force to replace it.")
    path = Path(os.path.realpath(path))
    folder = path.parent
    if not folder.is_dir():
        raise InputError(f"The folder {folder} does not exist; make it first.")
    probe = _partial(path)
    try:
        probe.open("xb").close()
    except OSError as error:
        reason = error.strerror or error
        raise InputError(f"{path} cannot be written ({reason}); choose another place.") from error
    probe.unlink(missing_ok=True)


def check_not_source(path: Path, source: Path) -> None:
    """Accept a path for a view of a file, which is to stay. Raises InputError where it is it."""
    if path.exists() and source.exists() and path.samefile(source) and not is_stream(path):
        raise InputError(f"{path} is the file that is read; name another with -o.")


def write_bytes(content: bytes, path: Path, *, force: bool = False) -> None:
    """Put a whole file in place in one step, so that no reader ever sees half of it.

    A device or a pipe is written to and stays what it is.

    Raises:
        InputError: see check_writable; also where the disk refuses.
    """
    with writing(path, force=force) as file:
        file.write(content)


@contextmanager
def writing(path: Path, *, force: bool = False) -> Iterator[IO[bytes]]:
    """A file to write to bit by bit, which is put in place whole when everything went well.

    A device or a pipe is written to and stays what it is.

    Raises:
        InputError: see check_writable; also where the disk refuses.
    """
    check_writable(path, force=force)
    if is_stream(path):
        with _refusing(path), path.open("wb") as stream:
            yield stream
        return
    path = Path(os.path.realpath(path))
    partial = _partial(path)
    try:
        with _refusing(path):
            with partial.open("xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def is_stream(path: Path) -> bool:
    """Whether the path is something that is written to but not replaced: a device, a pipe."""
    return path.exists() and not path.is_file() and not path.is_dir()


def to_json(run: Run) -> str:
    """The text of a run file, ending in a newline."""
    return run.model_dump_json(indent=2, exclude_none=True) + "\n"


def write_run(run: Run, path: Path, *, force: bool = False) -> None:
    """Write a run file.

    Raises:
        InputError: see write_bytes.
    """
    write_bytes(to_json(run).encode(), path, force=force)


def read_run(path: Path) -> Run:
    """Read a run file; keys that this version does not know are ignored.

    Raises:
        InputError: the file is missing, cut short, of another kind, of a newer version, or
            contradicts itself.
    """
    if path.is_char_device() or path.is_block_device():  # some of which never end
        raise InputError(f"{path} cannot be read: it is a device, not a run file.")
    try:
        text = path.read_text(encoding="utf-8-sig")  # some editors put a mark before it
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else _no_text(path)
        raise InputError(f"{path} cannot be read: {reason}.") from error
    try:
        content = json.loads(text)
    except RecursionError as error:
        raise InputError(f"{path} is not a tilescope run file: it is nested too deep.") from error
    except ValueError as error:
        raise InputError(f"{path} is not whole, or not JSON: {error}.") from error
    version = content.get("schema_version") if isinstance(content, dict) else None
    if not isinstance(version, int) or isinstance(version, bool):
        raise InputError(f"{path} is not a tilescope run file: it has no schema_version.")
    if version < 1:
        raise InputError(f"{path} is not a tilescope run file: schema_version {version} never was.")
    if version > SCHEMA_VERSION:
        raise InputError(
            f"{path} was written by a newer tilescope (schema_version {version}); this one reads "
            f"up to {SCHEMA_VERSION}. Update tilescope."
        )
    try:
        run = Run.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InputError(f"{path} is not a run file: {place}: {first['msg']}.") from error
    if told := contradiction(run):
        raise InputError(f"{path} contradicts itself: {told}.")
    return run


def _no_text(path: Path) -> str:
    if path.suffix == ".parquet":
        return "it is a sweep, not a run; `tilescope report html` draws one"
    return "it is not a text file"


@contextmanager
def _refusing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}.") from error


def _partial(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}.partial")
