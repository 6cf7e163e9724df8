"""The first screen: how long, what bounds it, where the waiting is, how far to trust it.

Times are medians. Everything is read from the run; a figure that the run lacks is absent or '-'.
"""

from __future__ import annotations

import re
import textwrap

from tilescope.profiling.interruptions import BUSY
from tilescope.quantities.units import (
    format_count,
    format_error,
    format_percent,
    format_us,
    significant,
)
from tilescope.reports.advice import advice_block
from tilescope.reports.beside_time import beside_time
from tilescope.reports.bounds import bound_sentence, bound_table
from tilescope.reports.budget import closing_percentages, largest_term, meaning, short, summed
from tilescope.reports.case_table import case_table
from tilescope.reports.intervals import within
from tilescope.reports.measuring import measured_sentences
from tilescope.reports.paint import PLAIN, Paint
from tilescope.reports.predicted import predicted_block
from tilescope.reports.subjects import subject
from tilescope.reports.tables import LEAST_ROOM
from tilescope.reports.whatif import changes_line
from tilescope.reports.wrapping import wrap
from tilescope.runs.models import Case, MappingChoice, Run

BAR_WIDTH, NAME_WIDTH = 10, 9
WORTH_TELLING = 2.0  # how many times as fast a change must be to be told at the top
UNITS = "ns|µs|ms|s|runs|threads|%|B|KiB|MiB|GiB|GB/s"
NO_BREAK = "\u00a0"


def screen(run: Run, *, width: int = 80, paint: Paint = PLAIN) -> str:
    """The whole screen, no line wider than `width` where names and shapes allow it."""
    if not run.cases:
        return "No case was finished.\n"
    told = screen_parts(run, width=width, paint=paint)
    return "\n\n".join("\n".join(block) for block in told) + "\n"


def screen_parts(run: Run, *, width: int = 80, paint: Paint = PLAIN) -> list[list[str]]:
    """The parts of the screen of a run with cases, each but the table under its first line."""
    blocks = [
        _title(run, width, paint),
        _how_long(run, width, paint),
        *([block] if (block := predicted_block(run.cases, width, paint)) else []),
        *([] if _measured(run) else [_bounds(run, width, paint)]),
        _waiting(run, width, paint),
        _trust(run, width, paint),
        case_table(run.cases, width=width, paint=paint),
    ]
    if also := beside_time(run):
        blocks.append([paint("Beside time", "strong"), *_wrapped(also, width)])
    if advice := advice_block(run, width, paint):
        blocks.append(advice)
    return blocks


def _title(run: Run, width: int, paint: Paint) -> list[str]:
    case = run.cases[0]
    title = f"{subject(run.cases)} on {case.device} ({case.npu_us.kind}), runtime {case.runtime}"
    what_if = wrap(changes_line(run.changed), width, hanging="  ") if run.changed else []
    return [
        *(paint(line, "strong") for line in wrap(title, width, hanging="  ")),
        *(paint(line, "warn") for line in what_if),
        *_mappings(run, width),
        *_padding(run.cases, width),
    ]


def _mappings(run: Run, width: int) -> list[str]:
    """Who chose the mappings, what they share, and what is each case's own beside its name."""
    cases, searched = run.cases, run.chosen_by == "search"
    by_columns = any(case.mapping.b_layout == "column" for case in cases)
    arithmetic = [_arithmetic(case) for case in cases]
    layout = [_layout(case.mapping, tell_b=searched or by_columns) for case in cases]
    shared = [
        [word for word in said[0] if all(word in one for one in said)]
        for said in (arithmetic, layout)
    ]
    named: dict[str, list[str]] = {}
    for case, *said in zip(cases, arithmetic, layout, strict=True):
        own = [
            word
            for part, common in zip(said, shared, strict=True)
            for word in part
            if word not in common
        ]
        named.setdefault(", ".join([*own, _tiling(case.mapping)]), []).append(case.name)
    lines = []
    if searched:
        each = "the product" if len(cases) == 1 else "each product"
        told = f"{each} under the mapping that a search found for it"
        told += ", with nothing staged in mem tiles" if _measured(run) else ""
        lines += wrap(told, width, hanging="  ")
    lines += wrap("; ".join(", ".join(part) for part in shared if part), width, hanging="  ")
    for line, names in named.items():
        whose = f"{', '.join(names)}: " if len(named) > 1 else ""
        lines += wrap(f"{whose}{line}", width, hanging="  ")
    return lines


