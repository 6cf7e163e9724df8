"""Brings in a module of the caller's own: imported, made without memory for its weights."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from tilescope.errors import InputError

FORM = "module:Class, or file.py:Class, for example my_model:Block"


def load_module(text: str, say: Callable[[str], None]) -> Any:
    """The torch.nn.Module that `module:Class` or `file.py:Class` names, on PyTorch's meta device.

    The name may be a class or a function that is called without arguments, or a module already
    made. `say` hears what is imported before it is. Raises InputError where PyTorch is missing,
    the module or the name is not there, or any of it fails.
    """
    source, colon, name = text.rpartition(":")
    if not colon or not source or not name:
        raise InputError(f"--model is {FORM}, not {text!r}.")
    torch = _torch()
    say(f"Importing {source}; its code runs here.")
    found: Any = _imported(source)
    for part in name.split("."):
        if not hasattr(found, part):
            raise InputError(f"{source} has no {name!r}.")
        found = getattr(found, part)
    if isinstance(found, torch.nn.Module):
        return found
    if not callable(found):
        raise InputError(f"{text} is no module, and nothing that makes one.")
    made = _made(found, text, torch)
    if not isinstance(made, torch.nn.Module):
        raise InputError(f"{text} gives {type(made).__name__}, not a torch.nn.Module.")
    return made


def _made(factory: Callable[[], Any], text: str, torch: Any) -> Any:
    try:
        inspect.signature(factory).bind()
    except TypeError as error:
        raise InputError(
            f"{text} cannot be made without arguments ({error}); name a function without any that "
            "returns it."
        ) from None
    except ValueError:
        pass  # a signature that Python cannot see; the call itself tells
    try:
        with torch.device("meta"):
            return factory()
    except (Exception, SystemExit) as error:
        raise InputError(f"{text} fails when it is made: {_said(error)}.") from None


def _imported(source: str) -> ModuleType:
    try:
        if source.endswith(".py"):
            return _from_file(Path(source))
        if (here := str(Path.cwd())) not in sys.path:
            sys.path.insert(0, here)
        return importlib.import_module(source)
    except InputError:
        raise
    except (Exception, SystemExit) as error:
        raise InputError(f"{source} cannot be imported: {_said(error)}.") from None


def _from_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise InputError(f"There is no file {path}.")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise InputError(f"{path} is no Python file.")
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault(path.stem, module)
    sys.path.insert(0, str(path.parent.resolve()))
    spec.loader.exec_module(module)
    return module


def _torch() -> Any:
    try:
        return importlib.import_module("torch")
    except Exception as error:  # a broken installation may fail in any way
        raise InputError(f"--model needs PyTorch, which cannot be had here ({error}).") from None


def _said(error: BaseException) -> str:
    first = str(error).strip().splitlines()
    return f"{type(error).__name__}: {first[0]}" if first else type(error).__name__
