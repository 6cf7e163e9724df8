"""What every figure of the report is: its unit, how it comes about and where it is from."""

from __future__ import annotations

from dataclasses import dataclass

ENGINE = "the engine, on the device page and runtime page that the case names"
CLOCK = "where it is measured, a clock around the runs on this machine"
PLAIN = "a plain number"


@dataclass(frozen=True)
class Passport:
    """One kind of figure: label, unit, formula and source, in the words of the vocabulary."""

    label: str
    unit: str
    formula: str
    source: str


PASSPORTS: dict[str, Passport] = {
    "npu_us": Passport(
        "NPU time",
        "µs",
        "host + launch + the array's part, over all launches; the median. A simulated one is "
        "deterministic: n = 1. One-time set-up is not in it",
        f"{ENGINE}; {CLOCK}",
    ),
    "predicted_us": Passport(
        "predicted",
        "µs",
        "the time of the same mapping on the simulated NPU, or a part of it",
        ENGINE,
    ),
    "prediction_error": Passport(
        "error of the prediction",
        "%",
        "(predicted - measured) / measured, of the simulated time and the measured median",
        "the two times of its row",
    ),
    "share": Passport(
        "share",
        "%",
        "NPU time / the sum of all cases; below it the term of the time budget that is largest",
        "the NPU times",
    ),
    "interval_us": Passport(
        "interval",
        "µs",
        "from p / (1 + e) to p / (1 - e), p the simulated time, e the error that the stated share "
        "of published measurements of the kind stayed within",
        "the ledger of published measurements, docs/accuracy.md",
    ),
    "baseline_us": Passport(
        "PyTorch time",
        "µs",
        "median of the samples, each one call on this machine's CPU after warming up",
        "a clock around the call; every sample is in the run file",
    ),
    "crossover": Passport(
        "crossover",
        "rows",
        "from where NPU time < PyTorch time, between two points, time over rows as a power; the "
        "band is a 95 % bootstrap of PyTorch's runs, with the NPU's interval where it has one",
        "the times of the cases",
    ),
    "speedup": Passport(
        "speedup",
        "×",
        "PyTorch's time / NPU time, medians. Above 1 the NPU is faster",
        "the two times of its row",
    ),
    "npu_gflops": Passport(
        "rate",
        "10⁹ operations/s",
        "2 · M · N · K / NPU time; padding is no work",
        "the shape and the NPU time",
    ),
    "max_rel_error": Passport(
        "relative error",
        PLAIN,
        "max |output - reference| / max |reference|; the reference is PyTorch's output, float64 "
        "where there is none, the kernel's contract where PyTorch has no such type",
        "the NPU's output, computed by the kernels built for this machine; where its time is "
        "measured, by the NPU",
    ),
    "bound_us": Passport(
        "bound",
        "µs",
        "the least time that any execution of the mapping needs: its launches and the largest "
        "limit of the array; by the larger part",
        "the run file: each resource's limit with its arithmetic",
    ),
    "gap_us": Passport(
        "gap", "µs", "NPU time - bound: what waiting and order cost", "the run file"
    ),
    "launches": Passport(
        "launches", PLAIN, "submissions to the NPU, of all designs of the case", "the launch plan"
    ),
    "core_calls": Passport(
        "core calls", PLAIN, "kernel invocations on single cores, over all launches", ENGINE
    ),
    "device_us": Passport(
        "the array's part",
        "µs",
        "first controller instruction to last token, summed over the launches",
        ENGINE,
    ),
    "setup_us": Passport(
        "set-up",
        "µs",
        "paid once for each design, in no other time",
        f"the runtime page; {CLOCK}",
    ),
    "budget": Passport(
        "time budget",
        "µs and %",
        "the path back from the end, each interval with one cause; the terms of a case sum to its "
        "NPU time, and percentages are rounded so that they close to 100",
        f"{ENGINE}; {CLOCK}",
    ),
    "roof": Passport(
        "attainable rate",
        "10⁹ operations/s",
        "W / (L + max(l + W / P, l + W / (I · B))) over all resources: W operations a launch, L "
        "µs a launch outside the array, l a resource's lead before and after its work, P its "
        "operations/s, I operations a byte of DDR, B its bytes/s",
        "the bound's limits in the run file; L, l, P and B follow from them",
    ),
    "intensity": Passport(
        "intensity",
        "operations/byte",
        "2 · M · N · K / bytes that the case moves to and from DDR; where the run does not say "
        "them, the bytes of A, B and C once",
        "the run file",
    ),
    "work": Passport(
        "work a launch", "operations", "2 · M · N · K / launches of the case", "the run file"
    ),
    "busy": Passport(
        "busy",
        "% of elapsed",
        "time in calls, transfers, their set-up, overhead or instructions / elapsed; busy + "
        "waiting + idle = elapsed, on every resource",
        ENGINE,
    ),
    "waiting": Passport(
        "waiting",
        "% of elapsed",
        "time from wanting to go on until it could, by what was missing / elapsed",
        ENGINE,
    ),
    "idle": Passport("idle", "% of elapsed", "elapsed - busy - waiting", ENGINE),
    "done_us": Passport(
        "complete after",
        "µs",
        "when a tile's last byte left its core, from the launch's first step; under per-tile, "
        "when the last launch of its block ended, from the call",
        ENGINE,
    ),
    "tile_error": Passport(
        "error of a tile",
        PLAIN,
        "max |output - reference| in the tile / max |reference| in all of C; the largest tile's "
        "is the relative error of the case",
        "the NPU's output, computed by the kernels built for this machine; where its time is "
        "measured, by the NPU",
    ),
    "held": Passport(
        "memory held",
        "bytes",
        "sum over buffers from the first transfer into them until they are released; the limit "
        "is what the tile has, less what is set apart for the stack",
        ENGINE,
    ),
    "span": Passport(
        "span", "µs", "from when to when a resource did one thing in one launch", ENGINE
    ),
    "memory": Passport(
        "memory",
        "bytes",
        "the most that held data at one time; beside it what the design reserves, what there is, "
        "and the headroom, what there is less what is reserved",
        "the timeline of the launch and the device page",
    ),
    "traffic": Passport(
        "traffic",
        "bytes",
        "bytes that left and entered a level over the case; reuse is bytes taken by consumers / "
        "bytes that came in",
        "the timeline of the launch and its count",
    ),
    "energy": Passport(
        "energy",
        "µJ",
        "measured: the sensor's energy less its idle share. Band: published power × time; it is "
        "no measurement",
        "the sensor or publication that the row names",
    ),
    "samples": Passport(
        "PyTorch's samples",
        "µs",
        "statistics of every timed call; outliers are counted and kept",
        "a clock around each call on this machine",
    ),
    "cache": Passport(
        "cache",
        "accesses and misses of one call",
        "measured by hardware counters, or simulated by a model of the machine's caches",
        "the program that the figure names",
    ),
    "error": Passport(
        "numerical error",
        "units of the output",
        "of output - reference, over all of C; signal to noise is 10 · log10(Σ reference² / "
        "Σ (output - reference)²); a unit in the last place is that of the output's type",
        "the NPU's output, computed by the kernels built for this machine; where its time is "
        "measured, by the NPU",
    ),
    "case": Passport(
        "the case",
        "as stated",
        "what was asked for and how it was laid out; what a note says of times elsewhere has its "
        "source in docs/boundaries.md",
        "the run file",
    ),
    "trust": Passport(
        "trust",
        "as stated",
        "what is known of the error: simulated against hardware, the widest interval of the cases; "
        "of PyTorch's medians half their 95 % intervals over the medians, the spread of the runs "
        "as standard deviation over mean",
        "the ledger of published measurements, the samples, and the notes of the run file",
    ),
    "beside": Passport(
        "beside time",
        "as stated",
        "memory and traffic summed over the cases, peaks the largest of them; energy and caches "
        "where there are any",
        "the run file; the sections below have each case's",
    ),
    "provenance": Passport(
        "conditions",
        "as stated",
        "what the system, Python and the repository said when the run began; load and clock are "
        "those of that moment",
        "the run file",
    ),
    "changed": Passport(
        "what-if",
        "as stated in its row",
        "a value that stood in place of the device's or the runtime's own",
        "--set of the command; the nominal value has its source on the device or runtime page",
    ),
    "advice": Passport(
        "advice",
        "µs",
        "time as it is less the time of the same cases with the one change made, both simulated",
        ENGINE,
    ),
}

PREDICTIONS = ("predicted_us", "prediction_error")
"""Those that only a run has in which something was measured, and so predicted."""
