"""The axes of a sweep, as they are typed and as they are kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tilescope.designs.mapping import B_LAYOUTS, FAMILIES, KERNELS, PORTS
from tilescope.devices.catalog import device_names, load_device
from tilescope.errors import InputError
from tilescope.kernels.catalog import BFLOAT16_EMULATIONS, FLOAT32_EMULATIONS
from tilescope.kernels.contract import TOOLCHAINS
from tilescope.quantities.axes import whole_values
from tilescope.quantities.dtypes import canonical_dtype
from tilescope.quantities.names import check_choice, unknown_name
from tilescope.quantities.shapes import parse_grid, parse_tile
from tilescope.targets.runtimes import runtime_names

Value = int | str
AUTO = "auto"  # left to the mapping


@dataclass(frozen=True)
class Axis:
    """One name and its values in the order typed: whole numbers, or texts in one spelling."""

    name: str
    values: tuple[Value, ...]


def parse_axis(text: str) -> Axis:
    """Read NAME=VALUES, as in M=64:1024:x2, tile=32,64x32x64 or dtype=bfloat16,int8.

    Raises InputError for an unknown axis, a value that it has not, or one twice.
    """
    name, equals, values = text.partition("=")
    name = name.strip()
    if not equals:
        raise InputError(f"An axis is NAME=VALUES, as in M=64:1024:x2, not {text!r}.")
    if name not in AXES:
        raise unknown_name("axis", name, AXES)
    return Axis(name, AXES[name](values.strip(), name))


def parse_axes(texts: Sequence[str]) -> tuple[Axis, ...]:
    """All axes of a sweep; the last varies fastest.

    Raises InputError where there is none, or one twice.
    """
    axes = tuple(parse_axis(text) for text in texts)
    if not axes:
        raise InputError("A sweep needs at least one --axis, as in --axis M=64:1024:x2.")
    names = [axis.name for axis in axes]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"The axis {name} is there twice; give all its values at once.")
    return axes


def _texts(read: Callable[[str], str]) -> Callable[[str, str], tuple[Value, ...]]:
    """Values with commas between them, each brought to one spelling."""

    def parse(text: str, name: str) -> tuple[Value, ...]:
        values = tuple(read(part.strip()) for part in text.split(","))
        for value in values:
            if values.count(value) > 1:
                raise InputError(f"The axis {name} has the value {value} twice.")
        return values

    return parse


def _choice(name: str, choices: Sequence[str]) -> Callable[[str, str], tuple[Value, ...]]:
    return _texts(lambda text: check_choice(name, text, choices))


def _or_auto(
    read: Callable[[str, str], tuple[Value, ...]],
) -> Callable[[str, str], tuple[Value, ...]]:
    """Values among which `auto` may stand, for what the mapping chooses."""

    def parse(text: str, name: str) -> tuple[Value, ...]:
        parts = [part.strip() for part in text.split(",")]
        given = [part for part in parts if part != AUTO]
        values: list[Value] = list(read(",".join(given), name)) if given else []
        if parts.count(AUTO) > 1:
            raise InputError(f"The axis {name} has the value {AUTO} twice.")
        if AUTO in parts:
            values.insert(len(values) if parts.index(AUTO) else 0, AUTO)
        return tuple(values)

    return parse


def _tile(text: str) -> str:
    """A core tile as MxNxK; one number stands for all three."""
    whole = text if "x" in text.lower() or "×" in text else f"{text}x{text}x{text}"
    return "x".join(map(str, parse_tile(whole)))


def _grid(text: str) -> str:
    return "x".join(map(str, parse_grid(text)))


def _device(text: str) -> str:
    if text.split(":")[0] not in {name.split(":")[0] for name in device_names()}:
        raise unknown_name("device", text, device_names())
    return load_device(text).name


def _runtime(text: str) -> str:
    if text.partition(":")[0] not in runtime_names():
        raise unknown_name("runtime", text, runtime_names())
    return text


AXES: dict[str, Callable[[str, str], tuple[Value, ...]]] = {
    "M": whole_values,
    "N": whole_values,
    "K": whole_values,
    "batch": whole_values,
    "tile": _or_auto(_texts(_tile)),
    "grid": _or_auto(_texts(_grid)),
    "k_mt": _or_auto(whole_values),
    "c_depth": _or_auto(whole_values),
    "mapping": _choice("mapping", FAMILIES),
    "ports": _or_auto(_choice("port rule", PORTS)),
    "kernel": _choice("kernel variant", KERNELS),
    "b_layout": _choice("layout of B", B_LAYOUTS),
    "dtype": _texts(canonical_dtype),
    "out_dtype": _or_auto(_texts(canonical_dtype)),
    "fp32": _choice("float32 emulation", FLOAT32_EMULATIONS),
    "bf16": _or_auto(_choice("way of bfloat16", BFLOAT16_EMULATIONS)),
    "toolchain": _choice("toolchain", TOOLCHAINS),
    "device": _texts(_device),
    "runtime": _texts(_runtime),
}
"""How each axis is read. batch multiplies M; `auto` leaves a choice to the mapping."""
