"""The llama block, as far as its linear projections follow from its configuration."""

from __future__ import annotations

from dataclasses import dataclass, fields

from tilescope.errors import InputError
from tilescope.workloads.gemm import Gemm


@dataclass(frozen=True)
class LlamaBlockConfig:
    """The sizes of one llama block, from which the shape of every projection follows.

    sequence: tokens; embedding: width of the residual stream; query_heads and
    key_value_heads: attention heads, several query heads sharing one key/value head;
    head_dim: width of one head; ffn: width of the feed-forward layer. All in elements.
    The query width query_heads·head_dim need not equal the embedding (here 960 and 768).
    Raises InputError when the sizes contradict one another.
    """

    sequence: int = 64
    embedding: int = 768
    query_heads: int = 15
    key_value_heads: int = 5
    head_dim: int = 64
    ffn: int = 3072

    def __post_init__(self) -> None:
        for field in fields(self):
            size = getattr(self, field.name)
            if isinstance(size, bool) or not isinstance(size, int):
                raise InputError(
                    f"LlamaBlockConfig: {field.name} must be a whole number, not {size!r}."
                )
            if size <= 0:
                raise InputError(f"LlamaBlockConfig: {field.name} must be positive, not {size}.")
        if self.key_value_heads > self.query_heads:
            raise InputError(
                f"LlamaBlockConfig: {self.key_value_heads} key/value heads are more than the "
                f"{self.query_heads} query heads that would share them."
            )
        if self.query_heads % self.key_value_heads:
            raise InputError(
                f"LlamaBlockConfig: {self.query_heads} query heads cannot be shared out evenly "
                f"over {self.key_value_heads} key/value heads; make query_heads a multiple of "
                "key_value_heads."
            )
        if self.head_dim % 2:
            raise InputError(
                f"LlamaBlockConfig: head_dim {self.head_dim} is odd, and rotary position "
                "embedding turns its elements in pairs; make it even."
            )

    @property
    def query_width(self) -> int:
        """Width of all query heads together, query_heads·head_dim."""
        return self.query_heads * self.head_dim

    @property
    def key_value_width(self) -> int:
        """Width of all key (or all value) heads together, key_value_heads·head_dim."""
        return self.key_value_heads * self.head_dim

    def linear_projections(self, dtype: str = "float32") -> tuple[Gemm, ...]:
        """The block's seven linear projections as products C[M, N] = A[M, K] @ B[K, N].

        In the order of the seed's report: q, k, v, o, up, gate, down.
        """
        tokens, width = self.sequence, self.embedding
        return tuple(
            Gemm(name, tokens, n, k, dtype, f"{what} projection: ({tokens}, {n}, {k})")
            for name, what, n, k in (
                ("q_proj", "Query", self.query_width, width),
                ("k_proj", "Key", self.key_value_width, width),
                ("v_proj", "Value", self.key_value_width, width),
                ("o_proj", "Output", width, self.query_width),
                ("up_proj", "FFN up", self.ffn, width),
                ("gate_proj", "FFN gate", self.ffn, width),
                ("down_proj", "FFN down", width, self.ffn),
            )
        )
