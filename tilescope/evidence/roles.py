"""Which experiments a model may be fitted on, and which it is judged by: drawn once, then frozen.

An experiment is `fit` where a figure of it stands behind a fact or a runtime's page, and `check`
where tests already judge by it; the rest is drawn with a written seed. The manifest beside the
measurements holds the outcome and its digest, so that a role that moved is an error.
"""

from __future__ import annotations

import hashlib
import random
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tilescope.errors import InputError
from tilescope.evidence.records import Row
from tilescope.evidence.vocabulary import ROLES

MANIFEST = "roles.toml"
DRAWN_AS = {"npu2:strix-halo": "npu2"}
"""Devices that had no page of their own when the roles were drawn, and what they counted as."""


@dataclass(frozen=True)
class Manifest:
    """The seed, the experiments whose role is not drawn (with the reason), and every role."""

    seed: int
    forced_fit: Mapping[str, str]
    forced_check: Mapping[str, str]
    drawn_fit: frozenset[str]
    drawn_check: frozenset[str]
    sha256: str

    def role(self, experiment: str) -> str | None:
        """The frozen role of an experiment, None where it is not in the manifest."""
        if experiment in self.forced_fit or experiment in self.drawn_fit:
            return "fit"
        if experiment in self.forced_check or experiment in self.drawn_check:
            return "check"
        return None


def read_manifest(path: Path) -> Manifest:
    """Read a manifest of roles. Raises InputError where it is malformed or names one twice."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        manifest = Manifest(
            seed=int(content["seed"]),
            forced_fit=dict(content["forced_fit"]),
            forced_check=dict(content["forced_check"]),
            drawn_fit=frozenset(content["drawn_fit"]),
            drawn_check=frozenset(content["drawn_check"]),
            sha256=str(content["sha256"]),
        )
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path}: is no manifest of roles ({error}).") from error
    groups = (
        set(manifest.forced_fit),
        set(manifest.forced_check),
        set(manifest.drawn_fit),
        set(manifest.drawn_check),
    )
    if sum(len(group) for group in groups) != len(set().union(*groups)):
        raise InputError(f"{path}: an experiment has more than one role.")
    return manifest


def digest(rows: Iterable[Row]) -> str:
    """SHA-256 over id, experiment and role of every row, whatever their order."""
    lines = sorted(f"{row.id} {row.experiment} {row.role}" for row in rows)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def require_frozen(rows: tuple[Row, ...], manifest: Manifest, path: str) -> None:
    """Refuse rows whose role is not the manifest's, and rows that came, went or changed sides.

    Raises InputError with file and line of the first row whose role moved.
    """
    for row in rows:
        frozen = manifest.role(row.experiment)
        if frozen is None:
            raise InputError(
                f"{row.where}: experiment {row.experiment} is not in {path}; a new experiment is "
                "drawn before it is predicted."
            )
        if frozen != row.role:
            raise InputError(
                f"{row.where}: the role of {row.id} moved: {row.experiment} was drawn as {frozen}, "
                f"and roles are never moved."
            )
    found = digest(rows)
    if found != manifest.sha256:
        raise InputError(
            f"{path}: rows were added, removed or moved to another experiment since the roles "
            f"were drawn (digest {found[:12]} instead of {manifest.sha256[:12]})."
        )


def stratum(rows: Iterable[Row]) -> str:
    """What an experiment is drawn among: publisher, operation, device, and whether tiles are known.

    Decided by the experiment's first row.
    """
    first = min(rows, key=lambda row: row.id)
    device = DRAWN_AS.get(first.device, first.device)
    tiled = "tiled" if first.core_tile else "untiled"
    return " ".join((first.experiment.partition("/")[0], first.op, device or "-", tiled))


def draw_roles(
    experiments: Mapping[str, tuple[Row, ...]],
    forced_fit: Iterable[str],
    forced_check: Iterable[str],
    seed: int,
) -> dict[str, str]:
    """The role of every experiment, the same for the same seed.

    Within each stratum the experiments that are not forced are shuffled; one after the other
    becomes `fit` as long as neither more than half of the stratum's experiments nor more than
    half of its rows are; the rest is `check`.
    """
    forced = dict.fromkeys(forced_fit, ROLES[0]) | dict.fromkeys(forced_check, ROLES[1])
    strata: dict[str, list[str]] = {}
    for experiment, rows in sorted(experiments.items()):
        strata.setdefault(stratum(rows), []).append(experiment)
    roles = {}
    for name, members in strata.items():
        total_rows = sum(len(experiments[member]) for member in members)
        fit = [member for member in members if forced.get(member) == "fit"]
        fit_rows = sum(len(experiments[member]) for member in fit)
        fit_count = len(fit)
        free = [member for member in members if member not in forced]
        random.Random(f"{seed} {name}").shuffle(free)
        for member in members:
            roles[member] = forced.get(member, "check")
        for member in free:
            size = len(experiments[member])
            if 2 * (fit_count + 1) <= len(members) and 2 * (fit_rows + size) <= total_rows:
                roles[member] = "fit"
                fit_count += 1
                fit_rows += size
    return roles
