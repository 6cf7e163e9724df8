"""Feeds damaged designs to the reader of MLIR-AIE and runs those that are still designs.

    python benchmarks/fuzz_mlir.py --inputs 1000000 --state fuzz.json --processes 2

Each input is one of the designs of tests/designs/mlir with tokens dropped, doubled, swapped, cut
off or replaced, chosen by its number: any input can be made again with --only N. An input must be
refused by an InputError or simulated, every fourth with data, within a time limit; anything else
is a failure, and the numbers of failures are kept. The state file holds how far a run came, so
that it can be stopped (Ctrl-C) and taken up again.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import resource
import signal
import sys
import time
from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from tilescope.designs.mlir.reading import read_design
from tilescope.devices import load_device
from tilescope.errors import DesignError, InputError
from tilescope.simulation.drawing import draw_arrays
from tilescope.simulation.simulate import simulate_design

TEXTS = Path(__file__).parents[1] / "tests" / "designs" / "mlir"
TOKEN = re.compile(r'\s+|//[^\n]*|"[^"\n]*"|[%@^!#]?[\w.$]+|.', re.DOTALL)
ODD = ["0", "-1", "9" * 30, "1 : index", "{", "}", "<", ">", "%", "@x", '"', "\0", "é", "//", "]"]
COSTS = {"*": 10}
LIMIT_SECONDS = 20.0
LIMIT_BYTES = 4 << 30  # of memory, so that an input that asks for more fails by itself
STRETCH = 200  # inputs that a process takes at once


class TooSlowError(Exception):
    """An input took longer than the limit."""


@cache
def load_texts() -> list[list[str]]:
    """The designs as tokens, the sequences of the adder put in."""
    texts = []
    sequences = [TEXTS / name for name in ("tasks.mlir", "older_tasks.mlir")]
    for path in sorted([*TEXTS.glob("*.mlir"), *TEXTS.glob("designs/*.mlir")]):
        text = path.read_text()
        wanted = sequences if "SEQUENCE" in text else sequences[:1]
        texts.extend(
            TOKEN.findall(text.replace("SEQUENCE", sequence.read_text())) for sequence in wanted
        )
    return texts


def damaged(number: int, texts: list[list[str]]) -> str:
    """Input `number`: one of the texts with one to four changes."""
    chance = random.Random(number)
    tokens = list(chance.choice(texts))
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(tokens))
        match chance.randrange(8):
            case 0:
                del tokens[place]
            case 1:
                tokens.insert(place, tokens[place])
            case 2:
                tokens[place] = chance.choice(tokens)
            case 3:
                tokens[place] = chance.choice(ODD)
            case 4:
                other = chance.randrange(len(tokens))
                tokens[place], tokens[other] = tokens[other], tokens[place]
            case 5:
                numbers = [i for i, token in enumerate(tokens) if token.isdigit()]
                if numbers:
                    tokens[chance.choice(numbers)] = str(
                        chance.choice([0, 1, 2, 3, 15, 64, 1 << 31])
                    )
            case 6:
                tokens[place] = chance.choice(chance.choice(texts))
            case 7 if chance.random() < 0.2:
                del tokens[place:]
        if not tokens:
            break
    return "".join(tokens)


def try_one(text: str, device, *, with_data: bool) -> str:
    """How an input ended: refused, stopped (a design that does not fit or cannot finish) or ran."""
    try:
        design = read_design(text, "fuzz.mlir", COSTS).design
    except InputError:
        return "refused"
    try:
        if with_data:
            simulate_design(design, device, draw_arrays(design, 0))
        else:
            simulate_design(design, device)
    except (InputError, DesignError):
        return "stopped"
    return "ran"


@dataclass
class Ends:
    """How the inputs of a stretch ended."""

    first: int
    count: int
    ends: Counter[str] = field(default_factory=Counter)
    failures: list[tuple[int, str]] = field(default_factory=list)
    slowest: tuple[float, int] = (0.0, -1)


def run_stretch(first: int, count: int) -> Ends:
    """Tries some inputs one after the other, in a process of its own or in this one."""
    found = Ends(first, count)
    texts, device = load_texts(), load_device("npu1")

    def too_slow(*_: object) -> None:
        raise TooSlowError

    signal.signal(signal.SIGALRM, too_slow)
    resource.setrlimit(resource.RLIMIT_AS, (LIMIT_BYTES, LIMIT_BYTES))
    for number in range(first, first + count):
        begun = time.perf_counter()
        signal.setitimer(signal.ITIMER_REAL, LIMIT_SECONDS)
        try:
            end = try_one(damaged(number, texts), device, with_data=number % 4 == 0)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # a crash of any kind is what is looked for
            end = "failed"
            found.failures.append((number, f"{type(error).__name__}: {error}"[:200]))
        signal.setitimer(signal.ITIMER_REAL, 0)
        found.ends[end] += 1
        found.slowest = max(found.slowest, (time.perf_counter() - begun, number))
    return found


def stretches(first: int, end: int, processes: int) -> Iterator[Ends]:
    """The ends of all stretches in order; one whose process died is one failure."""
    starts = range(first, end, STRETCH)
    if processes == 1:
        yield from (run_stretch(start, min(STRETCH, end - start)) for start in starts)
        return
    with ProcessPoolExecutor(processes) as pool:
        waiting: deque[tuple[int, int, Future[Ends]]] = deque()
        for start in [*starts, None]:
            if start is not None:
                count = min(STRETCH, end - start)
                waiting.append((start, count, pool.submit(run_stretch, start, count)))
            while waiting and (start is None or len(waiting) > 2 * processes):
                begun, count, future = waiting.popleft()
                try:
                    yield future.result()
                except BrokenProcessPool:
                    said = (
                        f"the process died within {count} inputs; try them one by one with --only"
                    )
                    yield Ends(begun, count, Counter(failed=1), [(begun, said)])
                    return


def main() -> int:
    """Runs the inputs; the exit code is 1 where one of them failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--state", type=Path, help="keeps how far the run came")
    parser.add_argument("--seconds", type=float, help="stop after so long")
    parser.add_argument("--first", type=int, default=0, help="the number to begin with")
    parser.add_argument("--only", type=int, help="make this input and show how it ends")
    parser.add_argument("--processes", type=int, default=1, help="how many work side by side")
    given = parser.parse_args()
    if given.only is not None:
        text = damaged(given.only, load_texts())
        print(text)
        print(try_one(text, load_device("npu1"), with_data=given.only % 4 == 0))
        return 0
    state = {"next": given.first, "seconds": 0.0, "ends": {}, "failures": [], "slowest": [0.0, -1]}
    if given.state and given.state.exists():
        state = json.loads(given.state.read_text())
    ends = Counter(state["ends"])
    started, before = time.perf_counter(), state["seconds"]
    try:
        for found in stretches(state["next"], given.first + given.inputs, given.processes):
            ends.update(found.ends)
            state["ends"] = dict(ends)
            state["failures"] += found.failures
            state["slowest"] = max(state["slowest"], list(found.slowest))
            state["next"] = found.first + found.count
            state["seconds"] = before + time.perf_counter() - started
            for number, said in found.failures:
                print(f"input {number}: {said}", file=sys.stderr)
            if given.state:
                given.state.write_text(json.dumps(state))
            if given.seconds and time.perf_counter() - started > given.seconds:
                break
    except KeyboardInterrupt:
        pass
    done = state["next"] - given.first
    rate = done / state["seconds"] if state["seconds"] else 0
    shares = ", ".join(f"{count:,} {end}" for end, count in sorted(ends.items()))
    slowest, number = state["slowest"]
    print(
        f"{done:,} inputs in {state['seconds']:,.0f} s ({rate:,.0f} a second): {shares}; "
        f"the slowest took {slowest:.2f} s (input {number})"
    )
    return 1 if state["failures"] else 0


if __name__ == "__main__":
    sys.exit(main())
