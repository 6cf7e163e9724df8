"""What a run is about, in a few words."""

from __future__ import annotations

from collections.abc import Sequence

from tilescope.reports.names import shown
from tilescope.runs.models import Case

SUBJECTS = {"linear": "Linear projections", "gemm": "Matrix product", "tile": "One block"}


def subject(cases: Sequence[Case]) -> str:
    """What the cases are, as a title begins: `Linear projections`, `q_proj in several dtypes`.

    One product that stands several times, each time in another dtype, is named.
    """
    first = cases[0]
    dtypes = {(case.dtype, case.mapping.c_dtype) for case in cases}
    if len(cases) > 1 and len(dtypes) > 1 and all(case.shape == first.shape for case in cases):
        names = {case.name.rpartition(".")[0] or case.name for case in cases}
        return f"{shown(names.pop()) if len(names) == 1 else 'One product'} in several dtypes"
    return SUBJECTS.get(first.op, "Matrix products")
