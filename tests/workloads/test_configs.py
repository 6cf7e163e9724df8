"""Do a model's projections follow from its published configuration?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tilescope.errors import InputError
from tilescope.workloads.cases import LinearProjectionTestCase, default_test_cases
from tilescope.workloads.configs import ModelConfig, read_config
from tilescope.workloads.model_types import MODEL_TYPES

CONFIGS = Path(__file__).parent / "configs"

# (N, K) of each projection, by hand from the published sizes: heads·head_dim, groups·head_dim.
LLAMA = ("q_proj", "k_proj", "v_proj", "o_proj", "up_proj", "gate_proj", "down_proj")
FUSED = ("qkv_proj", "o_proj", "gate_up_proj", "down_proj")
STARCODER = ("q_proj", "k_proj", "v_proj", "o_proj", "c_fc", "c_proj")
PLAIN = ("q_proj", "k_proj", "v_proj", "dense", "fc1", "fc2")


def llama(*, width: int, q: int, kv: int, ffn: int) -> dict[str, tuple[int, int]]:
    """The seven of a llama block: N and K of each by the four sizes that they have among them."""
    inward = [(q, width), (kv, width), (kv, width)]
    shapes = [*inward, (width, q), (ffn, width), (ffn, width), (width, ffn)]
    return dict(zip(LLAMA, shapes, strict=True))


PUBLISHED: dict[str, dict[str, tuple[int, int]]] = {
    # width 720 = 0.75 of SmolVLM2's 960, 15 and 5 heads of 64; ffn 2048: 4·(2·720/3) = 1920,
    # rounded up to a multiple of 256. In every second of its blocks, which no configuration tells,
    # k_proj and v_proj take the 320 of SmolVLM2's keys and values in place of 720
    "smolvla-action-expert": llama(width=720, q=960, kv=320, ffn=2048),
    # 32 heads of 4096/32 = 128, each with its own key and value
    "llama-2-7b": llama(width=4096, q=4096, kv=4096, ffn=11008),
    # 32 heads of 64, 8 groups: 8·64 = 512
    "llama-3.2-1b": llama(width=2048, q=2048, kv=512, ffn=8192),
    # 32 heads of 128 = 4096, where the width is 5120; 8·128 = 1024
    "mistral-nemo-12b": llama(width=5120, q=4096, kv=1024, ffn=14336),
    # 14 heads of 896/14 = 64, 2 groups: 128
    "qwen2.5-0.5b": llama(width=896, q=896, kv=128, ffn=4864),
    # 16 heads of 128 = 2048, twice the width of 1024; 8·128 = 1024
    "qwen3-0.6b": llama(width=1024, q=2048, kv=1024, ffn=3072),
    # 8 heads of 256 = 2048, one group: 256
    "gemma-2b": llama(width=2048, q=2048, kv=256, ffn=16384),
    # 8 heads of 256 = 2048, below the width of 2304; 4·256 = 1024
    "gemma-2-2b": llama(width=2304, q=2048, kv=1024, ffn=9216),
    # 32 heads of 128, each with its own key and value
    "olmo-2-7b": llama(width=4096, q=4096, kv=4096, ffn=11008),
    # 16 heads of 2048/16 = 128, 4 groups: 512
    "smollm3-3b": llama(width=2048, q=2048, kv=512, ffn=11008),
    # its text part leaves out what its class has: 8 heads of 256 = 2048, 4 groups: 1024
    "gemma-3-4b": llama(width=2560, q=2048, kv=1024, ffn=10240),
    # its text part leaves out every size, which are those of a llama 7B
    "llava-1.5-7b": llama(width=4096, q=4096, kv=4096, ffn=11008),
    # the text part of what SmolVLA sees with: 15 heads of 64 = 960, 5 groups: 320
    "smolvlm2-500m": llama(width=960, q=960, kv=320, ffn=2560),
    # 16 heads of 2048/16 = 128, 2 groups: 256
    "qwen2.5-vl-3b": llama(width=2048, q=2048, kv=256, ffn=11008),
    # 24 heads of 3072/24 = 128, 2 groups: 256; no gate
    "starcoder2-3b": dict(
        zip(
            STARCODER,
            [(3072, 3072), (256, 3072), (256, 3072), (3072, 3072), (12288, 3072), (3072, 12288)],
            strict=True,
        )
    ),
    # 9 heads of 576/9 = 64, 3 groups: 192
    "smollm2-135m": llama(width=576, q=576, kv=192, ffn=1536),
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
        ({"num_local_experts": 8}, "a mixture of 8 experts"),
        ({"model_type": ["llama"]}, "has no model_type"),
    ],
)
def test_fields_that_are_missing_or_contradict_each_other_are_refused(
    tmp_path: Path, change: dict[str, object], says: str
) -> None:
    with pytest.raises(InputError, match=says):
        read_config(written(tmp_path, BASE | change))


def test_what_a_file_leaves_out_is_what_its_model_types_class_has(tmp_path: Path) -> None:
    """Transformers' MistralConfig has 8 groups, Qwen3Config heads of 128, LlamaConfig neither."""
    without = {key: value for key, value in BASE.items() if key != "num_key_value_heads"}
    llama = read_config(written(tmp_path, without))
    assert (llama.key_value_heads, llama.head_dim, llama.by_class) == (9, 64, ())
    sixteen = without | {"num_attention_heads": 16, "hidden_size": 1024}
    mistral = read_config(written(tmp_path, sixteen | {"model_type": "mistral"}))
    assert (mistral.key_value_heads, mistral.head_dim) == (8, 64)
    assert mistral.by_class == (("num_key_value_heads", 8),)
    qwen = sixteen | {"model_type": "qwen3", "num_key_value_heads": 4}
    assert read_config(written(tmp_path, qwen)).by_class == (("head_dim", 128),)
    with pytest.raises(InputError, match="num_key_value_heads 8, which mistral has where a file"):
        read_config(written(tmp_path, without | {"model_type": "mistral"}))


