"""Makes .venv and installs tilescope in it, once for each state of the sources that need a build.

Started by tools/set_up with a Python of 3.11 or newer; uses the standard library only. The Python
sources are installed editable, so that a change to them needs no new set-up; a change to a file in
the fingerprint does. What pip and the compiler print goes to a log file in .venv.
"""

from __future__ import annotations

import argparse
import errno
import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOG = VENV / "set-up.log"
STAMP = VENV / "set-up.json"
BUILT_FROM = ("pyproject.toml", "constraints.txt", "CMakeLists.txt", "engine", "cc")
LOG_TAIL_LINES = 25
NO_BASELINE = "tilescope runs without the baseline; the README says how to add the small build."
YES, NO = ("y", "yes"), ("n", "no", "none", "0", "off")
UNREACHABLE = ("NewConnectionError", "name resolution", "ConnectTimeout", "Connection refused")
PIP_INSTALL = (PYTHON, "-m", "pip", "install", "--constraint", ROOT / "constraints.txt")


def main() -> None:
    """Bring .venv up to date, with the development tools if asked for."""
    parser = argparse.ArgumentParser(description="Make .venv and install tilescope in it.")
    parser.add_argument("--dev", action="store_true", help="with the tools that ./check needs")
    dev = parser.parse_args().dev
    with one_at_a_time():
        found = read_stamp()
        wanted = {"root": str(ROOT), "sources": fingerprint(), "dev": dev or bool(found.get("dev"))}
        if found == wanted:
            return
        built = found == {**wanted, "dev": False}
        if not built:
            check_machine()
        tell("Setting .venv up; the first time takes minutes", in_pipe=True)
        if not built:
            make_venv(moved=found.get("root") not in (None, str(ROOT)))
            install_all()
        if wanted["dev"]:
            install_tools()
        write_stamp(wanted)
        tell("Set-up of .venv done.", last=True)


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Let a second start wait for the first one."""
    descriptor = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def fingerprint() -> str:
    """A hash of the files that the installed package was built from."""
    digest = hashlib.sha256()
    for name in BUILT_FROM:
        path = ROOT / name
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(f"{file.relative_to(ROOT)}\0".encode())
                digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def read_stamp() -> dict[str, object]:
    """What the last finished set-up left; empty where there was none or .venv does not start."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
        subprocess.run([PYTHON, "-c", ""], check=True, capture_output=True)
    except (OSError, ValueError, subprocess.CalledProcessError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def write_stamp(stamp: dict[str, object]) -> None:
    """Say what the set-up was finished for, as the last thing it does."""
    partial = STAMP.with_suffix(".partial")
    partial.write_text(json.dumps(stamp, indent=1), encoding="utf-8")
    partial.replace(STAMP)


def check_machine() -> None:
    """Refuse in one sentence where something is missing that pip would fail on at length."""
    if not PYTHON.exists() and not all(map(importlib.util.find_spec, ("venv", "ensurepip"))):
        stop(
            "This Python has no venv module: install it, for example with "
            "'sudo apt install python3-venv', and start again."
        )
    if not Path(sysconfig.get_path("include"), "Python.h").exists():
        stop(
            "The header files of this Python are missing (Python.h): install them, for example "
            "with 'sudo apt install python3-dev', and start again."
        )
    compiler = find_compiler()
    if compiler is None:
        stop(
            "No C++ compiler was found: install one, for example with 'sudo apt install g++', "
            "or name one in the variable CXX, and start again."
        )
    if not compiles_cpp20(compiler):
        stop(
            f"The C++ compiler {compiler} does not compile C++20: install g++ 11 or clang 14 or "
            "newer, or name one in the variable CXX, and start again."
        )


def find_compiler() -> str | None:
    """The compiler that CMake will take: CXX where it is set, else the usual names."""
    named = os.environ.get("CXX")
    candidates = [named.split()[0]] if named and named.split() else ["c++", "g++", "clang++"]
    return next((path for name in candidates if (path := shutil.which(name))), None)


def compiles_cpp20(compiler: str) -> bool:
    """Whether the compiler takes -std=c++20 and has that standard's library."""
    source = "#include <bit>\n#include <span>\nint main() { return std::popcount(0u); }\n"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "probe.cc")
        file.write_text(source, encoding="utf-8")
        command = [compiler, "-std=c++20", "-fsyntax-only", str(file)]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0


def make_venv(*, moved: bool) -> None:
    """Make .venv where there is none, or anew where it was moved and its scripts point away."""
    if PYTHON.exists() and not moved:
        if not finds("pip"):
            run_logged([PYTHON, "-m", "ensurepip"], "adding pip to .venv")
        return
    tell("Making .venv")
    VENV.mkdir(exist_ok=True)
    run_logged([Path(sys.executable), "-m", "venv", "--clear", VENV], "making .venv")


