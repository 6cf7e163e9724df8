"""What a search found: the best, how near the bound it is, and why the others lose."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from tilescope.quantities.units import (
    format_bytes,
    format_count,
    format_error,
    format_us,
    significant,
)
from tilescope.reports.advice import command_lines
from tilescope.reports.budget import SHORT
from tilescope.reports.intervals import within
from tilescope.reports.paint import PLAIN, Paint
from tilescope.reports.screen import dtypes
from tilescope.reports.tables import Column, beside, table
from tilescope.reports.whatif import changes_line
from tilescope.reports.wrapping import wrap
from tilescope.runs.models import MappingChoice
from tilescope.search.results import Candidate, Fusion, SearchedProduct, SearchRun

OBJECTIVES = {
    "latency": "latency: what the caller of one product waits for",
    "throughput": "throughput: the array's time alone, the next launch being ready",
}


def search_screen(run: SearchRun, *, width: int = 80, paint: Paint = PLAIN) -> str:
    """The whole screen, no line wider than `width` where names and commands allow it."""
    blocks = [_title(run, width, paint)]
    if len(run.products) == 1:
        product = run.products[0]
        blocks += [
            _best(run, product, width, paint),
            _space(run, width, paint),
            _choices(run, product, width, paint),
            _runners_up(run, product, width, paint),
            _front(run, product, width, paint),
        ]
    else:
        blocks += [_together(run, width, paint), _space(run, width, paint)]
        blocks += [_mappings(run.products, width, paint)]
    blocks.append(_trust(run, width, paint))
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _title(run: SearchRun, width: int, paint: Paint) -> list[str]:
    first = run.candidates[0]
    subject = run.workload
    if len(run.products) == 1:
        subject = f"{first.name} ({_shape(first)})"
    title = f"Search for {subject} on {run.device} (simulated), runtime {run.runtime}"
    told = f"{dtypes(first)}; {OBJECTIVES.get(run.objective, run.objective)}"
    lines = [*_styled(wrap(title, width), paint), *wrap(told, width, hanging="  ")]
    if run.changed:
        lines += wrap(changes_line(run.changed), width, hanging="  ")
    return lines


def _best(run: SearchRun, product: SearchedProduct, width: int, paint: Paint) -> list[str]:
    best = product.best
    time = (
        f"{format_us(run.best_us)}{_interval(run)}, {significant(product.times_bound)} times the "
        f"{format_us(product.bound_us)} that no mapping can beat"
    )
    if product.per_tile_us:
        ratio = significant(product.per_tile_us / run.best_us)
        time += f"; per-tile takes {format_us(product.per_tile_us)}, {ratio} times as long"
    exact = (
        f"Error {format_error(best.expected_error)} of C's largest magnitude ({best.error_basis}); "
        f"{_moved(best)} moved between DDR and the array, {_launches(best)}"
    )
    lines = [paint("Best", "strong")]
    for text in (time, mapping_words(best.mapping), exact, _verified(product)):
        lines += wrap(text, width, indent="  ", hanging="    ")
    return [*lines, "  Run it:", *command_lines(product.command, width)]


def mapping_words(mapping: MappingChoice) -> str:
    """A mapping in one line."""
    tile, grid = mapping.core_tile, mapping.grid
    said = [
        f"{mapping.family}, core tile {tile.m}×{tile.n}×{tile.k} (m×n×k) on "
        f"{grid.rows}×{grid.cols} cores",
        f"ports {mapping.ports}",
    ]
    if mapping.k_mt:
        said.append(f"{mapping.k_mt} of K staged")
    if mapping.b_layout == "column":
        said.append("B by columns")
    if mapping.c_depth:
        said.append(f"C buffered {'once' if mapping.c_depth == 1 else 'twice'}")
    if mapping.kernel != "vector":
        said.append(f"{mapping.kernel} kernel")
    if mapping.emulation:
        said.append(mapping.emulation)
    return ", ".join(said)


def _verified(product: SearchedProduct) -> str:
    cycles = " and ".join(f"{count:,.0f}" for count in product.verified.cycles)
    return f"Verified: {_ran(product)}; printed as MLIR-AIE and read back, the same {cycles} cycles"


def _ran(product: SearchedProduct) -> str:
    verified = product.verified
    if verified.correct:
        return "run with data and correct"
    return f"not run with data: {verified.missing}"


def _space(run: SearchRun, width: int, paint: Paint) -> list[str]:
    reasons: dict[str, int] = {}
    for product in run.products:
        for reason, count in product.pruned.items():
            reasons[reason] = reasons.get(reason, 0) + count
    told = ", ".join(
        f"{reason} {format_count(count)}"
        for reason, count in sorted(reasons.items(), key=lambda one: (-one[1], one[0]))
    )
    text = (
        f"{format_count(run.considered)} mappings considered, {format_count(run.pruned)} left out "
        f"({told}), {format_count(run.simulated)} simulated"
    )
    return [paint("Space", "strong"), *wrap(text, width, indent="  ", hanging="    ")]


def _choices(run: SearchRun, product: SearchedProduct, width: int, paint: Paint) -> list[str]:
    if not product.alternatives:
        return []
    head = "What each choice is worth: the fastest that makes it otherwise"
    labels = Column("choice", [one.choice for one in product.alternatives], left=True)
    cases = [one.candidate for one in product.alternatives]
    rows = _rows(run, cases, width, labels, best_us=run.best_us)
    return [*_styled(wrap(head, width), paint), *rows]


def _runners_up(run: SearchRun, product: SearchedProduct, width: int, paint: Paint) -> list[str]:
    ranked = [one for one in product.candidates if one.rank is not None]
    if len(ranked) < 2:
        return []
    head = f"The fastest {len(ranked)}, and why the others are not the best"
    return [*_styled(wrap(head, width), paint), *_rows(run, ranked, width)]


def _front(run: SearchRun, product: SearchedProduct, width: int, paint: Paint) -> list[str]:
    front = [one for one in product.candidates if one.on_front]
    if len(front) < 2:
        return []
    head = "Beaten by none in time, error and data moved"
    return [*_styled(wrap(head, width), paint), *_rows(run, front, width)]


def _rows(
    run: SearchRun,
    cases: Sequence[Candidate],
    width: int,
    labels: Column | None = None,
    best_us: float | None = None,
) -> list[str]:
    """A row for each case, by rank or by label; the best's time is the first's if not given."""
    least_us = _us(run, cases[0]) if best_us is None else best_us
    columns = [
        labels or Column("#", [str(case.rank or "-") for case in cases]),
        Column("time", [_time(_us(run, case), least_us) for case in cases]),
        Column("error", [format_error(case.expected_error) for case in cases]),
        Column("moved", [_moved(case) for case in cases]),
    ]
    told = [_spoken(one.why) or mapping_words(one.mapping) for one in cases]
    return beside(table(columns), told, width)


def _spoken(why: str) -> str:
    """A reason with its budget terms named as a profile's screen names them."""
    return re.sub("|".join(SHORT), lambda term: SHORT[term[0]], why)