def test_a_text_part_is_written_where_it_differs_from_its_class(tmp_path: Path) -> None:
    gemma = read_config(CONFIGS / "gemma-3-4b.json")
    assert dict(gemma.by_class) == {
        "num_attention_heads": 8,
        "num_key_value_heads": 4,
        "head_dim": 256,
    }
    assert gemma.vocabulary == 262208
    llava = read_config(CONFIGS / "llava-1.5-7b.json")
    assert (llava.embedding, llava.ffn, llava.query_heads) == (4096, 11008, 32)
    assert llava.vocabulary == 32064
    # a file of its own says its sizes
    with pytest.raises(InputError, match="has no hidden_size"):
        read_config(written(tmp_path, {"model_type": "llama"}))


def test_heads_that_share_the_width_do_so_whatever_head_dim_says(tmp_path: Path) -> None:
    path = written(tmp_path, BASE | {"model_type": "qwen2_5_vl", "head_dim": 80})
    assert read_config(path).head_dim == 576 // 9


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ({"model_type": "mixtral", "num_local_experts": 8}, "'mixtral', a mixture of 8 experts"),
        ({"model_type": "qwen3_moe", "num_experts": 128}, "'qwen3_moe', a mixture of 128 experts"),
        ({"model_type": "gpt_oss", "num_local_experts": 32}, "a mixture of 32 experts"),
        ({"model_type": "deepseek_v3", "n_routed_experts": 256}, "a mixture of 256 experts"),
        (
            {
                "model_type": "llama4",
                "text_config": {"model_type": "llama4_text", "num_local_experts": 16},
            },
            "text_config is of the model type 'llama4_text', a mixture of 16 experts",
        ),
        ({"model_type": "granitemoehybrid"}, "'granitemoehybrid', whose projections are not known"),
        ({"model_type": "gemma3n", "text_config": {"model_type": "gemma3n_text"}}, "not known"),
    ],
)
def test_models_of_other_kinds_are_refused_by_what_they_are(
    tmp_path: Path, content: dict[str, object], says: str
) -> None:
    with pytest.raises(InputError, match=says):
        read_config(written(tmp_path, BASE | content if "text_config" not in content else content))


@pytest.mark.parametrize("model_type", MODEL_TYPES)
def test_every_model_type_has_projections_whose_widths_fit_together(
    tmp_path: Path, model_type: str
) -> None:
    """What reads the block's input takes the width, and what is added to it gives it back."""
    cases = read_config(written(tmp_path, BASE | {"model_type": model_type})).projections()
    named = {case.name: (case.N, case.K) for case in cases}
    assert named.popitem()[1] == (576, 1536)  # the way down is the last
    out = named.pop("dense" if model_type == "phi" else "o_proj")
    query = sum(named[name][0] for name in ("q_proj", "qkv_proj") if name in named)
    assert out[0] == 576
    assert out[1] == (query if "q_proj" in named else query * 9 // (9 + 2 * 3))
    assert {k for _, k in named.values()} == {576}


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
    with pytest.raises(InputError, match=r"There is no file .*nothing\.json"):
        read_config(tmp_path / "nothing.json")
    with pytest.raises(InputError, match=r"There is no file .*config\.json"):
        read_config(tmp_path)
