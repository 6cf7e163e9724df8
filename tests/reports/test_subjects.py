"""What does a title say that a run is about?"""

from __future__ import annotations

from tilescope.reports.subjects import subject
from tilescope.runs.models import Case


def named(case: Case, name: str, dtype: str = "float32") -> Case:
    """The case under another name and in another dtype."""
    return case.model_copy(update={"name": name, "dtype": dtype})


def test_cases_of_one_dtype_are_named_by_what_they_are(per_tile_case: Case) -> None:
    assert subject([named(per_tile_case, "q_proj")]) == "Linear projections"
    both = [named(per_tile_case, "k_proj"), named(per_tile_case, "v_proj")]
    assert subject(both) == "Linear projections"
    assert subject([per_tile_case.model_copy(update={"op": "gemm"})]) == "Matrix product"


def test_one_product_in_several_dtypes_is_named(per_tile_case: Case) -> None:
    cases = [
        named(per_tile_case, f"q_proj.{dtype}", dtype) for dtype in ("float32", "bfloat16", "int8")
    ]
    assert subject(cases) == "q_proj in several dtypes"


def test_products_of_several_shapes_stay_what_they_are(per_tile_case: Case) -> None:
    shape = per_tile_case.shape.model_copy(update={"n": per_tile_case.shape.n * 2})
    other = named(per_tile_case, "up", "int8").model_copy(update={"shape": shape})
    assert subject([named(per_tile_case, "q"), other]) == "Linear projections"


def test_nothing_in_a_name_steers_the_title(per_tile_case: Case) -> None:
    cases = [named(per_tile_case, f"a\u202eb.{dtype}", dtype) for dtype in ("int8", "int16")]
    assert "\u202e" not in subject(cases)
