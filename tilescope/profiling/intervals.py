"""How far hardware may be from a simulated time: read from the file that the ledger left.

A kind is an operation, dtype, device and runtime. Where too few published rows of it were
predicted there is no interval, and a note says so.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tilescope.errors import InputError
from tilescope.runs.figures import Interval

PRODUCT = "gemm"  # what the ledger calls every case
INTERVALS = Path(__file__).parents[1] / "data" / "intervals.toml"
NAMES = {"gemm": "products", "add": "additions"}


@dataclass(frozen=True)
class Validated:
    """What is known of a kind: rows that judged it, and the error that most stay within.

    within is a share, None where the rows are too few; confidence is the share of rows that stay
    within it, fewest how many rows an interval needs. errors are the lowest and the highest of the
    rows, (predicted − measured) ÷ measured, None where there is no row.
    """

    rows: int
    within: float | None
    confidence: float
    fewest: int
    errors: tuple[float, float] | None = None

    def interval(self, us: float) -> Interval | None:
        """Bounds for the time of hardware: an error e of a prediction p means p / (1 + e)."""
        if self.within is None:
            return None
        low, high = us / (1 + self.within), us / (1 - min(self.within, 0.99))
        return Interval(low=low, high=high, confidence=self.confidence)


@cache
def validated(op: str, dtype: str, device: str, runtime: str, path: Path = INTERVALS) -> Validated:
    """What is known of a kind; a device with overrides or a runtime's statistic is its base.

    Raises InputError where the file of intervals cannot be read.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path.name}: cannot be read ({error}).") from error
    confidence, fewest = float(content["confidence"]), int(content["fewest_rows"])
    wanted = (op, dtype, device, runtime.partition(":")[0])
    for kind in content.get("kinds", []):
        if (kind["op"], kind["dtype"], kind["device"], kind["runtime"]) == wanted:
            errors = (float(kind["lowest"]), float(kind["highest"]))
            return Validated(int(kind["rows"]), kind.get("within"), confidence, fewest, errors)
    return Validated(0, None, confidence, fewest)


def outside(op: str, dtype: str, device: str, runtime: str, found: Validated) -> tuple[str, ...]:
    """The note for a kind without an interval; none where it has one, or for float32.

    That no float32 row was ever published is said by profiling itself.
    """
    if found.within is not None or dtype == "float32":
        return ()
    where = f"on {device} under {runtime}"
    kind = f"{dtype} {NAMES.get(op, op)}"
    if found.errors is None:
        held = f"no published row is held against {kind} {where}"
    else:
        lowest, highest = (f"{100 * error:+.1f} %".replace("-", "−") for error in found.errors)
        held = f"the {found.rows} published {kind} {where} are off by {lowest} to {highest}"
        if found.rows == 1:
            held = f"the one published row of {kind} {where} is off by {lowest}"
    return (f"Outside what was validated: {held}, and an interval needs {found.fewest}",)