def install_all() -> None:
    """Install PyTorch where it is missing, then the package."""
    LOG.unlink(missing_ok=True)
    tell("Installing the build tools")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    pip(*project["build-system"]["requires"], what="installing the build tools")
    # The backend knows whether this machine lacks CMake or Ninja.
    question = "from scikit_build_core.build import get_requires_for_build_editable as ask"
    answer = subprocess.run(
        [PYTHON, "-c", f"{question}; print(*ask(), sep='\\n')"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    lacking = [line for line in answer.stdout.splitlines() if line.startswith(("cmake", "ninja"))]
    if lacking:
        pip(*lacking, what="installing CMake and Ninja")
    install_torch()
    tell("Building the engine and the kernels")
    options = ["--no-build-isolation", "--editable", str(ROOT)]
    pip(*options, what="building and installing tilescope")


def install_torch() -> None:
    """Install the pinned PyTorch unless one is there or it is left out; say so where that fails."""
    if finds("torch"):
        return
    if os.environ.get("TILESCOPE_TORCH", "").lower() in NO:
        tell(f"PyTorch is left out, as TILESCOPE_TORCH says: {NO_BASELINE}", last=True)
        return
    tell("Looking which PyTorch there is for the baseline")
    extras = cuda_packages()
    if extras and not agreed(extras):
        tell(f"PyTorch is left out: {NO_BASELINE}", last=True)
        return
    tell("Installing PyTorch for the baseline (this may take minutes)")
    if run_logged([*PIP_INSTALL, "torch"]) != 0:
        log = LOG.relative_to(ROOT)
        tell(f"PyTorch could not be installed (see {log}): {NO_BASELINE}", last=True)


def cuda_packages() -> int:
    """How many packages for a GPU pip would fetch with PyTorch; 0 where it cannot tell."""
    command = [*PIP_INSTALL, "--dry-run", "--quiet", "--report", "-", "torch"]
    done = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        env=pip_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    try:
        found = json.loads(done.stdout)["install"]
        names = [str(package["metadata"]["name"]) for package in found]
    except (ValueError, KeyError, TypeError):
        return 0
    return sum(name.lower().startswith(("nvidia", "cuda")) for name in names)


def agreed(extras: int) -> bool:
    """Whether a person wants CUDA's packages, too; where nobody can be asked, they are fetched."""
    size = f"PyTorch with CUDA, {extras} packages more and several gigabytes"
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        tell(f"Fetching {size}; TILESCOPE_TORCH=no leaves it out.", in_pipe=True)
        return True
    question = f"pip would fetch {size}; only its CPU part is used. Fetch it? [y/N] "
    print(f"\r\033[K{question}", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in YES


def finds(module: str) -> bool:
    """Whether .venv has the module; does not import it."""
    code = f"from importlib.util import find_spec; raise SystemExit(not find_spec({module!r}))"
    return subprocess.run([PYTHON, "-c", code], cwd=VENV, check=False).returncode == 0


def install_tools() -> None:
    """Install what ./check runs: the package's extra named dev."""
    tell("Installing the development tools")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pip(*project["optional-dependencies"]["dev"], what="installing the development tools")


def pip(*arguments: str, what: str) -> None:
    """Run pip install under the constraints; stop with the log's tail where it fails."""
    run_logged([*PIP_INSTALL, *arguments], what)


def run_logged(command: Sequence[str | Path], what: str | None = None) -> int:
    """Run a command with its output in the log; with `what`, its failure ends the set-up."""
    environment = pip_environment()
    text = [str(part) for part in command]
    with tempfile.TemporaryFile() as output:
        code = subprocess.run(
            text, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT, check=False
        ).returncode
        output.seek(0)
        VENV.mkdir(exist_ok=True)
        with LOG.open("ab") as log:
            log.write(f"$ {' '.join(text)}\n".encode())
            shutil.copyfileobj(output, log)
    if code != 0 and what is not None:
        lines = LOG.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_TAIL_LINES:]
        if any(sign in line for line in lines for sign in UNREACHABLE):
            stop(
                f"Set-up stopped while {what}: pip reaches no package index. Connect this machine, "
                "or name a mirror or a proxy in PIP_INDEX_URL or HTTPS_PROXY, and start again; the "
                f"log is {LOG}."
            )
        stop("\n".join([*lines, f"Set-up failed while {what}; the log is {LOG}."]))
    return code


def pip_environment() -> dict[str, str]:
    """This environment, with .venv's programs first and nothing that leads pip elsewhere."""
    environment = {**os.environ, "PIP_USER": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    environment["PATH"] = f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    environment.pop("PYTHONPATH", None)
    return environment


def tell(text: str, *, last: bool = False, in_pipe: bool = False) -> None:
    """Show one line of progress that the next replaces; in a pipe only the first and the last."""
    if sys.stderr.isatty():
        end = "\n" if last else ""
        print(f"\r\033[K{text}{'' if last else ' …'}", end=end, file=sys.stderr, flush=True)
    elif last or in_pipe:
        print(text, file=sys.stderr, flush=True)


def stop(message: str) -> NoReturn:
    """End the set-up with a message and the exit code of a machine that lacks something."""
    tell(message, last=True)
    raise SystemExit(2)


if __name__ == "__main__":
    try:
        main()
    except OSError as error:
        if error.errno not in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT):
            raise
        stop(
            f"The set-up cannot write to {error.filename or VENV} ({error.strerror}): make room, "
            "get the right to write there or copy this folder elsewhere, and start again."
        )
    except KeyboardInterrupt:
        tell("Set-up interrupted; start again to go on.", last=True)
        raise SystemExit(130) from None
