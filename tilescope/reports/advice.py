"""Advice on a screen: what dominates, what to change, what that gains, what to type."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Sequence

from tilescope.quantities.units import format_percent, format_us, significant
from tilescope.reports.budget import short
from tilescope.reports.paint import PLAIN, Paint
from tilescope.reports.wrapping import wrap
from tilescope.runs.limits import Advice
from tilescope.runs.models import Case, Run

INDENT = " " * 4
NO_BREAK = "\u00a0"
_NUMBER = re.compile(r"(\d) (ns|µs|ms|s|%)(?!\w)")
_OPTION = re.compile(r"(--\S+) (?!--)")


def advice_block(run: Run, width: int, paint: Paint = PLAIN) -> list[str]:
    """What to type next and the predicted gain of it, under a head; empty without advice."""
    if not run.advice:
        return []
    lines = [paint("Next", "strong")]
    whole_us = math.fsum(case.npu_us.median for case in run.cases)
    for advice in run.advice:
        sentence = _NUMBER.sub(rf"\1{NO_BREAK}\2", advice_sentence(advice, whole_us))
        told = wrap(sentence, width, indent="  ", hanging=INDENT)
        lines += [line.replace(NO_BREAK, " ") for line in told]
        lines += command_lines(advice.command, width)
    return lines


def advice_sentence(advice: Advice, whole_us: float) -> str:
    """One sentence without its full stop; `whole_us` is the time of the cases it is for."""
    left_us = whole_us - advice.gain_us
    text = (
        f"{short(advice.dominant)} dominates; {advice.text}: {format_us(left_us)} predicted in "
        f"place of {format_us(whole_us)}, {format_us(advice.gain_us)} "
        f"({format_percent(advice.gain_us / whole_us)}) less"
    )
    if left_us > 0 and whole_us >= 1.5 * left_us:
        text += f", {significant(whole_us / left_us)} times as fast"
    interval = advice.gain_interval_us
    if interval is None:
        return f"{text}; no interval is known for the gain"
    return (
        f"{text}; on hardware {format_us(interval.low)} to {format_us(interval.high)} less "
        f"({100 * interval.confidence:.0f} %)"
    )


def search_lines(cases: Sequence[Case], command: str, width: int) -> list[str]:
    """How to search every mapping, with what none can beat; none where no case has a bound."""
    least = [case.bound.workload_us for case in cases if case.bound is not None]
    if len(least) < len(cases) or not all(least):
        return []
    least_us = math.fsum(us for us in least if us is not None)
    each = "" if len(cases) == 1 else " case by case"
    told = (
        "Every legal mapping; none that calls this kernel takes less than "
        f"{format_us(least_us)}{each}:"
    )
    return [*wrap(told, width, indent="  ", hanging=INDENT), *command_lines(command, width)]


def command_lines(command: str, width: int) -> list[str]:
    """A command to paste, continued with backslashes where it is wider than the screen."""
    glued = _OPTION.sub(rf"\1{NO_BREAK}", command)  # an option stays with its value
    lines = textwrap.wrap(
        glued,
        width - 2,
        initial_indent=INDENT,
        subsequent_indent=INDENT * 2,
        break_long_words=False,
        break_on_hyphens=False,
    )
    broken = [*(f"{line} \\" for line in lines[:-1]), lines[-1]]
    return [line.replace(NO_BREAK, " ") for line in broken]
