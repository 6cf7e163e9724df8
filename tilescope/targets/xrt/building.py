"""From a design to what XRT loads: its text, its kernels' objects, an xclbin and instructions."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tilescope.designs.ir import Design
from tilescope.designs.mlir.printing import Freed, print_design
from tilescope.errors import MachineError
from tilescope.kernels.contract import Kernel
from tilescope.targets.xrt.cache import content_hash, making
from tilescope.targets.xrt.kernels import FLAGS, definitions, objects, source_name
from tilescope.targets.xrt.toolchain import Toolchain

TEXT, XCLBIN, INSTRUCTIONS = "aie.mlir", "final.xclbin", "insts.bin"
LOG = "output.txt"
TRANSFER = "dma_bd"  # what releases before and after July 2026 write differently
MOST_SHOWN = 200


@dataclass(frozen=True)
class BuiltDesign:
    """A compiled design: the configuration of the array, and what its controller is told."""

    folder: Path

    @property
    def xclbin(self) -> Path:
        """The array's configuration with the cores' programs."""
        return self.folder / XCLBIN

    @property
    def instructions(self) -> Path:
        """The runtime sequence as words of 32 bits."""
        return self.folder / INSTRUCTIONS


def build(
    design: Design,
    generation: str,
    tools: Toolchain,
    sources: Path,
    cache: Path,
    freed: Freed,
    notify: Callable[[str], None] = lambda text: None,
) -> BuiltDesign:
    """The design compiled for a generation, from the cache where the same was compiled before.

    `sources` is cc/; `freed` says which transfers are done where. The name in the cache covers the
    text, every file of cc/ and the tools. Raises MachineError with the first error of the compiler
    that refuses, and where its whole output is.
    """
    texts = [print_design(design, generation, older=older, freed=freed) for older in (False, True)]
    kernels = objects(design)
    commands = {
        name: compile_command(kernel, name, generation, tools, sources)
        for name, kernel in kernels.items()
    }
    name = content_hash(
        [
            *(text.encode() for text in texts),
            tools.identity().encode(),
            *("\0".join(command).encode() for command in commands.values()),
            *(
                part
                for path in sorted(sources.glob("*.*"))
                for part in (path.name.encode(), path.read_bytes())
            ),
        ]
    )
    folder = cache / name
    if (folder / XCLBIN).is_file() and (folder / INSTRUCTIONS).is_file():
        return BuiltDesign(folder)
    with making(folder) as work:
        for made, command in commands.items():
            notify(f"compiling {kernels[made].source}")
            _run(command, work, cache, f"Peano cannot compile {kernels[made].source}")
            _require(work / made, f"Peano made no {made} of {kernels[made].source}")
        notify(f"compiling {design.name} with aiecc, which takes a minute or more")
        _run_aiecc(texts, tools, work, cache, f"aiecc cannot compile {design.name}")
        for made in (XCLBIN, INSTRUCTIONS):
            _require(work / made, f"aiecc made no {made} of {design.name}")
        _keep(work, (TEXT, XCLBIN, INSTRUCTIONS, *kernels))
    return BuiltDesign(folder)


def compile_command(
    kernel: Kernel, made: str, generation: str, tools: Toolchain, sources: Path
) -> list[str]:
    """What compiles a kernel's file to the object `made`."""
    return [
        os.fspath(tools.compiler),
        *FLAGS,
        f"--target={generation}-none-unknown-elf",
        *(f"-D{macro}" for macro in definitions(kernel)),
        f"-I{tools.headers}",
        f"-I{sources}",
        "-c",
        os.fspath(sources / source_name(kernel)),
        "-o",
        made,
    ]


def aiecc_command(tools: Toolchain, work: Path) -> list[str]:
    """What compiles the text in a folder; `link_with` is looked up in that folder."""
    return [
        os.fspath(tools.aiecc),
        f"--peano={tools.peano}",
        *tools.options,
        f"--xclbin-name={work / XCLBIN}",
        f"--npu-insts-name={work / INSTRUCTIONS}",
        f"--tmpdir={work}",
        os.fspath(work / TEXT),
    ]


def _run_aiecc(
    texts: Sequence[str], tools: Toolchain, work: Path, cache: Path, failed: str
) -> None:
    """Compile the text of which this release reads the transfers; the first refusal is told."""
    command = aiecc_command(tools, work)
    refused = []
    for text in texts:
        (work / TEXT).write_text(text, encoding="utf-8")
        done = _attempt(command, work, failed)
        if done.returncode == 0:
            return
        refused.append(done)
        if TRANSFER not in done.stdout + done.stderr:
            break
    raise _refusal(refused[0], cache, failed)


def _run(command: Sequence[str], work: Path, cache: Path, failed: str) -> None:
    """Run a compiler in the folder of the work; its output is kept where it refuses."""
    done = _attempt(command, work, failed)
    if done.returncode != 0:
        raise _refusal(done, cache, failed)


def _attempt(command: Sequence[str], work: Path, failed: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            list(command), cwd=work, capture_output=True, text=True, errors="replace", check=False
        )
    except OSError as error:
        raise MachineError(f"{failed}: {command[0]} cannot be run ({error.strerror}).") from error


def _refusal(done: subprocess.CompletedProcess[str], cache: Path, failed: str) -> MachineError:
    """The error of a compiler that ended badly; all that it said is kept."""
    output = done.stdout + done.stderr
    log = cache / LOG
    log.write_text(f"{' '.join(done.args)}\n\n{output}", encoding="utf-8")
    told = first_error(output, done.returncode)
    return MachineError(
        f"{failed}: {told}. All of it: {log}; --target simulated needs no compiler."
    )


def first_error(output: str, code: int) -> str:
    """The first line that tells an error, or the last one, or how it ended."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    told = next((line for line in lines if "error" in line.lower()), lines[-1] if lines else "")
    if not told:
        return f"it ended with {code} and said nothing"
    told = told if len(told) <= MOST_SHOWN else told[: MOST_SHOWN - 1] + "…"
    return told.rstrip(".")


def _keep(work: Path, names: Sequence[str]) -> None:
    """Remove what the compilers left beside what is needed."""
    for path in work.iterdir():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        elif path.name not in names:
            path.unlink()


def _require(path: Path, failed: str) -> None:
    if not path.is_file() or not path.stat().st_size:
        raise MachineError(f"{failed}, and said nothing; reinstall it, or report this.")
