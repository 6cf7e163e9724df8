"""One matrix product, with its work and its bytes as closed forms."""

from __future__ import annotations

from dataclasses import dataclass

from tilescope.errors import InputError
from tilescope.quantities.dtypes import canonical_dtype, dtype_bytes
from tilescope.quantities.shapes import check_shape


def check_case(name: str, m: int, n: int, k: int) -> None:
    """Refuse sides that are not three positive whole numbers of a size worth simulating.

    Raises InputError naming the case and the side at fault.
    """
    for side, size in (("M", m), ("N", n), ("K", k)):
        if isinstance(size, bool) or not isinstance(size, int):
            raise InputError(f"{side} of {name} must be a whole number, not {size!r}.")
    check_shape(m, n, k, f"{m}x{n}x{k} of {name}")


@dataclass(frozen=True)
class Gemm:
    """The product C[m, n] = A[m, k] @ B[k, n], every tensor held in one dtype.

    Sizes in elements, bytes unpadded, dtype canonical after construction (aliases are
    accepted). Raises InputError for an empty name, a bad size or an unknown dtype.
    """

    name: str
    m: int
    n: int
    k: int
    dtype: str
    description: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.strip():
            raise InputError("A workload needs a name that is not empty.")
        check_case(self.name, self.m, self.n, self.k)
        object.__setattr__(self, "dtype", canonical_dtype(self.dtype))

    @property
    def macs(self) -> int:
        """Multiply-accumulates: one for each of the k products behind each of the m·n outputs."""
        return self.m * self.n * self.k

    @property
    def flops(self) -> int:
        """Operations, two for each multiply-accumulate: 2·m·n·k."""
        return 2 * self.macs

    @property
    def a_bytes(self) -> int:
        """Bytes of A."""
        return self.m * self.k * dtype_bytes(self.dtype)

    @property
    def b_bytes(self) -> int:
        """Bytes of B."""
        return self.k * self.n * dtype_bytes(self.dtype)

    @property
    def input_bytes(self) -> int:
        """Bytes of A and B, each counted once."""
        return self.a_bytes + self.b_bytes

    @property
    def output_bytes(self) -> int:
        """Bytes of C."""
        return self.m * self.n * dtype_bytes(self.dtype)

    @property
    def shape_text(self) -> str:
        """The shape as reports print it, M×N×K."""
        return f"{self.m}×{self.n}×{self.k}"

    @property
    def label(self) -> str:
        """Name and shape, as in `q_proj (64×960×768)`."""
        return f"{self.name} ({self.shape_text})"
