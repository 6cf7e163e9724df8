"""Reading measurements: a folder for each source, with source.toml and rows.csv.

Whatever is missing, unknown or contradicts itself is refused with file and line.
"""

from __future__ import annotations

import csv
import math
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tilescope.devices import device_names
from tilescope.errors import InputError
from tilescope.evidence import vocabulary as words
from tilescope.evidence.consistency import require_consistent
from tilescope.evidence.records import Origin, Row, Source
from tilescope.evidence.roles import MANIFEST, read_manifest, require_frozen
from tilescope.quantities.dtypes import CANONICAL

MEASUREMENTS = Path(__file__).parents[1] / "data" / "measurements"
SOURCE_TEXTS = ("title", "noise", "trust")
SOURCE_KEYS = {
    *SOURCE_TEXTS,
    "published",
    "soc",
    "clock_mhz",
    "runtime",
    "runtime_why",
    "compiler",
    "statistic",
    "noise_pct",
    "origins",
}
ORIGIN_KEYS = {"place", "soc", "clock_mhz", "runtime", "runtime_why", "compiler", "note"}


def read_measurements(folder: Path | None = None) -> tuple[Row, ...]:
    """Every row under a folder, tilescope's own without one, ordered by id.

    Where the folder has a manifest of roles, they must be as drawn. Raises InputError with file
    and line for anything that cannot be taken as it stands.
    """
    root = folder or MEASUREMENTS
    if not root.is_dir():
        raise InputError(f"{root}: there is no such folder of measurements.")
    sources = sorted(path for path in root.iterdir() if path.is_dir())
    if (root / "rows.csv").exists():
        sources.append(root)
    if not sources:
        raise InputError(f"{root}: holds no source, a folder with source.toml and rows.csv.")
    rows: list[Row] = []
    for path in sources:
        rows.extend(_read_rows(path, read_source(path), root))
    seen: dict[str, Row] = {}
    for row in rows:
        if row.id in seen:
            raise InputError(f"{row.where}: id {row.id} is already used by {seen[row.id].where}.")
        seen[row.id] = row
    ordered = tuple(sorted(rows, key=lambda row: row.id))
    require_consistent(ordered)
    manifest = root / MANIFEST
    if manifest.exists():
        require_frozen(ordered, read_manifest(manifest), manifest.name)
    return ordered


def read_source(folder: Path) -> Source:
    """Read source.toml of one source's folder. Raises InputError for what is missing or unknown."""
    path = folder / "source.toml"
    where = f"{folder.name}/source.toml"
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(
            f"{where}: is missing; measurements without provenance are not taken."
        ) from None
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{where}: cannot be read ({error}).") from error
    if unknown := set(content) - SOURCE_KEYS:
        raise InputError(f"{where}: {sorted(unknown)[0]!r} is unknown.")
    for key in SOURCE_TEXTS:
        _text(where, content, key)
    published = content.get("published")
    if not published or not isinstance(published, list):
        raise InputError(f"{where}: published is missing: where the figures were made public.")
    if content.get("statistic") not in words.STATISTICS:
        raise InputError(f"{where}: statistic must be one of {', '.join(words.STATISTICS)}.")
    origins = content.get("origins")
    if not isinstance(origins, Mapping) or not origins:
        raise InputError(f"{where}: origins is missing: which part of the source, which machine.")
    noise_pct = content.get("noise_pct")
    return Source(
        name=folder.name,
        title=content["title"],
        published=tuple(str(entry) for entry in published),
        statistic=content["statistic"],
        noise=content["noise"],
        noise_pct=None if noise_pct is None else float(noise_pct),
        trust=content["trust"],
        origins={name: _origin(where, name, part, content) for name, part in origins.items()},
    )


def _origin(where: str, name: str, part: Any, source: Mapping[str, Any]) -> Origin:
    here = f"{where}, origins.{name}"
    if not isinstance(part, Mapping):
        raise InputError(f"{here}: must be a table.")
    if unknown := set(part) - ORIGIN_KEYS:
        raise InputError(f"{here}: {sorted(unknown)[0]!r} is unknown.")
    whole = {key: value for key, value in source.items() if key in ORIGIN_KEYS} | dict(part)
    if "runtime" in part and "runtime_why" not in part:
        whole.pop("runtime_why", None)
    _text(here, whole, "place")
    _text(here, whole, "soc")
    for key, choices in (("compiler", words.COMPILERS), ("runtime", words.RUNTIMES)):
        if whole.get(key) not in choices:
            known = ", ".join(choice for choice in choices if choice)
            raise InputError(f"{here}: {key} {whole.get(key)!r} is none of {known}.")
    if not whole["runtime"]:
        _text(here, whole, "runtime_why")
    clock = whole.get("clock_mhz")
    if clock is not None and (not isinstance(clock, int) or clock <= 0):
        raise InputError(f"{here}: clock_mhz must be a positive whole number.")
    return Origin(
        place=whole["place"],
        soc=whole["soc"],
        clock_mhz=clock,
        runtime=whole["runtime"],
        runtime_why=whole.get("runtime_why", ""),
        compiler=whole["compiler"],
        note=whole.get("note", ""),
    )