def _together(run: SearchRun, width: int, paint: Paint) -> list[str]:
    text = (
        f"{format_us(run.best_us)}{_interval(run)} together, "
        f"{significant(run.best_us / run.bound_us)} times the {format_us(run.bound_us)} that no "
        "mapping can beat"
    )
    alone = [one for one in run.products if one.name not in {f.name for f in run.fusions}]
    per_tile = [one.per_tile_us for one in alone]
    if all(us is not None for us in per_tile):
        total = sum(us for us in per_tile if us is not None)
        apart = sum(_us(run, one.best) for one in alone)
        text += (
            f"; each product by itself {format_us(apart)}, and per-tile {format_us(total)}, "
            f"{significant(total / apart)} times that"
        )
    lines = [paint("Best", "strong"), *wrap(text, width, indent="  ", hanging="    ")]
    for fusion in run.fusions:
        lines += wrap(_fusion(fusion), width, indent="  ", hanging="    ")
    if run.command:
        lines += ["  Run each by itself:", *command_lines(run.command, width)]
    return lines


def _fusion(fusion: Fusion) -> str:
    parts = ", ".join(fusion.parts)
    told = f"{parts} as one product: {format_us(fusion.fused_us)} in place of "
    told += format_us(fusion.apart_us)
    return told if fusion.gains else f"{told}, so they stay apart"


def _mappings(products: Iterable[SearchedProduct], width: int, paint: Paint) -> list[str]:
    rows = list(products)
    columns = [
        Column("name", [one.name for one in rows], left=True),
        Column("shape\nM×N×K", [_shape(one.best) for one in rows], left=True),
        Column("time\nµs", [significant(one.times_bound * one.bound_us, 4) for one in rows]),
        Column("bound\nµs", [significant(one.bound_us, 4) for one in rows]),
        Column("times\nbound", [significant(one.times_bound) for one in rows]),
        Column("error", [format_error(one.best.expected_error) for one in rows]),
    ]
    lines = table(columns)
    told = [paint("Mappings", "strong"), *lines, ""]
    for one in rows:
        words = f"{one.name}: {mapping_words(one.best.mapping)}"
        told += wrap(words, width, indent="  ", hanging="    ")
    for text in _verified_together(rows):
        told += wrap(text, width, indent="  ", hanging="    ")
    return told


def _verified_together(products: Sequence[SearchedProduct]) -> Iterable[str]:
    """How the products were verified, each way said once with those that it holds for."""
    by_way: dict[str, list[str]] = {}
    for one in products:
        by_way.setdefault(_ran(one), []).append(one.name)
    for way, names in by_way.items():
        which = "all" if len(names) == len(products) else ", ".join(names)
        yield f"Verified, {which}: {way}; printed as MLIR-AIE and read back, the same cycles"


def _trust(run: SearchRun, width: int, paint: Paint) -> list[str]:
    best = run.best if isinstance(run.best, tuple) else (run.best,)
    notes = dict.fromkeys(note for case in best for note in case.notes)
    lines = [paint("How far to trust it", "strong")]
    first = f"Times are simulated ({run.device} under {run.runtime}), deterministic"
    unknown = "No error interval: how far hardware would differ is not known"
    for note in (first, *([] if _interval(run) else [unknown]), *notes):
        lines += wrap(note, width, indent="  ", hanging="    ")
    return lines


def _interval(run: SearchRun) -> str:
    """How far hardware may be from the best's time in words; nothing where it is not known.

    What was published is what callers wait for, so it judges no throughput.
    """
    best = run.best if isinstance(run.best, tuple) else (run.best,)
    known = within(best) if run.objective == "latency" else None
    return f" (simulated, {known})" if known else ""


def _time(us: float, best_us: float) -> str:
    """The best's time, and how much more the others take."""
    return format_us(us) if us <= best_us else f"+{format_us(us - best_us)}"


def _us(run: SearchRun, case: Candidate) -> float:
    return case.device_us if run.objective == "throughput" else case.npu_us.median


def _moved(case: Candidate) -> str:
    return format_bytes(case.moved_bytes)


def _launches(case: Candidate) -> str:
    return "1 launch" if case.launches == 1 else f"{case.launches:,} launches"


def _shape(case: Candidate) -> str:
    return f"{case.shape.m}×{case.shape.n}×{case.shape.k}"


def _styled(lines: Sequence[str], paint: Paint) -> list[str]:
    return [paint(line, "strong") for line in lines]
