"""Do cases work as the seed shows, and from the command line?"""

from __future__ import annotations

import pytest

from tilescope.errors import InputError
from tilescope.workloads import (
    LinearProjectionTestCase,
    LlamaBlockConfig,
    default_test_cases,
    parse_case,
)


def test_a_case_appended_as_the_seed_shows_becomes_a_product() -> None:
    test_cases = default_test_cases()
    test_cases.append(LinearProjectionTestCase("my_test", 64, 128, 256, "Description"))
    gemm = test_cases[-1].to_gemm("f32")
    assert (gemm.m, gemm.n, gemm.k) == (64, 128, 256)
    assert (gemm.name, gemm.dtype, gemm.description) == ("my_test", "float32", "Description")


def test_appending_to_one_list_of_cases_leaves_the_next_alone() -> None:
    default_test_cases().clear()
    assert len(default_test_cases()) == 7


def test_default_cases_are_derived_from_the_configuration() -> None:
    first = default_test_cases(LlamaBlockConfig(sequence=128))[0]
    assert (first.name, first.M, first.N, first.K) == ("q_proj", 128, 960, 768)
    assert first.description == "Query projection: (128, 960, 768)"


def test_a_case_is_read_from_name_and_shape() -> None:
    case = parse_case("my:64x128x256")
    assert (case.name, case.M, case.N, case.K) == ("my", 64, 128, 256)


@pytest.mark.parametrize("text", ["64x128x256", "my", "my:", ":64x128x256", ""])
def test_a_case_without_name_or_shape_is_refused_with_the_form(text: str) -> None:
    with pytest.raises(InputError, match="NAME:MxNxK"):
        parse_case(text)


@pytest.mark.parametrize("shape", ["64x128", "64x128xa", "64x0x256", "64x-1x256", "9999999x1x1"])
def test_a_case_with_a_bad_shape_is_refused(shape: str) -> None:
    with pytest.raises(InputError):
        parse_case(f"my:{shape}")


@pytest.mark.parametrize("name", ["a/b", "a b", "a:b", "-a", "", "../x"])
def test_a_name_that_could_not_stand_in_a_stable_case_name_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="Case name"):
        LinearProjectionTestCase(name, 64, 64, 64)