def _text(where: str, content: Mapping[str, Any], key: str) -> None:
    value = content.get(key)
    if not isinstance(value, str) or not value.strip():
        raise InputError(f"{where}: {key} is missing.")


def _read_rows(folder: Path, source: Source, root: Path) -> list[Row]:
    path = folder / "rows.csv"
    where = str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.reader(file)
            header = tuple(next(reader, ()))
            if header != words.COLUMNS:
                lacking = [name for name in words.COLUMNS if name not in header]
                what = f"lacks {', '.join(lacking)}" if lacking else "has other columns"
                raise InputError(f"{where}:1: the header {what}; it is {','.join(words.COLUMNS)}.")
            return [_row(cells, source, where, reader.line_num) for cells in reader if any(cells)]
    except FileNotFoundError:
        raise InputError(f"{where}: is missing.") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{where}: cannot be read ({error}).") from error


def _row(cells: list[str], source: Source, path: str, line: int) -> Row:
    where = f"{path}:{line}"
    if len(cells) != len(words.COLUMNS):
        raise InputError(f"{where}: has {len(cells)} cells instead of {len(words.COLUMNS)}.")
    row = dict(zip(words.COLUMNS, (cell.strip() for cell in cells), strict=True))
    for name in words.REQUIRED:
        if not row[name]:
            raise InputError(f"{where}: the cell {name} is missing.")
    _require_words(row, where)
    if row["origin"] not in source.origins:
        raise InputError(
            f"{where}: origin {row['origin']!r} is none of {', '.join(source.origins)}."
        )
    return Row(
        id=row["id"],
        experiment=row["experiment"],
        role=row["role"],
        source=source,
        origin=source.origins[row["origin"]],
        device=row["device"],
        op=row["op"],
        m=_size(row, "m", where),
        k=_size(row, "k", where),
        n=_size(row, "n", where),
        dtype_in=row["dtype_in"],
        dtype_acc=row["dtype_acc"],
        dtype_out=row["dtype_out"],
        arithmetic=row["arithmetic"],
        kernel=row["kernel"],
        cores=_size(row, "cores", where),
        grid=_grid(row["grid"], where),
        tile=(
            _size(row, "tile_m", where),
            _size(row, "tile_n", where),
            _size(row, "tile_k", where),
        ),
        staged_k=_size(row, "staged_k", where),
        form=row["form"],
        metric=row["metric"],
        value=_value(row["value"], where),
        unit=row["unit"],
        statistic=row["statistic"],
        includes_launch=row["includes_launch"],
        confidence=row["confidence"],
        inferred=row["inferred"] == "yes",
        note=row["note"],
        path=path,
        line=line,
    )


def _require_words(row: Mapping[str, str], where: str) -> None:
    devices = {*words.DEVICES, *device_names()}
    dtypes = {"", *CANONICAL, *words.FOREIGN_DTYPES}
    choices = (
        ("metric", set(words.UNITS)),
        ("role", set(words.ROLES)),
        ("statistic", set(words.STATISTICS)),
        ("includes_launch", set(words.ANSWERS)),
        ("confidence", set(words.CONFIDENCES)),
        ("arithmetic", set(words.ARITHMETICS)),
        ("device", devices),
        ("dtype_in", dtypes),
        ("dtype_acc", dtypes),
        ("dtype_out", dtypes),
    )
    for name, known in choices:
        if row[name] not in known:
            listed = ", ".join(sorted(word for word in known if word))
            raise InputError(f"{where}: {name} {row[name]!r} is unknown; it is one of {listed}.")
    unit = words.UNITS[row["metric"]]
    if row["unit"] != unit:
        raise InputError(
            f"{where}: unit {row['unit']!r} is unknown for {row['metric']}, which is in {unit}."
        )


def _size(row: Mapping[str, str], name: str, where: str) -> int | None:
    if not row[name]:
        return None
    if not row[name].isdecimal() or int(row[name]) == 0:
        raise InputError(f"{where}: {name} must be a positive whole number, not {row[name]!r}.")
    return int(row[name])


def _grid(text: str, where: str) -> tuple[int, int] | None:
    if not text:
        return None
    parts = text.split("x")
    if len(parts) != 2 or not all(part.isdecimal() and int(part) > 0 for part in parts):
        raise InputError(f"{where}: grid must be cores along m x cores along n, not {text!r}.")
    return (int(parts[0]), int(parts[1]))


def _value(text: str, where: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or value <= 0:
        raise InputError(f"{where}: value must be a positive number, not {text!r}.")
    return value
