"""Options of how PyTorch is timed, which the verbs that profile share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from tilescope.profiling.beside import SamplingRequest

WarmUpOption = Annotated[
    int | None,
    typer.Option(
        "--warmup", metavar="N", help="Untimed calls before them; until 50 ms if not given."
    ),
]
MinTimeOption = Annotated[
    float | None,
    typer.Option("--min-time", metavar="S", help="Time PyTorch for so many seconds at least."),
]
MaxNoiseOption = Annotated[
    float | None,
    typer.Option(
        "--max-noise",
        metavar="PERCENT",
        help="Time PyTorch until its median is known to ± so many percent.",
    ),
]
StopWhenOption = Annotated[
    list[str] | None,
    typer.Option(
        "--stop-when", metavar="RULE:VALUE", help="Any stopping rule that is installed; repeatable."
    ),
]
MaxTimeOption = Annotated[
    float, typer.Option("--max-time", metavar="S", help="When such rules give up, for each case.")
]
ColdOption = Annotated[
    bool, typer.Option("--cold", help="Time PyTorch with flushed caches, too, as its own figure.")
]
IdleOption = Annotated[
    float | None,
    typer.Option(
        "--idle",
        metavar="S",
        help="Time PyTorch after pauses of S seconds, too, as its own figure.",
    ),
]
StrictOption = Annotated[
    bool,
    typer.Option("--strict", help="Refuse a machine whose measured times cannot be trusted."),
]
CacheOption = Annotated[
    str | None,
    typer.Option(
        "--cache",
        metavar="NAME",
        help="Count PyTorch's use of caches: perf, or cachegrind, a slow simulator of them.",
    ),
]


def sampling_request(
    min_time: float | None,
    max_noise: float | None,
    stop_when: list[str] | None,
    max_time: float,
    *,
    cold: bool,
    idle: float | None,
    strict: bool = False,
    cache: str | None = None,
    warm_up: int | None = None,
) -> SamplingRequest:
    """What the options ask for.

    Raises:
        InputError: a stopping rule that is no RULE:VALUE.
    """
    from tilescope.profiling.beside import SamplingRequest
    from tilescope.profiling.stopping import parse_rule

    given = (("min-time", min_time), ("max-noise", max_noise))
    rules = [(name, value) for name, value in given if value is not None]
    rules += [parse_rule(text) for text in stop_when or []]
    return SamplingRequest(tuple(rules), max_time, cold, idle, strict, cache, warm_up)
