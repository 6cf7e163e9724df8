"""The element types by canonical name, and the short names that people type."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from tilescope.quantities.names import unknown_name

if TYPE_CHECKING:
    import numpy as np

CANONICAL = ("float32", "bfloat16", "float16", "int8", "int16", "int32")
UNSIGNED = (
    "uint8",
    "uint16",
    "uint32",
)  # held by buffers of a design, computed with by none of ours

_ALIASES = {
    "f32": "float32",
    "fp32": "float32",
    "float": "float32",
    "single": "float32",
    "bf16": "bfloat16",
    "f16": "float16",
    "fp16": "float16",
    "half": "float16",
    "i8": "int8",
    "s8": "int8",
    "i16": "int16",
    "s16": "int16",
    "i32": "int32",
    "s32": "int32",
}
_BYTES = {
    "float32": 4,
    "bfloat16": 2,
    "float16": 2,
    "int8": 1,
    "int16": 2,
    "int32": 4,
    "uint8": 1,
    "uint16": 2,
    "uint32": 4,
}


def canonical_dtype(name: str) -> str:
    """The canonical name of a dtype given by that name or a short one (f32, bf16, i8).

    Raises:
        InputError: there is no such dtype; the message lists those there are.
    """
    lowered = name.strip().lower()
    canonical = _ALIASES.get(lowered, lowered)
    if canonical not in CANONICAL:
        raise unknown_name("dtype", name, CANONICAL)
    return canonical


@cache
def dtype_bytes(name: str) -> int:
    """Bytes of one element."""
    return _BYTES[_held(name)]


def numpy_dtype(name: str) -> np.dtype[Any]:
    """The numpy dtype of one element; bfloat16 is ml_dtypes' one."""
    import numpy as np

    canonical = _held(name)
    if canonical == "bfloat16":
        import ml_dtypes

        bfloat16: np.dtype[Any] = np.dtype(ml_dtypes.bfloat16)
        return bfloat16
    return np.dtype(canonical)


def is_integer(name: str) -> bool:
    """Whether the dtype holds whole numbers."""
    return "int" in _held(name)


def _held(name: str) -> str:
    return name if name in UNSIGNED else canonical_dtype(name)