def _arithmetic(case: Case) -> list[str]:
    return [dtypes(case), f"{case.mapping.kernel} kernel", *_ways(case.mapping)]


def _layout(mapping: MappingChoice, *, tell_b: bool) -> list[str]:
    told = [mapping.family, f"ports {mapping.ports}"]
    if tell_b:
        told.append("B by columns" if mapping.b_layout == "column" else "B by rows")
    if mapping.k_mt:
        told.append(f"mem tiles stage {mapping.k_mt} of K")
    return told


def _ways(mapping: MappingChoice) -> list[str]:
    """What is to be said of a kernel beside its kind: its emulation, another compiler than ours."""
    said = [mapping.emulation, mapping.toolchain if mapping.toolchain != "peano" else None]
    return [text for text in said if text]


def dtypes(case: Case) -> str:
    """The dtype of the inputs, and of C where it is another one."""
    c_dtype = case.mapping.c_dtype
    return case.dtype if c_dtype in (None, case.dtype) else f"{case.dtype} → {c_dtype}"


def _padding(cases: tuple[Case, ...], width: int) -> list[str]:
    """One line for the cases that do not divide into blocks, with what that costs."""
    told = []
    for case in cases:
        if padded := case.padded:
            work = case.shape.m * case.shape.n * case.shape.k
            times = padded.m * padded.n * padded.k / work
            cost = f"{times * 100:.1f} % of" if times < 2 else f"{significant(times)} times"
            told.append(f"{case.name} to {padded.m}×{padded.n}×{padded.k}, {cost} the work")
    return wrap(f"padded: {'; '.join(told)}", width, hanging="  ") if told else []


def _tiling(mapping: MappingChoice) -> str:
    tile, block = mapping.core_tile, mapping.block
    return (
        f"block {block.m}×{block.n}×{block.k} on {mapping.grid.rows}×{mapping.grid.cols} cores, "
        f"core tile {tile.m}×{tile.n}×{tile.k} (m×n×k)"
    )


def _how_long(run: Run, width: int, paint: Paint) -> list[str]:
    return [paint("How long", "strong"), *_wrapped(how_long(run), width)]


def how_long(run: Run) -> list[str]:
    """What the cases take together, in sentences."""
    cases = run.cases
    npu_us = sum(case.npu_us.median for case in cases)
    count = "1 case" if len(cases) == 1 else f"{len(cases)} cases"
    npu = "simulated NPU" if cases[0].npu_us.kind == "simulated" else "NPU"
    lines = [f"{format_us(npu_us)} on the {npu} for {count}"]
    if (interval := within(cases)) is not None:
        lines = [f"{format_us(npu_us)} (simulated, {interval}) on the NPU for {count}"]
    torch_us = [case.baseline_us.median for case in cases if case.baseline_us]
    if len(torch_us) == len(cases) and npu_us > 0:
        total_us = sum(torch_us)
        busy = any(note.startswith(BUSY) for case in cases for note in case.notes)
        lines[0] += (
            f"; PyTorch takes {format_us(total_us)}{' on a busy machine' if busy else ''}: "
            f"speedup {significant(total_us / npu_us)}×"
        )
    known_us = [case.device_us for case in cases if case.device_us is not None]
    launches = sum(case.launches for case in cases)
    setup_us = max(case.setup_us for case in cases)
    works = "The work is done"
    if len(known_us) == len(cases):
        works = f"The array works {format_us(sum(known_us))} of that,"
    lines.append(
        f"{works} in {format_count(launches)} launch{'' if launches == 1 else 'es'}"
        + (f"; one-time set-up, {format_us(setup_us)} a case, is not included" if setup_us else "")
    )
    left_us = npu_us - max((advice.gain_us for advice in run.advice[:1]), default=0.0)
    if 0 < WORTH_TELLING * left_us <= npu_us:
        lines.append(
            f"One change, told below, is predicted to make it {format_us(left_us)}, "
            f"{significant(npu_us / left_us)} times as fast"
        )
    return lines


def _measured(run: Run) -> bool:
    """Whether every time of the NPU is a clock's, which does not tell what bounds it."""
    return all(case.npu_us.kind == "measured" for case in run.cases)


