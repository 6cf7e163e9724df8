"""The model types whose projections are known: how a block packs them, what a file may leave out.

A configuration is read as Hugging Face's transformers (5.24) reads it: names of layers are those of
a type's modeling file, and what a file leaves out has the value that the type's configuration class
gives it. A text model within a larger file is written there only where it differs from those.
"""

from __future__ import annotations

from collections.abc import Mapping

Sizes = tuple[str, str, str, str]
"""A projection: its name, what it is in words, and which sizes its N and K are."""

_QKV: tuple[Sizes, ...] = (
    ("q_proj", "Query", "query", "width"),
    ("k_proj", "Key", "key_value", "width"),
    ("v_proj", "Value", "key_value", "width"),
)
_OUT: Sizes = ("o_proj", "Output", "width", "query")
_UP: Sizes = ("up_proj", "FFN up", "ffn", "width")
_GATE: Sizes = ("gate_proj", "FFN gate", "ffn", "width")
_DOWN: Sizes = ("down_proj", "FFN down", "width", "ffn")
_GATE_UP: Sizes = ("gate_up_proj", "FFN gate and up", "two_ffn", "width")

PACKINGS: dict[str, tuple[Sizes, ...]] = {
    "separate": (*_QKV, _OUT, _UP, _GATE, _DOWN),
    "fused": (("qkv_proj", "Query, key and value", "qkv", "width"), _OUT, _GATE_UP, _DOWN),
    "fused gate": (*_QKV, _OUT, _GATE_UP, _DOWN),
    "no gate": (*_QKV, _OUT, _UP, _DOWN),
    "phi": (
        *_QKV,
        ("dense", "Output", "width", "query"),
        ("fc1", "FFN up", "ffn", "width"),
        ("fc2", "FFN down", "width", "ffn"),
    ),
    "starcoder": (
        *_QKV,
        _OUT,
        ("c_fc", "FFN up", "ffn", "width"),
        ("c_proj", "FFN down", "width", "ffn"),
    ),
}
"""The projections of a block in the order of the seed's report."""

MODEL_TYPES: dict[str, str] = {
    **dict.fromkeys(
        (
            "bitnet",
            "cohere",
            "cohere2",
            "ernie4_5",
            "exaone4",
            "gemma",
            "gemma2",
            "gemma3_text",
            "granite",
            "hunyuan_v1_dense",
            "llama",
            "ministral",
            "ministral3",
            "mistral",
            "olmo",
            "olmo2",
            "olmo3",
            "qwen2",
            "qwen2_vl",
            "qwen2_vl_text",
            "qwen2_5_vl",
            "qwen2_5_vl_text",
            "qwen3",
            "qwen3_vl_text",
            "seed_oss",
            "smollm3",
            "stablelm",
        ),
        "separate",
    ),
    "phi3": "fused",
    "glm": "fused gate",
    "glm4": "fused gate",
    "apertus": "no gate",
    "arcee": "no gate",
    "nemotron": "no gate",
    "phi": "phi",
    "starcoder2": "starcoder",
}
"""Each model type with its packing."""

HEADS_SHARE_THE_WIDTH = frozenset(
    {"qwen2_vl", "qwen2_vl_text", "qwen2_5_vl", "qwen2_5_vl_text", "stablelm"}
)
"""Types whose heads are hidden_size / num_attention_heads wide, whatever head_dim says."""

WIDTH, FFN = "hidden_size", "intermediate_size"
HEADS, GROUPS, HEAD_DIM = "num_attention_heads", "num_key_value_heads", "head_dim"
VOCABULARY = "vocab_size"
FIELDS = (WIDTH, FFN, HEADS, GROUPS, HEAD_DIM, VOCABULARY)

_BY_CLASS: dict[str, tuple[int | None, ...]] = {
    "bitnet": (2560, 6912, 20, 5, None, 128256),
    "ernie4_5": (1024, 3072, 16, 2, 128, 103424),
    "exaone4": (4096, 16384, 32, 32, None, 102400),
    "gemma": (3072, 24576, 16, 16, 256, 256000),
    "gemma2": (2304, 9216, 8, 4, 256, 256000),
    "gemma3_text": (2304, 9216, 8, 4, 256, 262208),
    "glm": (4096, 13696, 32, 2, 128, 151552),
    "glm4": (4096, 13696, 32, 2, 128, 151552),
    "llama": (4096, 11008, 32, None, None, 32000),
    "ministral": (4096, 14336, 32, 8, None, 32000),
    "ministral3": (4096, 14336, 32, 8, 128, 131072),
    "mistral": (4096, 14336, 32, 8, None, 32000),
    "phi3": (3072, 8192, 32, None, None, 32064),
    "qwen2": (4096, 22016, 32, 32, None, 151936),
    "qwen2_vl": (8192, 29568, 64, 8, None, 152064),
    "qwen2_vl_text": (8192, 29568, 64, 8, None, 152064),
    "qwen2_5_vl": (8192, 29568, 64, 8, None, 152064),
    "qwen2_5_vl_text": (8192, 29568, 64, 8, None, 152064),
    "qwen3": (4096, 22016, 32, 32, 128, 151936),
    "qwen3_vl_text": (4096, 22016, 32, 32, 128, 151936),
    "seed_oss": (4096, 27648, 80, 8, 128, 155136),
    "smollm3": (2048, 11008, 16, 4, None, 128256),
    "stablelm": (2560, 6912, 32, 32, None, 50304),
    "starcoder2": (3072, 12288, 24, 2, None, 49152),
}


def class_values(model_type: str) -> Mapping[str, int | None]:
    """What a type's configuration class gives each of FIELDS, None where it follows from others."""
    return dict(zip(FIELDS, _BY_CLASS.get(model_type, (None,) * len(FIELDS)), strict=True))
