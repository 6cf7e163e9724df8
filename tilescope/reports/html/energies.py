"""Energy of one call: measured, a band of published power × time, or why there is no figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tilescope.quantities.units import significant
from tilescope.reports.html.figures import Figure
from tilescope.runs.counters import Energy
from tilescope.runs.models import Case

OF = {"npu": "NPU", "baseline": "PyTorch"}


@dataclass(frozen=True)
class EnergyRow:
    """Energy of one call of one case, or why some cases have no figure."""

    name: str
    of: str
    figure: Figure | None
    source: str
    missing: str


def energy_rows(cases: Sequence[Case]) -> tuple[EnergyRow, ...]:
    """Every answer that the run file has; those that are missing for one reason in one row."""
    rows: list[EnergyRow] = []
    missing: dict[tuple[str, str], list[str]] = {}
    for case in cases:
        for energy in case.energy:
            of, figure = OF[energy.of], _figure(energy)
            if figure is None:
                missing.setdefault((of, energy.missing or "not available"), []).append(case.name)
            else:
                rows.append(EnergyRow(case.name, of, figure, energy.source, ""))
    for (of, why), names in missing.items():
        every = len(names) == len(cases) > 1
        rows.append(EnergyRow("every case" if every else ", ".join(names), of, None, "", why))
    return tuple(rows)


def _figure(energy: Energy) -> Figure | None:
    low, high = energy.low_uj, energy.high_uj
    if low is None or high is None or energy.kind is None:
        return None
    unit, divisor = ("J", 1e6) if high >= 1e6 else ("mJ", 1e3) if high >= 1e3 else ("µJ", 1.0)
    ends = dict.fromkeys((significant(low / divisor), significant(high / divisor)))
    exact = f"{low:,.6g} to {high:,.6g} µJ"
    return Figure(f"{' to '.join(ends)} {unit}", "energy", energy.kind, exact)
