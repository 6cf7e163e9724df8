"""The same projections at several batches and sequence lengths, from decode to prefill.

A linear layer multiplies every token of every sequence by the same weights, so that a batch of
sequences is one product with M = batch · sequence rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from tilescope.errors import InputError
from tilescope.profiling.products import ProductSettings, Profile, profile_products
from tilescope.runs.models import Case
from tilescope.workloads.cases import LinearProjectionTestCase


@dataclass(frozen=True)
class Points:
    """Where to profile: every batch at every sequence length; None keeps the case's own rows."""

    batches: tuple[int, ...] = (1,)
    sequences: tuple[int, ...] | None = None

    @property
    def several(self) -> bool:
        """Whether there is more than one."""
        return len(self.batches) * len(self.sequences or (0,)) > 1


@dataclass(frozen=True)
class PlacedCase:
    """A case at one point, M = batch · sequence."""

    case: LinearProjectionTestCase
    batch: int
    sequence: int


def placed(cases: Sequence[LinearProjectionTestCase], points: Points) -> list[PlacedCase]:
    """Every case at every point, case by case.

    Where there are several points a name says its own: q_proj.b2.s16. Raises InputError for a
    number of rows that no product may have.
    """
    found = []
    for case in cases:
        for batch in points.batches:
            for sequence in points.sequences or (case.M,):
                name = case.name
                name += f".b{batch}" if len(points.batches) > 1 else ""
                name += f".s{sequence}" if len(points.sequences or ()) > 1 else ""
                rows = batch * sequence
                what = case.description.partition(":")[0] or case.name
                text = f"{what}: ({rows}, {case.N}, {case.K})"
                if rows == case.M:
                    text = case.description
                found.append(
                    PlacedCase(replace(case, name=name, M=rows, description=text), batch, sequence)
                )
    return found


def profile_scaling(
    cases: Sequence[PlacedCase],
    settings: ProductSettings,
    *,
    notify: Callable[[str], None] = lambda text: None,
) -> Profile:
    """Profile the cases in order; each says its batch and sequence length in the run.

    Raises InputError and WrongResultError as profile_products does.
    """
    profile = profile_products([one.case for one in cases], settings, notify=notify)
    done = tuple(
        case.model_copy(update={"batch": one.batch, "sequence": one.sequence})
        for case, one in zip(profile.run.cases, cases, strict=False)  # fewer after Ctrl-C
    )
    return replace(profile, run=profile.run.model_copy(update={"cases": done}))


def series(cases: Sequence[Case]) -> dict[str, list[Case]]:
    """The cases of each projection by the number of their rows, under the projection's own name.

    Where two points have as many rows, such as 2·32 and 1·64, the first stands for both.
    """
    found: dict[str, dict[int, Case]] = {}
    for case in cases:
        found.setdefault(series_name(case), {}).setdefault(case.shape.m, case)
    return {name: [rows[m] for m in sorted(rows)] for name, rows in found.items()}


def series_name(case: Case) -> str:
    """The name without its point."""
    return case.name.removesuffix(f".s{case.sequence}").removesuffix(f".b{case.batch}")


def check_own_cases(own: Sequence[str], points: Points) -> None:
    """Refuse a sequence length for cases that state their rows themselves.

    Raises InputError.
    """
    if own and points.sequences is not None:
        raise InputError(
            "--seq sets the rows of projections, and a --case states its own; leave one out, or "
            "multiply its rows with --batch."
        )
