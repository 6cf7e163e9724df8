"""How long does it take to read and simulate designs of some 2,000 operations?

    python benchmarks/read_mlir.py

Two texts: a product on 16 cores as tilescope prints it, at the level of object FIFOs, and 8 cores
that each pass on what comes by buffers, locks and descriptors of their own, beside code. Times are
of this process on the processor, the least of a few; xdsl's own parser on the same text is the
measure.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

from xdsl.ir import Operation

from tilescope.designs.gemm import gemm_design
from tilescope.designs.mapping import Mapping
from tilescope.designs.mlir.printing import print_design
from tilescope.designs.mlir.reading import read_design
from tilescope.designs.mlir.syntax import parse
from tilescope.devices import load_device
from tilescope.simulation.simulate import simulate_design

ROWS, COLUMNS = 4, 4
LOOPS = 36  # of code, in each core of the lower level
READ_S, SIMULATE_S = 1.0, 0.050  # for 2,000 operations, as the project asks


def fifo_text() -> str:
    """A product whose C is cut into many blocks, so that its sequence has many transfers."""
    mapping = Mapping("fused-k", (32, 32, 32), (ROWS, COLUMNS), ports="spread")
    design = gemm_design("product", 1024, 1024, 64, "bfloat16", mapping)
    return print_design(design)


def lower_text() -> str:
    """A core in every place with two buffers for what comes and goes, each through its shim."""
    lines = ["module {", "  aie.device(npu1) {"]
    sequence = []
    for column in range(COLUMNS):
        lines += [f"%s{column} = aie.tile({column}, 0)", f"%m{column} = aie.tile({column}, 1)"]
    for place in range(COLUMNS * 2):
        column, row = place % COLUMNS, 2 + place // COLUMNS
        tile, shim, number = f"c{column}_{row}", f"s{column}", place // COLUMNS
        lines.append(f"%{tile} = aie.tile({column}, {row})")
        for half in range(4):
            lines.append(f"%{tile}b{half} = aie.buffer(%{tile}) : memref<64xi32>")
            lines.append(f"%{tile}f{half} = aie.lock(%{tile}) {{init = 1 : i32}}")
            lines.append(f"%{tile}g{half} = aie.lock(%{tile}) {{init = 0 : i32}}")
        lines.append(f"aie.flow(%{shim}, DMA : {number}, %{tile}, DMA : 0)")
        lines.append(f"aie.flow(%{tile}, DMA : 0, %{shim}, DMA : {number})")
        lines.append(f"%{tile}dma = aie.mem(%{tile}) {{")
        lines += _channel(tile, "S2MM", "f", "g", "mm")
        lines += ["^mm:", *_channel(tile, "MM2S", "g", "f", "end"), "^end:", "aie.end", "}"]
        lines += _core(tile)
        sequence += _transfers(shim, number)
    arguments = "%a: memref<4096xi32>, %b: memref<4096xi32>"
    lines += [f"aie.runtime_sequence({arguments}) {{", *sequence, "}", "}", "}"]
    return "\n".join(lines) + "\n"


def _channel(tile: str, direction: str, takes: str, gives: str, following: str) -> list[str]:
    name = direction.lower()
    lines = [f"%{name} = aie.dma_start({direction}, 0, ^{name}0, ^{following})"]
    for half in range(4):
        lines += [
            f"^{name}{half}:",
            f"aie.use_lock(%{tile}{takes}{half}, AcquireGreaterEqual, 1)",
            f"aie.dma_bd(%{tile}b{half} : memref<64xi32> offset = 0 len = 64)",
            f"aie.use_lock(%{tile}{gives}{half}, Release, 1)",
            f"aie.next_bd ^{name}{(half + 1) % 4}",
        ]
    return lines


def _core(tile: str) -> list[str]:
    """A core beside its DMA, with a loop of additions in a buffer of its own."""
    lines = [f"%{tile}own = aie.buffer(%{tile}) : memref<16xi32>", f"aie.core(%{tile}) {{"]
    bounds = {"zero": 0, "one": 1, "many": 16}
    lines += [f"%{name} = arith.constant {value} : index" for name, value in bounds.items()]
    lines.append("%more = arith.constant 3 : i32")
    for _ in range(LOOPS):
        lines += [
            "scf.for %i = %zero to %many step %one {",
            f"%v = memref.load %{tile}own[%i] : memref<16xi32>",
            "%w = arith.addi %v, %more : i32",
            f"memref.store %w, %{tile}own[%i] : memref<16xi32>",
            "}",
        ]
    return [*lines, "aie.end", "}"]


def _transfers(shim: str, number: int) -> list[str]:
    lines = []
    for name, direction, token in (("b", "S2MM", " {issue_token = true}"), ("a", "MM2S", "")):
        value = f"%{shim}_{number}{name}"
        lines += [
            f"{value} = aiex.dma_configure_task(%{shim}, {direction}, {number}) {{",
            f"aie.dma_bd(%{name} : memref<4096xi32> offset = 0 len = 4096)",
            "aie.end",
            f"}}{token}",
            f"aiex.dma_start_task({value})",
        ]
    return [*lines, f"aiex.dma_await_task(%{shim}_{number}b)"]


def least(repeats: int, work: Callable[[], object]) -> float:
    """Seconds of the processor, the least of some."""
    taken = []
    for _ in range(repeats):
        begun = time.process_time()
        work()
        taken.append(time.process_time() - begun)
    return min(taken)


def operations(module: Operation) -> int:
    """Operations in a module, its own included."""
    return sum(1 for _ in module.walk())


def main() -> None:
    """Prints a line for each text, and what 2,000 operations come to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5)
    repeats = parser.parse_args().repeats
    device = load_device("npu1")
    for name, text in (("object FIFOs", fifo_text()), ("buffers and locks", lower_text())):
        count = operations(parse(text, name).module)
        design = read_design(text, name).design  # imports and caches are there from here on
        parsed = least(repeats, lambda text=text, name=name: parse(text, name))
        read = least(repeats, lambda text=text, name=name: read_design(text, name))
        ran = least(repeats, lambda design=design: simulate_design(design, device))
        print(
            f"{name}: {count:,} operations, {len(text):,} characters; read in {read:.3f} s, of "
            f"which xdsl parses {parsed:.3f} s; simulated in {1000 * ran:.1f} ms"
        )
        print(
            f"  2,000 of them: {2000 * read / count:.3f} s of {READ_S:g} s to read, "
            f"{2_000_000 * ran / count:.1f} of {1000 * SIMULATE_S:g} ms to simulate"
        )


if __name__ == "__main__":
    main()