def _bounds(run: Run, width: int, paint: Paint) -> list[str]:
    """What no execution of these mappings could beat, and the gap above it."""
    cases, head = run.cases, paint("What bounds it", "strong")
    if len(cases) == 1 and (sentence := bound_sentence(cases[0])):
        return [head, *_wrapped([sentence], width)]
    if any(case.bound for case in cases):
        return [head, *(f"  {line}" for line in bound_table(cases, paint, width=width - 2))]
    top = largest_term(cases)
    if top is None:
        return [head, "  -"]
    totals = summed(cases)
    share = format_percent(totals[top] / sum(totals.values()))
    return [head, *_wrapped([f"{short(top)}: {meaning(top)}, {share} of the time"], width)]


def _waiting(run: Run, width: int, paint: Paint) -> list[str]:
    totals = summed(run.cases)
    if not totals:
        return [paint("Where the waiting is", "strong"), "  -"]
    top = largest_term(run.cases)
    shares = dict(zip(totals, closing_percentages(list(totals.values())), strict=True))
    whole_us = sum(totals.values())
    head, whole = "Where the waiting is", f"({_path(run)}, 100 % = {format_us(whole_us)})"
    lines = [paint(head, "strong"), f"  {whole}"]
    if len(f"{head} {whole}") <= width:
        lines = [f"{paint(head, 'strong')} {whole}"]
    names = max(NAME_WIDTH, *(len(short(term)) for term in totals))
    bar_width = BAR_WIDTH - (names - NAME_WIDTH)
    for term in sorted(totals, key=lambda name: -totals[name]):
        bar = "█" * max(round(totals[term] / whole_us * bar_width), 0)
        text = f"  {short(term):<{names}} {shares[term]:>5} % {format_us(totals[term]):>8}  "
        row = paint(text, "warn" if term == top else None)
        if width - len(text) - bar_width - 1 < LEAST_ROOM:
            lines += [(row + bar).rstrip(), *wrap(meaning(term), width, "    ", "    ")]
        else:
            lines.append(row + f"{bar:<{bar_width}} {meaning(term)}".rstrip())
    return lines


def _path(run: Run) -> str:
    """Along what a budget was taken: a clock beside the device sees no path through it."""
    return "of the median runs" if _measured(run) else "critical path"


def _trust(run: Run, width: int, paint: Paint) -> list[str]:
    return [paint("How far to trust it", "strong"), *_wrapped(trust(run), width)]


def trust(run: Run) -> list[str]:
    """Where the figures come from and what is not known of them, in sentences."""
    cases, lines = run.cases, []
    if all(case.npu_us.kind == "simulated" for case in cases):
        devices = ", ".join(sorted({f"{case.device} under {case.runtime}" for case in cases}))
        lines.append(f"NPU times are simulated ({devices}), deterministic: n = 1, ± 0.000")
    simulated = [case for case in cases if case.npu_us.kind == "simulated"]
    if simulated and not any(case.interval_us for case in cases):
        lines.append("No error interval: how far hardware would differ is not known")
    lines.extend(dict.fromkeys(note for case in cases for note in case.notes))
    lines.append(_accuracy(cases))
    lines += measured_sentences(run)
    missing = dict.fromkeys(case.baseline_missing for case in cases if case.baseline_missing)
    lines += [f"No PyTorch figure: {reason}" for reason in missing]
    if not run.complete:
        lines.append("Interrupted: only the cases that were finished are shown")
    return lines


def _accuracy(cases: tuple[Case, ...]) -> str:
    errors = [case.max_rel_error for case in cases if case.max_rel_error is not None]
    if not errors:
        return "Only the time was asked for: no data was moved and no output checked"
    against = {
        "pytorch": "PyTorch's output",
        "float64": "float64",
        "contract": "the kernels' contracts",
    }
    names = sorted({against[case.reference] for case in cases if case.reference})
    return (
        "Every output is within its kernel's contract; relative error at most "
        f"{format_error(max(errors))} against {' and '.join(names)}"
    )


def _wrapped(sentences: list[str], width: int) -> list[str]:
    """Sentences as indented lines; a number stays with its unit."""
    lines = []
    for sentence in sentences:
        lines += textwrap.wrap(
            re.sub(
                rf"(?:± )?\d (?:{UNITS})(?!\w)|± (?=\d)",
                lambda found: found[0].replace(" ", NO_BREAK),
                sentence,
            ),
            width,
            initial_indent="  ",
            subsequent_indent="    ",
            break_long_words=False,
        )
    return [line.replace(NO_BREAK, " ") for line in lines]
