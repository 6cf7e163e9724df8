"""The environment variables that change how fast PyTorch is: by name, and nothing else ever."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

SETTINGS = (
    "ATEN_CPU_CAPABILITY",
    "BLIS_NUM_THREADS",
    "DNNL_DEFAULT_FPMATH_MODE",
    "DNNL_MAX_CPU_ISA",
    "GLIBC_TUNABLES",
    "GOMP_CPU_AFFINITY",
    "GOMP_SPINCOUNT",
    "KMP_AFFINITY",
    "KMP_BLOCKTIME",
    "KMP_HW_SUBSET",
    "MALLOC_ARENA_MAX",
    "MALLOC_CONF",
    "MKL_CBWR",
    "MKL_DYNAMIC",
    "MKL_ENABLE_INSTRUCTIONS",
    "MKL_NUM_THREADS",
    "OMP_DYNAMIC",
    "OMP_NUM_THREADS",
    "OMP_PLACES",
    "OMP_PROC_BIND",
    "OMP_SCHEDULE",
    "OMP_THREAD_LIMIT",
    "OMP_WAIT_POLICY",
    "ONEDNN_DEFAULT_FPMATH_MODE",
    "ONEDNN_MAX_CPU_ISA",
    "OPENBLAS_CORETYPE",
    "OPENBLAS_NUM_THREADS",
    "PYTORCH_ALLOC_CONF",
    "TILESCOPE_KERNELS",
)
"""Variables that are recorded with their values, and may be set for a command that is run anew."""

LIBRARIES = "LD_PRELOAD"
"""Recorded by the libraries' names without their folders, and never set."""

WITHHELD = "(set, not recorded)"
PLAIN = re.compile(r"[A-Za-z0-9_.,:;=+\-/{}()\[\]*# ]{0,200}")
TOKEN = re.compile(r"(?=\w*\d)(?=\w*[A-Za-z])[\w-]{20,}")
"""A long word of letters and digits: no setting has one, keys and tokens are one."""


def recorded(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """The settings that are in force; what does not look like a setting is withheld."""
    environ = os.environ if environ is None else environ
    found = {name: _plain(environ[name]) for name in SETTINGS if name in environ}
    if libraries := environ.get(LIBRARIES, "").replace(":", " ").split():
        found[LIBRARIES] = _plain(" ".join(Path(library).name for library in libraries))
    return found


def _plain(value: str) -> str:
    """The value, where it looks like that of a setting."""
    return value if PLAIN.fullmatch(value) and not TOKEN.search(value) else WITHHELD
