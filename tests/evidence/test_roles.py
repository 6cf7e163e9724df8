"""Was the exam chosen before the answers, and is it still the same?"""

from __future__ import annotations

import re
from pathlib import Path

import tilescope
from tilescope.evidence.reading import MEASUREMENTS, read_measurements
from tilescope.evidence.records import Row
from tilescope.evidence.roles import MANIFEST, draw_roles, read_manifest, stratum
from tilescope.kernels import loop_rates
from tilescope.kernels.loop_rates import Coefficient

PACKAGE = Path(tilescope.__file__).parent
# Pages that rest on rows name them in a fact's note; those that only compare are listed here.
COMPARED_ONLY = {
    "m0235": "allo-profile: the next kernels above its floor",
    "m0236": "allo-profile: the next kernels above its floor",
    "m0237": "allo-profile: the next kernels above its floor",
    "m1078": "xrt-windows: what xrt-smi shows on another machine",
}


def experiments() -> dict[str, tuple[Row, ...]]:
    """Rows by experiment."""
    found: dict[str, list[Row]] = {}
    for row in read_measurements():
        found.setdefault(row.experiment, []).append(row)
    return {name: tuple(rows) for name, rows in found.items()}


def test_drawing_again_with_the_written_seed_gives_the_same_roles() -> None:
    manifest = read_manifest(MEASUREMENTS / MANIFEST)
    grouped = experiments()
    drawn = draw_roles(grouped, manifest.forced_fit, manifest.forced_check, manifest.seed)
    assert drawn == {name: rows[0].role for name, rows in grouped.items()}


def test_every_role_is_the_one_of_the_day_of_the_draw() -> None:
    # the digest is repeated here so that rows and manifest cannot be changed together unnoticed
    manifest = read_manifest(MEASUREMENTS / MANIFEST)
    assert manifest.seed == 20261122
    assert manifest.sha256 == "c49867b1ce8a679fd6e26cc38231e1d94377c0136e0a28250a925cb0b702b5da"


def test_at_least_half_of_all_rows_and_experiments_are_check() -> None:
    rows, grouped = read_measurements(), experiments()
    assert sum(row.role == "check" for row in rows) * 2 >= len(rows)
    assert sum(group[0].role == "check" for group in grouped.values()) * 2 >= len(grouped)


def test_no_more_than_half_of_a_stratum_is_drawn_as_fit() -> None:
    manifest = read_manifest(MEASUREMENTS / MANIFEST)
    strata: dict[str, list[str]] = {}
    for name, rows in experiments().items():
        strata.setdefault(stratum(rows), []).append(name)
    for members in strata.values():
        drawn = [name for name in members if name in manifest.drawn_fit]
        forced = [name for name in members if name in manifest.forced_fit]
        assert not drawn or 2 * (len(drawn) + len(forced)) <= len(members)


def test_rows_of_one_experiment_share_their_role() -> None:
    for rows in experiments().values():
        assert len({row.role for row in rows}) == 1


def test_smolvla_s_products_are_check_as_tests_judge_by_them() -> None:
    roles = {row.id: row.role for row in read_measurements()}
    assert {roles[f"m{number:04d}"] for number in range(1, 19)} == {"check"}


def test_the_tables_that_the_project_is_to_meet_are_check() -> None:
    arrays = [f"m{number:04d}" for number in (317, 321, 325, 329, 333, 337, 341, 345)]
    roles = {row.id: row.role for row in read_measurements()}
    assert {roles[name] for name in arrays} == {"check"}


def test_a_row_that_a_page_s_value_rests_on_is_fit() -> None:
    roles = {row.id: row.role for row in read_measurements()}
    resting = set()
    for folder in ("devices/pages", "targets/runtimes"):
        for page in sorted((PACKAGE / folder).glob("*.toml")):
            for line in page.read_text(encoding="utf-8").splitlines():
                if "value = " in line:
                    resting |= _named(line)
    wrong = sorted(name for name in resting - set(COMPARED_ONLY) if roles.get(name) == "check")
    assert not wrong, f"check rows behind a page's value: {wrong}"


def test_a_row_that_a_kernel_s_coefficient_rests_on_is_fit() -> None:
    roles = {row.id: row.role for row in read_measurements()}
    coefficients = [one for one in vars(loop_rates).values() if isinstance(one, Coefficient)]
    assert coefficients
    # a text that says what rows "give" compares; the value is from elsewhere
    texts = [text for one in coefficients for text in one.source if " give " not in text]
    resting = set().union(*(_named(text) for text in texts))
    wrong = sorted(name for name in resting if roles[name] == "check")
    assert not wrong, f"check rows behind a kernel's cost: {wrong}"


def _named(text: str) -> set[str]:
    """Row ids in a text, ranges as `m0235 to m0237` included."""
    found = set(re.findall(r"\bm\d{4}\b", text))
    for first, last in re.findall(r"\bm(\d{4}) (?:to|–|-) m(\d{4})\b", text):
        found |= {f"m{number:04d}" for number in range(int(first), int(last) + 1)}
    return found
