"""Do a model's projections follow from its published configuration?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tilescope.errors import InputError
from tilescope.workloads.cases import LinearProjectionTestCase, default_test_cases
from tilescope.workloads.configs import ModelConfig, read_config

CONFIGS = Path(__file__).parent / "configs"

# (N, K) of each projection, by hand from the published sizes: heads·head_dim, groups·head_dim.
LLAMA = ("q_proj", "k_proj", "v_proj", "o_proj", "up_proj", "gate_proj", "down_proj")
FUSED = ("qkv_proj", "o_proj", "gate_up_proj", "down_proj")
PLAIN = ("q_proj", "k_proj", "v_proj", "dense", "fc1", "fc2")
PUBLISHED: dict[str, dict[str, tuple[int, int]]] = {
    # width 720 = 0.75 of SmolVLM2's 960, 15 and 5 heads of 64; ffn 2048: 4·(2·720/3) = 1920,
    # rounded up to a multiple of 256
    "smolvla-action-expert": dict(
        zip(
            LLAMA,
            [
                (960, 720),
                (320, 720),
                (320, 720),
                (720, 960),
                (2048, 720),
                (2048, 720),
                (720, 2048),
            ],
            strict=True,
        )
    ),
    # 32 heads of 4096/32 = 128, each with its own key and value
    "llama-2-7b": dict(
        zip(LLAMA, [(4096, 4096)] * 4 + [(11008, 4096)] * 2 + [(4096, 11008)], strict=True)
    ),
    # 32 heads of 64, 8 groups: 8·64 = 512
    "llama-3.2-1b": dict(
        zip(
            LLAMA,
            [
                (2048, 2048),
                (512, 2048),
                (512, 2048),
                (2048, 2048),
                (8192, 2048),
                (8192, 2048),
                (2048, 8192),
            ],
            strict=True,
        )
    ),
    # 32 heads of 128 = 4096, where the width is 5120; 8·128 = 1024
    "mistral-nemo-12b": dict(
        zip(
            LLAMA,
            [
                (4096, 5120),
                (1024, 5120),
                (1024, 5120),
                (5120, 4096),
                (14336, 5120),
                (14336, 5120),
                (5120, 14336),
            ],
            strict=True,
        )
    ),
    # 14 heads of 896/14 = 64, 2 groups: 128
    "qwen2.5-0.5b": dict(
        zip(
            LLAMA,
            [
                (896, 896),
                (128, 896),
                (128, 896),
                (896, 896),
                (4864, 896),
                (4864, 896),
                (896, 4864),
            ],
            strict=True,
        )
    ),
    # 16 heads of 128 = 2048, twice the width of 1024; 8·128 = 1024
    "qwen3-0.6b": dict(
        zip(
            LLAMA,
            [
                (2048, 1024),
                (1024, 1024),
                (1024, 1024),
                (1024, 2048),
                (3072, 1024),
                (3072, 1024),
                (1024, 3072),
            ],
            strict=True,
        )
    ),
    # 8 heads of 256 = 2048, one group: 256
    "gemma-2b": dict(
        zip(
            LLAMA,
            [
                (2048, 2048),
                (256, 2048),
                (256, 2048),
                (2048, 2048),
                (16384, 2048),
                (16384, 2048),
                (2048, 16384),
            ],
            strict=True,
        )
    ),
    # 8 heads of 256 = 2048, below the width of 2304; 4·256 = 1024
    "gemma-2-2b": dict(
        zip(
            LLAMA,
            [
                (2048, 2304),
                (1024, 2304),
                (1024, 2304),
                (2304, 2048),
                (9216, 2304),
                (9216, 2304),
                (2304, 9216),
            ],
            strict=True,
        )
    ),
    # 9 heads of 576/9 = 64, 3 groups: 192
    "smollm2-135m": dict(
        zip(
            LLAMA,
            [
                (576, 576),
                (192, 576),
                (192, 576),
                (576, 576),
                (1536, 576),
                (1536, 576),
                (576, 1536),
            ],
            strict=True,
        )
    ),
    # 32 heads of 80, no gate
    "phi-2": dict(zip(PLAIN, [(2560, 2560)] * 4 + [(10240, 2560)] + [(2560, 10240)], strict=True)),
    # 3·3072 = 9216; gate and up together 2·8192 = 16384
    "phi-3-mini": dict(
        zip(FUSED, [(9216, 3072), (3072, 3072), (16384, 3072), (3072, 8192)], strict=True)
    ),
    # 24 heads of 128 = 3072, and twice 8·128 = 1024: 5120
    "phi-4-mini": dict(
        zip(FUSED, [(5120, 3072), (3072, 3072), (16384, 3072), (3072, 8192)], strict=True)
    ),
}


def shapes(cases: list[LinearProjectionTestCase]) -> dict[str, tuple[int, int]]:
    return {case.name: (case.N, case.K) for case in cases}


def test_every_configuration_that_lies_here_has_its_shapes_written_down() -> None:
    lying = {path.stem for path in CONFIGS.glob("*.json")}
    assert lying == {*PUBLISHED, "seed-llama-block"}
    assert len(PUBLISHED) >= 8


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_model_gives_its_projections_in_order(name: str) -> None:
    cases = read_config(CONFIGS / f"{name}.json").projections(17)
    assert [case.name for case in cases] == list(PUBLISHED[name])
    assert shapes(cases) == PUBLISHED[name]
    assert {case.M for case in cases} == {17}


def test_the_seeds_block_as_a_configuration_gives_the_seeds_cases() -> None:
    assert read_config(CONFIGS / "seed-llama-block.json").projections() == default_test_cases()


def test_the_head_follows_from_the_vocabulary_tied_or_not() -> None:
    tied = read_config(CONFIGS / "smollm2-135m.json").head(3)
    assert tied is not None
    assert (tied.name, tied.M, tied.N, tied.K) == ("lm_head", 3, 49152, 576)
    untied = read_config(CONFIGS / "llama-2-7b.json").head(3)
    assert untied is not None
    assert (untied.N, untied.K) == (32000, 4096)
    assert read_config(CONFIGS / "smolvla-action-expert.json").head(3) is None


def test_a_model_that_also_sees_is_read_by_its_text_part(tmp_path: Path) -> None:
    text = json.loads((CONFIGS / "gemma-2b.json").read_text())
    path = tmp_path / "config.json"
    path.write_text(json.dumps({"model_type": "paligemma", "text_config": text}))
    assert shapes(read_config(path).projections()) == PUBLISHED["gemma-2b"]
    assert read_config(tmp_path) == read_config(path)  # a folder with the file in it


BASE = {
    "model_type": "llama",
    "hidden_size": 576,
    "intermediate_size": 1536,
    "num_attention_heads": 9,
    "num_key_value_heads": 3,
}


def written(tmp_path: Path, content: object) -> Path:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(content))
    return path


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"model_type": None}, "has no model_type"),
        ({"model_type": "gpt2"}, "model type 'gpt2'"),
        ({"hidden_size": None}, "has no hidden_size"),
        ({"intermediate_size": None}, "has no intermediate_size"),
        ({"num_attention_heads": None}, "has no num_attention_heads"),
        ({"hidden_size": "576"}, "hidden_size is '576', not a whole number"),
        ({"hidden_size": 576.0}, "not a whole number"),
        ({"num_attention_heads": True}, "not a whole number"),
        ({"head_dim": 0}, "head_dim is 0; it must be 1 or more"),
        ({"intermediate_size": -1}, "it must be 1 or more"),
        ({"num_attention_heads": 10, "num_key_value_heads": 5}, "576 is no multiple of"),
        ({"num_key_value_heads": 4}, "cannot be shared out evenly"),
        ({"num_key_value_heads": 18}, "cannot be shared out evenly"),
        ({"num_local_experts": 8}, "has 8 experts"),
    ],
)
def test_fields_that_are_missing_or_contradict_each_other_are_refused(
    tmp_path: Path, change: dict[str, object], says: str
) -> None:
    with pytest.raises(InputError, match=says):
        read_config(written(tmp_path, BASE | change))


def test_null_stands_for_a_field_that_is_not_there(tmp_path: Path) -> None:
    path = written(tmp_path, BASE | {"num_key_value_heads": None, "head_dim": None})
    config = read_config(path)
    assert config == ModelConfig("llama", "separate", 576, 9, 9, 64, 1536)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"[1, 2]", "holds no JSON object"),
        (b"[" * 100_000, "not JSON"),
        (b"\xff\xfe\x00", "not a text file"),
        (b"{}", "has no model_type"),
    ],
)
def test_a_file_that_is_no_configuration_is_refused(
    tmp_path: Path, content: bytes, says: str
) -> None:
    path = tmp_path / "config.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match=says):
        read_config(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nothing\.json cannot be read"):
        read_config(tmp_path / "nothing.json")
    with pytest.raises(InputError, match=r"config\.json cannot be read"):
        read_config(tmp_path)
