"""Do the seven projections follow from the block's configuration?"""

from __future__ import annotations

import pytest

from tilescope.errors import InputError
from tilescope.workloads import LlamaBlockConfig

SEED_SHAPES = {
    "q_proj": (64, 15 * 64, 768),
    "k_proj": (64, 5 * 64, 768),
    "v_proj": (64, 5 * 64, 768),
    "o_proj": (64, 768, 15 * 64),
    "up_proj": (64, 3072, 768),
    "gate_proj": (64, 3072, 768),
    "down_proj": (64, 768, 3072),
}


def test_default_block_gives_the_seeds_seven_shapes_in_its_order() -> None:
    gemms = LlamaBlockConfig().linear_projections("float32")
    assert [gemm.name for gemm in gemms] == list(SEED_SHAPES)
    assert {gemm.name: (gemm.m, gemm.n, gemm.k) for gemm in gemms} == SEED_SHAPES


def test_block_counts_the_work_of_its_projections() -> None:
    gemms = LlamaBlockConfig().linear_projections("bfloat16")
    # per token 768 · (960 + 320 + 320) + 960 · 768 + 3 · 768 · 3072 weights, each used once
    weights = 768 * 1600 + 960 * 768 + 3 * 768 * 3072
    assert weights == 9_043_968
    assert sum(gemm.macs for gemm in gemms) == 64 * weights == 578_813_952


def test_every_shape_moves_with_the_size_it_comes_from() -> None:
    config = LlamaBlockConfig(
        sequence=2, embedding=32, query_heads=6, key_value_heads=3, head_dim=4, ffn=40
    )
    shapes = [(gemm.m, gemm.n, gemm.k) for gemm in config.linear_projections("float32")]
    assert shapes == [
        (2, 24, 32),  # query: 6 heads of 4
        (2, 12, 32),  # key: 3 heads of 4
        (2, 12, 32),
        (2, 32, 24),  # output: back to the embedding
        (2, 40, 32),
        (2, 40, 32),
        (2, 32, 40),
    ]


def test_query_heads_that_cannot_be_shared_out_are_refused() -> None:
    assert LlamaBlockConfig(query_heads=15, key_value_heads=15).key_value_width == 960
    with pytest.raises(InputError, match="multiple of key_value_heads"):
        LlamaBlockConfig(query_heads=15, key_value_heads=4)


def test_more_key_value_heads_than_query_heads_are_refused() -> None:
    with pytest.raises(InputError, match="16 key/value heads are more than the 15 query heads"):
        LlamaBlockConfig(key_value_heads=16)


def test_an_odd_head_is_refused() -> None:
    with pytest.raises(InputError, match="in pairs"):
        LlamaBlockConfig(head_dim=63)


@pytest.mark.parametrize(
    "name", ["sequence", "embedding", "query_heads", "key_value_heads", "head_dim", "ffn"]
)
@pytest.mark.parametrize(("size", "reason"), [(0, "positive"), (-1, "positive"), (1.5, "whole")])
def test_a_size_that_is_no_positive_whole_number_is_refused_by_name(
    name: str, size: float, reason: str
) -> None:
    with pytest.raises(InputError, match=f"{name} must be .*{reason}"):
        LlamaBlockConfig(**{name: size})  # type: ignore[arg-type]
