"""Why a runner-up loses: its time budget against the best one's, and what it does otherwise."""

from __future__ import annotations

from tilescope.quantities.units import format_us
from tilescope.runs.models import Case, MappingChoice
from tilescope.search.space import FAMILY_OF_PORTS

LEAST_US = 0.05  # of a term's difference that is worth a word
MOST_TERMS = 3
CANCELS = 0.2  # two terms trade places where what is left of both is a smaller share than this
ALIKE = "as fast"


def why(case: Case, best: Case, us: float, best_us: float, beside: tuple[str, ...] = ()) -> str:
    """What a case does otherwise, and where it loses (or gains) against the best.

    us and best_us: the objective's times of the two; beside: budget terms that it leaves out.
    """
    differs = "; ".join(differences(case.mapping, best.mapping)) or "padded otherwise"
    if us <= best_us:
        return f"{differs}: {ALIKE}"
    told = ", ".join(_told(term_differences(case, best, beside)))
    return f"{differs}: {told}" if told else f"{differs}: slower by {format_us(us - best_us)}"


def _told(terms: list[tuple[str, float]]) -> list[str]:
    """The differences in words; where the two largest cancel, which of them took the other's place.

    Then the path to the end goes by another resource, and only what is left of both is lost.
    """
    if len(terms) > 1:
        (more, gained), (less, lost) = sorted(terms[:2], key=lambda one: -one[1])
        if gained > 0 > lost and abs(gained + lost) < CANCELS * gained:
            swapped = _signed(f"{more} in place of {less}", gained + lost)
            return [swapped, *(_signed(*one) for one in terms[2:])]
    return [_signed(*one) for one in terms]


def _signed(what: str, us: float) -> str:
    return f"{what} {'+' if us > 0 else '−'}{format_us(abs(us))}"


def term_differences(
    case: Case, best: Case, beside: tuple[str, ...] = ()
) -> list[tuple[str, float]]:
    """The budget terms but `beside` that differ most, in µs, in the order of how much."""
    mine = {part.term: part.us for part in case.budget}
    other = {part.term: part.us for part in best.budget}
    found = [(term, mine.get(term, 0.0) - other.get(term, 0.0)) for term in {**other, **mine}]
    worth = [(t, more) for t, more in found if t not in beside and abs(more) >= LEAST_US]
    return sorted(worth, key=lambda one: (-abs(one[1]), one[0]))[:MOST_TERMS]


def differences(mapping: MappingChoice, best: MappingChoice) -> list[str]:
    """What one mapping chooses that the other does not, in words."""
    tile, grid = mapping.core_tile, mapping.grid
    per_tile = mapping.family == "per-tile"
    said = []
    if mapping.family != best.family:
        said.append(mapping.family)
    if tile != best.core_tile:
        said.append(f"core tile {tile.m}×{tile.n}×{tile.k}")
    if grid != best.grid:
        said.append(f"{grid.rows}×{grid.cols} cores")
    if mapping.k_mt and mapping.k_mt != best.k_mt:
        said.append(f"{mapping.k_mt} of K staged")
    elif best.k_mt and not mapping.k_mt and not per_tile:
        said.append("one core tile of K staged")
    if mapping.ports != best.ports and mapping.family != FAMILY_OF_PORTS.get(mapping.ports):
        said.append(f"ports {mapping.ports}")
    if mapping.b_layout != best.b_layout:
        said.append(f"B by {mapping.b_layout}s")
    if mapping.c_depth != best.c_depth and mapping.c_depth is not None and not per_tile:
        said.append(f"C buffered {'once' if mapping.c_depth == 1 else 'twice'}")
    if (mapping.kernel, mapping.emulation) != (best.kernel, best.emulation):
        said.append(" ".join(word for word in (mapping.kernel, mapping.emulation) if word))
    return said
