"""How times were measured and what is wrong with them: what, what follows, and the flag to try."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tilescope.quantities.units import format_us, significant
from tilescope.runs.figures import SampledStatistics
from tilescope.runs.models import Case, Run

NOISY_VARIATION = 0.10
MANY_OUTLIERS = 0.10
MOST_OVERHEAD_US = 1.0
GAVE_UP = "gave up"


@dataclass(frozen=True)
class _Timed:
    """Whose times they are, with a word for how, and the cases that have them."""

    name: str
    whose: str
    on: str
    cases: Sequence[tuple[Case, SampledStatistics]]

    @property
    def times(self) -> list[SampledStatistics]:
        """The samples of each case."""
        return [time for _, time in self.cases]


def measured_sentences(run: Run) -> list[str]:
    """What a reader must know of measured times, the NPU's and PyTorch's; nothing without any."""
    told = []
    for timed in (_npu(run), _torch(run)):
        if timed.cases:
            told += [_how(timed), _noise(timed), *_steps(timed), _outliers(timed)]
            told += [*_given_up(timed), _overhead(timed)]
    return [sentence for sentence in dict.fromkeys(told) if sentence]


def _npu(run: Run) -> _Timed:
    cases = [
        (case, time)
        for case in run.cases
        if isinstance(time := case.npu_us, SampledStatistics) and time.kind == "measured"
    ]
    places = ", ".join(dict.fromkeys(f"{case.device} under {case.runtime}" for case, _ in cases))
    return _Timed("The NPU", "The NPU's", f" ({places})", cases)


def _torch(run: Run) -> _Timed:
    cases = [(case, time) for case in run.cases if (time := case.baseline_us)]
    return _Timed(f"PyTorch {run.provenance.torch or ''}", "PyTorch's", _threads(run), cases)


def _threads(run: Run) -> str:
    threads = run.provenance.torch_threads
    return f", {threads} thread{'' if threads == 1 else 's'}" if threads else ""


def _how(timed: _Timed) -> str:
    """Runs and threads, how well the medians are known, and what timing them takes."""
    times = timed.times
    counts = sorted({time.n for time in times})
    runs = f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    told = f"{timed.name} is measured on this machine: median of {runs} runs{timed.on}"
    half_widths = [
        (interval.high - interval.low) / 2 / time.median
        for time in times
        if (interval := time.median_interval) and time.median
    ]
    if len(half_widths) == len(times):
        told += f", 95 % interval ± {significant(max(half_widths) * 100)} % at most"
    overheads = [time.overhead_us for time in times if time.overhead_us is not None]
    if len(overheads) == len(times):
        told += f"; timing adds {format_us(max(overheads))} a run"
    return told


def _noise(timed: _Timed) -> str | None:
    noisy = [
        f"{case.name} {100 * time.std / time.mean:.0f} %"
        for case, time in timed.cases
        if time.std > NOISY_VARIATION * time.mean
    ]
    if not noisy:
        return None
    return (
        f"{timed.whose} times spread by more than 10 % (standard deviation over mean): "
        f"{', '.join(noisy)}; smaller differences mean nothing; --max-noise 2 takes more runs"
    )


def _steps(timed: _Timed) -> list[str]:
    """Staircases, the first step of each case."""
    stairs = []
    for case, time in timed.cases:
        if time.steps:
            step, more = time.steps[0], len(time.steps) - 1
            stairs.append(
                f"{case.name} from {format_us(step.before_us)} to {format_us(step.after_us)} after "
                f"run {step.after} of {time.n}" + (f" and {more} more" if more else "")
            )
    if not stairs:
        return []
    return [
        f"{timed.whose} times come in steps: {', '.join(stairs)}; a clock or another program's "
        "load changed, so that one median stands for several speeds; --min-time 5 spans more of "
        "them"
    ]


def _outliers(timed: _Timed) -> str | None:
    many = [
        f"{case.name} {time.outliers} of {time.n}"
        for case, time in timed.cases
        if time.outliers is not None and time.outliers > MANY_OUTLIERS * time.n
    ]
    if not many:
        return None
    return (
        f"Many runs are outliers, which are counted and kept: {', '.join(many)}; trust medians, "
        "not means; `tilescope doctor` looks for what disturbs"
    )


def _given_up(timed: _Timed) -> list[str]:
    return [
        f"{timed.whose} times of {case.name} never settled ({time.stopped}); raise --max-time, or "
        "let other work finish"
        for case, time in timed.cases
        if time.stopped and time.stopped.startswith(GAVE_UP)
    ]


def _overhead(timed: _Timed) -> str | None:
    slow = [time.overhead_us for time in timed.times if (time.overhead_us or 0) > MOST_OVERHEAD_US]
    if not slow:
        return None
    return (
        "Timing a run takes more than 1 µs here, which short runs contain; profile larger products"
    )
