"""A llama-like model's configuration file, and the linear projections that follow from it.

The fields are those of Hugging Face's `config.json`: hidden_size, num_attention_heads,
num_key_value_heads (as many as the others where it is missing), head_dim (hidden_size divided by
the heads where it is missing), intermediate_size. Biases, norms and activations change no shape,
and neither do tied embeddings: lm_head is multiplied all the same.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tilescope.errors import InputError
from tilescope.workloads.cases import LinearProjectionTestCase

SEPARATE = {  # model types whose block has the llama's seven projections
    "llama",
    "mistral",
    "qwen2",
    "qwen3",
    "gemma",
    "gemma2",
    "gemma3_text",
    "smollm3",
}
FUSED = {"phi3"}  # q, k and v in one projection, gate and up in another
PLAIN = {"phi"}  # no gate; the projections are named dense, fc1 and fc2
MODEL_TYPES = tuple(sorted(SEPARATE | FUSED | PLAIN))
INNER_CONFIGS = ("text_config", "llm_config", "language_config")  # of models that also see
EXPERTS = ("num_local_experts", "num_experts", "n_routed_experts")
MOST_BYTES = 16 * 2**20
DEFAULT_ROWS = 64


@dataclass(frozen=True)
class ModelConfig:
    """The sizes of one block of a model, in elements, and how its projections are packed.

    packing: separate, fused or plain, see the sets above; ffn: the feed-forward layer's width;
    layers and vocabulary: None where the file does not say.
    """

    model_type: str
    packing: str
    embedding: int
    query_heads: int
    key_value_heads: int
    head_dim: int
    ffn: int
    layers: int | None = None
    vocabulary: int | None = None

    def projections(self, rows: int = DEFAULT_ROWS) -> list[LinearProjectionTestCase]:
        """One block's projections for so many rows (tokens), in the order of the seed's report."""
        width, ffn = self.embedding, self.ffn
        query, key_value = self.query_heads * self.head_dim, self.key_value_heads * self.head_dim
        apart = [
            ("q_proj", "Query", query, width),
            ("k_proj", "Key", key_value, width),
            ("v_proj", "Value", key_value, width),
        ]
        shapes = {
            "separate": [
                *apart,
                ("o_proj", "Output", width, query),
                ("up_proj", "FFN up", ffn, width),
                ("gate_proj", "FFN gate", ffn, width),
                ("down_proj", "FFN down", width, ffn),
            ],
            "fused": [
                ("qkv_proj", "Query, key and value", query + 2 * key_value, width),
                ("o_proj", "Output", width, query),
                ("gate_up_proj", "FFN gate and up", 2 * ffn, width),
                ("down_proj", "FFN down", width, ffn),
            ],
            "plain": [
                *apart,
                ("dense", "Output", width, query),
                ("fc1", "FFN up", ffn, width),
                ("fc2", "FFN down", width, ffn),
            ],
        }
        return [_case(name, rows, n, k, what) for name, what, n, k in shapes[self.packing]]

    def head(self, rows: int = DEFAULT_ROWS) -> LinearProjectionTestCase | None:
        """The projection onto the vocabulary, which stands behind the blocks; None if unknown."""
        if self.vocabulary is None:
            return None
        return _case("lm_head", rows, self.vocabulary, self.embedding, "Vocabulary")


def read_config(path: Path) -> ModelConfig:
    """The sizes in a model's `config.json`, or in a folder that holds one.

    Raises InputError for a file that cannot be read or is no configuration, a model type that is
    not llama-like, and fields that are missing, no whole numbers or contradict one another.
    """
    file = path / "config.json" if path.is_dir() else path
    content = _content(file)
    where = str(file)
    for key in INNER_CONFIGS:
        if isinstance(content.get(key), dict) and "hidden_size" not in content:
            content, where = content[key], f"{file}, {key}"
            break
    model_type = content.get("model_type")
    if not isinstance(model_type, str):
        raise InputError(f"{where} is no model's configuration: it has no model_type.")
    if model_type not in MODEL_TYPES:
        raise InputError(
            f"{where} is of the model type {model_type!r}, whose projections are not known here; "
            f"those known are {', '.join(MODEL_TYPES)}. Name its shapes with --case, or its "
            "module with --model."
        )
    experts = [key for key in EXPERTS if isinstance(content.get(key), int) and content[key] > 1]
    if experts:
        raise InputError(
            f"{where} has {content[experts[0]]} experts ({experts[0]}), and a block of experts "
            "is not one set of projections; name the shapes with --case."
        )
    packing = "fused" if model_type in FUSED else "plain" if model_type in PLAIN else "separate"
    return _sizes(_Fields(where, content), model_type, packing)


def _sizes(fields: _Fields, model_type: str, packing: str) -> ModelConfig:
    """The sizes, each checked by itself and against the others."""
    where = fields.where
    embedding = fields.size("hidden_size")
    heads = fields.size("num_attention_heads")
    key_value_heads = fields.optional("num_key_value_heads") or heads
    head_dim = fields.optional("head_dim")
    if head_dim is None:
        if embedding % heads:
            raise InputError(
                f"{where}: hidden_size {embedding} is no multiple of num_attention_heads {heads}, "
                "and there is no head_dim; one of them is wrong."
            )
        head_dim = embedding // heads
    if heads % key_value_heads:
        raise InputError(
            f"{where}: num_attention_heads {heads} cannot be shared out evenly over "
            f"num_key_value_heads {key_value_heads}; one of them is wrong."
        )
    return ModelConfig(
        model_type=model_type,
        packing=packing,
        embedding=embedding,
        query_heads=heads,
        key_value_heads=key_value_heads,
        head_dim=head_dim,
        ffn=fields.size("intermediate_size"),
        layers=fields.optional("num_hidden_layers"),
        vocabulary=fields.optional("vocab_size"),
    )


@dataclass(frozen=True)
class _Fields:
    """A configuration's fields, and the name of the file for what is wrong with them."""

    where: str
    content: Mapping[str, Any]

    def size(self, key: str) -> int:
        """A field that must be there."""
        found = self.optional(key)
        if found is None:
            raise InputError(f"{self.where} has no {key}, from which the shapes follow.")
        return found

    def optional(self, key: str) -> int | None:
        """A field that may be missing or null, otherwise a whole number of 1 or more."""
        value = self.content.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            raise InputError(f"{self.where}: {key} is {value!r}, not a whole number.")
        if value < 1:
            raise InputError(f"{self.where}: {key} is {value}; it must be 1 or more.")
        return value


def _content(path: Path) -> dict[str, Any]:
    """The JSON object in a file."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError(f"{path} is no model's configuration: it is larger than 16 MiB.")
        text = path.read_text(encoding="utf-8")
        content = json.loads(text)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from None
    except UnicodeDecodeError:
        raise InputError(f"{path} is no model's configuration: it is not a text file.") from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is no model's configuration: it is not JSON ({error}).") from None
    if not isinstance(content, dict):
        raise InputError(f"{path} is no model's configuration: it holds no JSON object.")
    return content


def _case(name: str, rows: int, n: int, k: int, what: str) -> LinearProjectionTestCase:
    return LinearProjectionTestCase(name, rows, n, k, f"{what} projection: ({rows}, {n}, {k})")
