"""Why a runner-up loses: the terms that differ most, or the two that traded places."""

import pytest

from tilescope.runs.figures import BudgetTerm, Grid, Shape
from tilescope.runs.models import MappingChoice
from tilescope.search.reasons import differences, why

BEST = MappingChoice(
    family="whole-array",
    block=Shape(m=64, n=64, k=32),
    core_tile=Shape(m=16, n=16, k=32),
    grid=Grid(rows=4, cols=4),
    ports="spread",
    kernel="vector",
    c_depth=2,
    b_layout="row",
)


def other(**changed):
    return BEST.model_copy(update=changed)


def case(given, **terms):
    """A case of which only the mapping and the budget are looked at."""
    budget = tuple(BudgetTerm(term=term, us=us, fraction=0) for term, us in terms.items())
    return given.model_copy(update={"mapping": other(c_depth=1), "budget": budget})


def test_the_largest_differences_are_told_first(per_tile_case):
    best = case(per_tile_case, launch=100, ddr=10, compute=5)
    told = why(case(per_tile_case, launch=100, ddr=30, compute=2), best, 132, 115)
    assert told.endswith(": ddr +20.0 µs, compute −3.00 µs")


def test_two_terms_that_cancel_have_traded_places(per_tile_case):
    """285 − 283 = 2 µs is all that the other way costs; 20 % of 285 would be 57."""
    best = case(per_tile_case, compute=300, ddr=0, core_dma=1)
    told = why(case(per_tile_case, compute=17, ddr=285, core_dma=13), best, 315, 301)
    assert told.endswith(": ddr in place of compute +2.00 µs, core_dma +12.0 µs")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"core_tile": Shape(m=16, n=16, k=64)}, ["core tile 16×16×64"]),
        ({"k_mt": 64}, ["64 of K staged"]),
        ({"family": "fused-k", "ports": "single"}, ["fused-k"]),
        ({"family": "fused-k"}, ["fused-k", "ports spread"]),
        ({"family": "per-tile", "c_depth": None}, ["per-tile"]),
        ({"b_layout": "column", "c_depth": 1}, ["B by columns", "C buffered once"]),
    ],
)
def test_each_choice_that_differs_is_said_once(changed, words):
    same = BEST.model_copy(update={"ports": "single"}) if words[-1] == "ports spread" else BEST
    assert differences(other(**changed), same) == words


def test_staging_one_core_tile_is_said_where_the_best_stages_more():
    assert differences(BEST, other(k_mt=64)) == ["one core tile of K staged"]
