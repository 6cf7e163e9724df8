"""The kernels in cc/: present, built from what is there, called as their contracts say, right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import tilescope
from tilescope.errors import InputError
from tilescope.kernels.catalog import all_kernels
from tilescope.kernels.contract import Kernel
from tilescope.kernels.library import KernelLibrary, best_isa, built_isas, load_library
from tilescope.profiling.doctor.build import REBUILD
from tilescope.profiling.doctor.findings import Finding
from tilescope.profiling.doctor.selftest import problem_of

BUILT_FROM = ("cc", "engine")
SUFFIXES = {".cc", ".h", ".hpp"}


def source_tree() -> Path:
    """The folder that holds cc/ where tilescope runs from its sources."""
    return Path(tilescope.__file__).parent.parent


def check_sources(tree: Path, kernels: Sequence[Kernel] = all_kernels()) -> Finding:
    """Whether cc/ holds the source of every contract."""
    sources = dict.fromkeys(kernel.source for kernel in kernels)
    if not (tree / "cc").is_dir():
        return Finding(
            "note",
            "kernels in cc/",
            "no cc/ beside the package: installed without its sources",
            "Nothing to do to run; to read or change the kernels, get tilescope's source tree.",
        )
    missing = [source for source in sources if not (tree / source).is_file()]
    if missing:
        return Finding(
            "lack",
            "kernels in cc/",
            f"missing: {', '.join(missing)}",
            f"`git checkout -- {' '.join(missing)}` brings them back; what is built still runs.",
        )
    return Finding("ok", "kernels in cc/", f"{len(sources)} files for {len(kernels)} kernels")


def runnable_libraries() -> tuple[KernelLibrary, ...]:
    """The host builds that this CPU runs. Raises InputError where there is none."""
    names = [isa for isa in built_isas() if isa in ("portable", best_isa())]
    return tuple(load_library(isa) for isa in names)


def check_built(
    tree: Path,
    libraries: Callable[[], Sequence[KernelLibrary]] = runnable_libraries,
    kernels: Sequence[Kernel] = all_kernels(),
) -> Finding:
    """Whether each host build has every kernel, and is no older than its sources."""
    try:
        found = libraries()
    except InputError as error:
        return Finding("broken", "kernels built", str(error), REBUILD)
    missing = [
        f"{kernel.symbol} ({library.isa})"
        for library in found
        for kernel in kernels
        if kernel.symbol not in library.addresses
    ]
    if missing or not found:
        what = f"missing: {', '.join(missing)}" if missing else "no host build for this CPU"
        return Finding("broken", "kernels built", what, REBUILD)
    newest = newest_source(tree)
    stale = [library.isa for library in found if library.path.stat().st_mtime < newest]
    if stale:
        return Finding(
            "note", "kernels built", f"older than cc/ or engine/: {', '.join(stale)}", REBUILD
        )
    builds = ", ".join(library.isa for library in found)
    return Finding("ok", "kernels built", f"{len(kernels)} kernels in {builds}")


def newest_source(tree: Path) -> float:
    """When the sources of the build were last changed, in seconds of the epoch; 0 without any."""
    files = (file for folder in BUILT_FROM for file in (tree / folder).rglob("*"))
    return max((file.stat().st_mtime for file in files if file.suffix in SUFFIXES), default=0.0)


def check_contracts(
    libraries: Callable[[], Sequence[KernelLibrary]] = runnable_libraries,
    kernels: Sequence[Kernel] = all_kernels(),
) -> Finding:
    """Whether each function takes as many pointers and sizes as its contract says."""
    try:
        found = libraries()
    except InputError as error:
        return Finding("broken", "contracts", str(error), REBUILD)
    wrong = []
    for library in found:
        for kernel in kernels:
            wanted = (len(kernel.operands), len(kernel.scalars))
            counts = library.counts.get(kernel.symbol, wanted)
            if counts != wanted:
                wrong.append(f"{kernel.symbol} ({library.isa}) takes {counts}, not {wanted}")
    if wrong:
        return Finding("broken", "contracts", "; ".join(wrong), REBUILD)
    return Finding("ok", "contracts", "every function takes what its contract says")


def check_self_test(
    libraries: Callable[[], Sequence[KernelLibrary]] = runnable_libraries,
    kernels: Sequence[Kernel] = all_kernels(),
) -> Finding:
    """Run every kernel of every host build on a small input, and judge it by its contract."""
    try:
        found = libraries()
    except InputError as error:
        return Finding("broken", "self-test", str(error), REBUILD)
    wrong = [
        f"{kernel.symbol} ({library.isa}): {problem}"
        for library in found
        for kernel in kernels
        if kernel.symbol in library.addresses and (problem := problem_of(kernel, library))
    ]
    if wrong:
        return Finding("broken", "self-test", " ".join(wrong), REBUILD)
    return Finding(
        "ok", "self-test", f"{len(kernels)} kernels in {len(found)} builds within their contracts"
    )
