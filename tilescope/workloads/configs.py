"""A llama-like model's configuration file, and the linear projections that follow from it.

The fields are those of Hugging Face's `config.json`: hidden_size, num_attention_heads,
num_key_value_heads, head_dim, intermediate_size. What a file leaves out is what its model type's
class says (`workloads.model_types`): key and value heads as many as the others, a head's width the
model's over the heads, unless the class has numbers of its own. Biases, norms and activations
change no shape, and neither do tied embeddings: lm_head is multiplied all the same.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tilescope.errors import InputError
from tilescope.workloads.cases import LinearProjectionTestCase
from tilescope.workloads.model_types import (
    FFN,
    GROUPS,
    HEAD_DIM,
    HEADS,
    HEADS_SHARE_THE_WIDTH,
    MODEL_TYPES,
    PACKINGS,
    VOCABULARY,
    WIDTH,
    class_values,
)

INNER_CONFIGS = ("text_config", "llm_config", "language_config")  # of models that also see
EXPERTS = ("num_local_experts", "num_experts", "n_routed_experts")
MOST_BYTES = 16 * 2**20
DEFAULT_ROWS = 64


@dataclass(frozen=True)
class ModelConfig:
    """The sizes of one block of a model, in elements, and how its projections are packed.

    packing: one of PACKINGS; ffn: the feed-forward layer's width; layers and vocabulary: None where
    the file does not say. by_class: the fields that the file leaves to its model type's class, with
    what that gives them.
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
    by_class: tuple[tuple[str, int], ...] = ()

    def projections(self, rows: int = DEFAULT_ROWS) -> list[LinearProjectionTestCase]:
        """One block's projections for so many rows (tokens), in the order of the seed's report."""
        query, key_value = self.query_heads * self.head_dim, self.key_value_heads * self.head_dim
        sizes = {
            "width": self.embedding,
            "query": query,
            "key_value": key_value,
            "qkv": query + 2 * key_value,
            "ffn": self.ffn,
            "two_ffn": 2 * self.ffn,
        }
        return [
            _case(name, rows, sizes[n], sizes[k], what)
            for name, what, n, k in PACKINGS[self.packing]
        ]

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
    content, where, within = _content(file), str(file), False
    outer = content.get("model_type")
    known = isinstance(outer, str) and outer in MODEL_TYPES and WIDTH in content
    for key in () if known else INNER_CONFIGS:
        if isinstance(content.get(key), dict):
            content, where, within = content[key], f"{file}, {key}", True
            break
    model_type = content.get("model_type")
    if not isinstance(model_type, str):
        raise InputError(f"{where} is no model's configuration: it has no model_type.")
    experts = [key for key in EXPERTS if isinstance(content.get(key), int) and content[key] > 1]
    if experts:
        raise InputError(
            f"{where} is of the model type {model_type!r}, a mixture of {content[experts[0]]} "
            f"experts ({experts[0]}), and a block of experts is not one set of projections; name "
            "the shapes with --case."
        )
    if model_type not in MODEL_TYPES:
        raise InputError(
            f"{where} is of the model type {model_type!r}, whose projections are not known here; "
            f"those known are {', '.join(sorted(MODEL_TYPES))}. Name its shapes with --case, or "
            "its module with --model."
        )
    return _sizes(_Fields(where, content, class_values(model_type), within=within), model_type)


def _sizes(fields: _Fields, model_type: str) -> ModelConfig:
    """The sizes, each checked by itself and against the others."""
    where = fields.where
    embedding, heads = fields.size(WIDTH), fields.size(HEADS)
    key_value_heads = fields.value(GROUPS) or heads
    head_dim = None if model_type in HEADS_SHARE_THE_WIDTH else fields.value(HEAD_DIM)
    if head_dim is None:
        if embedding % heads:
            raise InputError(
                f"{where}: hidden_size {embedding} is no multiple of num_attention_heads {heads}, "
                "and there is no head_dim; one of them is wrong."
            )
        head_dim = embedding // heads
    if heads % key_value_heads:
        own = "" if GROUPS in fields.content else f", which {model_type} has where a file does not"
        raise InputError(
            f"{where}: num_attention_heads {heads} cannot be shared out evenly over "
            f"num_key_value_heads {key_value_heads}{own}; one of them is wrong."
        )
    sizes = {WIDTH: embedding, HEADS: heads, GROUPS: key_value_heads, HEAD_DIM: head_dim}
    sizes[FFN] = fields.size(FFN)
    vocabulary = fields.value(VOCABULARY) if fields.within else fields.optional(VOCABULARY)
    return ModelConfig(
        model_type=model_type,
        packing=MODEL_TYPES[model_type],
        embedding=embedding,
        query_heads=heads,
        key_value_heads=key_value_heads,
        head_dim=head_dim,
        ffn=sizes[FFN],
        layers=fields.optional("num_hidden_layers"),
        vocabulary=vocabulary,
        by_class=tuple((key, size) for key, size in sizes.items() if fields.left_to_class(key)),
    )


@dataclass(frozen=True)
class _Fields:
    """A configuration's fields, and the name of the file for what is wrong with them.

    usual: what the model type's class gives each; within: whether the configuration lies in a
    larger one, where only what differs from those is written down.
    """

    where: str
    content: Mapping[str, Any]
    usual: Mapping[str, int | None]
    within: bool

    def size(self, key: str) -> int:
        """A field that must be there, or be the class's where such files leave those out."""
        found = self.value(key) if self.within else self.optional(key)
        if found is None:
            raise InputError(f"{self.where} has no {key}, from which the shapes follow.")
        return found

    def value(self, key: str) -> int | None:
        """A field, or the class's value where the file has none; null is None."""
        return self.optional(key) if key in self.content else self.usual[key]

    def left_to_class(self, key: str) -> bool:
        """Whether the file has nothing for a field that the class has a value for."""
        return key not in self.content and self.usual[key] is not None

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
    except FileNotFoundError:
        raise InputError(
            f"There is no file {path}; a model's config.json is read where it lies, and none is "
            "fetched."
        ) from None
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
