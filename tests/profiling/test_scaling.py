"""Are cases placed at every point, and does each say which it is?"""

from __future__ import annotations

import pytest

from tilescope.designs.request import MappingRequest
from tilescope.errors import InputError
from tilescope.profiling.products import ProductSettings
from tilescope.profiling.scaling import Points, check_own_cases, placed, profile_scaling, series
from tilescope.workloads.cases import LinearProjectionTestCase

Q = LinearProjectionTestCase("q_proj", 64, 960, 768, "Query projection: (64, 960, 768)")


def test_a_batch_of_sequences_is_one_product_with_all_their_rows() -> None:
    found = placed([Q], Points(batches=(1, 4), sequences=(1, 16)))
    assert [(one.case.name, one.batch, one.sequence, one.case.M) for one in found] == [
        ("q_proj.b1.s1", 1, 1, 1),
        ("q_proj.b1.s16", 1, 16, 16),
        ("q_proj.b4.s1", 4, 1, 4),
        ("q_proj.b4.s16", 4, 16, 64),  # 4 sequences of 16 tokens
    ]
    assert all((one.case.N, one.case.K) == (960, 768) for one in found)


def test_a_single_point_leaves_the_name_alone() -> None:
    assert placed([Q], Points())[0].case == Q
    (one,) = placed([Q], Points(sequences=(128,)))
    assert (one.case.name, one.case.M) == ("q_proj", 128)
    assert one.case.description == "Query projection: (128, 960, 768)"


def test_a_batch_multiplies_the_rows_that_a_case_has() -> None:
    assert [one.case.M for one in placed([Q], Points(batches=(1, 2, 16)))] == [64, 128, 1024]


def test_more_rows_than_a_product_may_have_are_refused() -> None:
    with pytest.raises(InputError, match=r"1,048,577|largest dimension"):
        placed([Q], Points(batches=(16385,)))  # 16,385 · 64 = 1,048,640 > 2^20


def test_a_case_that_states_its_rows_takes_no_sequence_length() -> None:
    check_own_cases(["my:64x64x64"], Points(batches=(1, 2)))
    with pytest.raises(InputError, match="states its own"):
        check_own_cases(["my:64x64x64"], Points(sequences=(1,)))


def test_the_run_says_batch_and_tokens_and_series_come_together_by_rows() -> None:
    cases = [
        LinearProjectionTestCase("a", 64, 64, 64),
        LinearProjectionTestCase("b", 64, 64, 128),
    ]
    settings = ProductSettings(mapping=MappingRequest(family="fused-k"), timing_only=True)
    points = Points(batches=(2, 1), sequences=(32, 64))
    run = profile_scaling(placed(cases, points), settings).run
    assert [(case.batch, case.sequence) for case in run.cases[:4]] == [
        (2, 32),
        (2, 64),
        (1, 32),
        (1, 64),
    ]
    found = series(run.cases)
    assert list(found) == ["a", "b"]
    # 2·32 and 1·64 have as many rows: the first stands for both
    assert [case.name for case in found["a"]] == ["a.b1.s32", "a.b2.s32", "a.b2.s64"]
    assert [case.shape.m for case in found["a"]] == [32, 64, 128]
