"""How --help is laid out: options and verbs by what they are for, then commands to start from."""

from __future__ import annotations

import re
from typing import Any

from typer.core import TyperCommand, TyperGroup

WIDEST = 100
NAMES_WIDEST = 28
# by the names of the parameters; a new option joins one
SECTIONS = {
    "What to run": (
        *("test_case", "pattern", "case", "config", "model", "batch", "seq", "list_cases"),
        *("axis", "tile_m", "tile_n", "tile_k", "dtypes", "dtype", "out_dtype", "seed"),
        "launch",
    ),
    "On what": ("target", "device", "runtime", "set_values", "backend", "scheduler", "jobs", "yes"),
    "Search": ("objective", "max_error", "fuse", "top", "state"),
    "Mapping": (
        *("mapping", "tile", "grid", "ports", "k_mt", "c_depth", "b_layout"),
        *("kernel", "fp32", "bf16", "toolchain"),
    ),
    "Timing": (
        *("timing_only", "baseline", "num_runs", "warmup", "min_time", "max_noise", "stop_when"),
        *("max_time", "cold", "idle", "cache", "strict"),
    ),
    "Output": (
        *("verbose", "json", "csv", "markdown", "output_dir", "timeline", "plot", "out", "output"),
        "older_syntax",
        *("force", "quiet", "advice", "color"),
    ),
}
OTHERS = "Options"
_SECTION_OF = {name: heading for heading, names in SECTIONS.items() for name in names}
_PLACE_OF = {name: place for place, name in enumerate(_SECTION_OF)}


def examples(*commands: str) -> str:
    """Commands to start from, as the text below a verb's options, a line each."""
    return listing("Examples", *commands)


def listing(heading: str, *lines: str) -> str:
    """Lines under a heading that help prints as they are, never wrapped into one another."""
    return "\n".join(["\b", f"{heading}:", *(f"  {line}" for line in lines)])


class Verb(TyperCommand):
    """A verb whose help has its options in sections."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """The words of the usage line, arguments by their bare names."""
        return [re.sub(r"[{}]", "", piece) for piece in super().collect_usage_pieces(ctx)]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Arguments, then options by section; few options stay in one list."""
        lists: dict[str, list[tuple[int, tuple[str, str]]]] = {}
        params = [(param, param.get_help_record(ctx)) for param in self.get_params(ctx)]
        shown = [(param, record) for param, record in params if record is not None]
        sections = sum(param.name in _SECTION_OF for param, _ in shown) > len(SECTIONS)
        for param, (name, text) in shown:
            heading = _SECTION_OF.get(str(param.name), OTHERS) if sections else OTHERS
            if param.param_type_name == "argument":
                heading, name = "Arguments", name.partition(" <")[0]
            place = _PLACE_OF.get(str(param.name), len(_PLACE_OF)) if sections else 0
            lists.setdefault(heading, []).append((place, (name, text)))
        widest = min(max(len(record[0]) for _, record in shown), NAMES_WIDEST)
        for heading in ("Arguments", *SECTIONS, OTHERS):
            records = sorted(lists.get(heading, ()), key=lambda one: one[0])
            if records:
                with formatter.section(heading):
                    formatter.write_dl([(f"{name:<{widest}}", text) for _, (name, text) in records])


class Verbs(TyperGroup):
    """The verbs by what they are for, each in a line."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """The verbs, then the options that stand before one."""
        self.format_commands(ctx, formatter)
        TyperCommand.format_options(self, ctx, formatter)  # type: ignore[arg-type]

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """The verbs, in the sections that they were registered with."""
        lists: dict[str, list[Any]] = {}
        for name in self.list_commands(ctx):
            command: Any = self.get_command(ctx, name)
            lists.setdefault(getattr(command, "rich_help_panel", None) or "Commands", []).append(
                (name, command)
            )
        widest = max((len(name) for found in lists.values() for name, _ in found), default=0)
        for heading, found in lists.items():
            with formatter.section(heading):
                limit = formatter.width - 6 - widest
                formatter.write_dl(
                    [(f"{name:<{widest}}", one.get_short_help_str(limit)) for name, one in found]
                )
