"""Kernels on a screen and as JSON: what each computes, costs and promises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tilescope.devices.device import Device
from tilescope.errors import InputError
from tilescope.kernels.contract import Kernel
from tilescope.quantities.units import format_bytes, format_count, significant
from tilescope.reports.paint import PLAIN, Paint
from tilescope.reports.tables import Column, table
from tilescope.reports.wrapping import wrap

SAMPLE_SIZES = {"m": 64, "k": 64, "n": 64, "elements": 4096}
SAMPLE = "a core tile of 64×64×64, or 64×64 elements"
SAMPLE_K = 768


def kernel_list(kernels: Sequence[Kernel], devices: Sequence[Device], *, width: int = 80) -> str:
    """One row for each kernel, with the cycles of a sample call on each device."""
    columns = [
        Column("symbol", [kernel.symbol for kernel in kernels], left=True),
        Column("in → out", [f"{k.dtype_in} → {k.dtype_out}" for k in kernels], left=True),
        *(
            Column(f"cycles\n{d.name}", [_count(cycles(kernel, d)) for kernel in kernels])
            for d in devices
        ),
        Column("cost", [_origin(kernel) for kernel in kernels], left=True),
    ]
    lines = table(columns)
    if max(map(len, lines)) > width:  # the symbol names the dtypes
        lines = table([columns[0], *columns[2:]])
    return "\n".join([*lines, "", f"Cycles are of one call on {SAMPLE}.", ""])


def kernel_page(
    kernels: Sequence[Kernel],
    devices: Sequence[Device],
    built: Mapping[str, Sequence[str]],
    *,
    width: int = 80,
    paint: Paint = PLAIN,
) -> str:
    """The contracts of some kernels; `built` names the host builds that hold each symbol."""
    blocks = [
        _page(kernel, devices, built.get(kernel.symbol, ()), width, paint) for kernel in kernels
    ]
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def kernel_json(kernel: Kernel, devices: Sequence[Device], built: Sequence[str]) -> dict[str, Any]:
    """A contract, with the cycles and counts of a sample call."""
    tolerance = kernel.tolerance(SAMPLE_K)
    sizes = sample(kernel)
    return {
        "name": kernel.name,
        "symbol": kernel.symbol,
        "source": kernel.source,
        "summary": kernel.summary,
        "dtype_in": kernel.dtype_in,
        "dtype_out": kernel.dtype_out,
        "variant": kernel.variant,
        "emulation": kernel.emulation,
        "block": kernel.block,
        "arguments": [
            {"name": operand.name, "role": str(operand.role), "dtype": operand.dtype}
            for operand in kernel.operands
        ],
        "scalars": list(kernel.scalars),
        "estimated": kernel.estimated,
        "cost_note": kernel.cost_note,
        "sample_scalars": list(sizes),
        "cycles": {device.name: cycles(kernel, device) for device in devices},
        "operations": kernel.operations(*sizes),
        "tolerance": {
            "k": SAMPLE_K,
            "rtol": tolerance.rtol,
            "atol": tolerance.atol,
            "note": tolerance.note,
        },
        "host_builds": list(built),
    }


def sample(kernel: Kernel) -> tuple[int, ...]:
    """The scalars of a sample call."""
    return tuple(SAMPLE_SIZES[name] for name in kernel.scalars)


def cycles(kernel: Kernel, device: Device) -> int | None:
    """Cycles of a sample call on a device; None where the kernel is not for it."""
    try:
        return kernel.cycles(device, *sample(kernel))
    except InputError:
        return None


def _page(
    kernel: Kernel, devices: Sequence[Device], built: Sequence[str], width: int, paint: Paint
) -> list[str]:
    sizes = sample(kernel)
    called = ", ".join(f"{name} = {size}" for name, size in zip(kernel.scalars, sizes, strict=True))
    arguments = ", ".join(
        f"{operand.name} ({operand.role}, {operand.dtype}, {_extent(operand)})"
        for operand in kernel.operands
    )
    counts = ", ".join(_counted(name, n) for name, n in kernel.operations(*sizes).items())
    tolerance = kernel.tolerance(SAMPLE_K)
    lines = [paint(f"{kernel.symbol}: {kernel.summary}", "strong")]
    rows = [
        ("source", kernel.source),
        ("host builds", ", ".join(built) or "none"),
        ("arguments", f"{arguments}; then {', '.join(kernel.scalars)}"),
        ("layout", _layout(kernel)),
        ("sample call", f"{called}: {counts}"),
        *((f"on {device.name}", _rate(kernel, device)) for device in devices),
        ("cost", kernel.cost_note),
        (
            "tolerance",
            f"at K = {SAMPLE_K}: rtol {tolerance.rtol:.1e}, atol {tolerance.atol:.1e} for operands "
            f"of unit variance. {tolerance.note}",
        ),
    ]
    for label, text in rows:
        lines += wrap(text, width, indent=f"  {label:<12} ", hanging=" " * 15)
    return lines


def _counted(name: str, count: int) -> str:
    moved = {"load_bytes": "loaded", "store_bytes": "stored"}
    if name in moved:
        return f"{format_bytes(count)} {moved[name]}"
    return f"{format_count(count)} {name.replace('_', ' ')}"


def _extent(operand: Any) -> str:
    shape = f"{operand.rows}×{operand.cols}" if operand.rows != 1 else str(operand.cols)
    return f"{shape} in {operand.block[0]}×{operand.block[1]}" if operand.block else shape


def _layout(kernel: Kernel) -> str:
    if kernel.block is None:
        return "row-major"
    return "row-major blocks, row-major inside; r×s×t = " + "×".join(map(str, kernel.block))


def _rate(kernel: Kernel, device: Device) -> str:
    count = cycles(kernel, device)
    if count is None:
        return "not for this generation"
    text = f"{format_count(count)} cycles, {significant(count / device.clock_mhz)} µs"
    macs = kernel.operations(*sample(kernel)).get("macs")
    return f"{text}, {significant(macs / count)} MAC/cycle" if macs else text


def _count(count: int | None) -> str:
    return "-" if count is None else format_count(count)


def _origin(kernel: Kernel) -> str:
    return "estimate" if kernel.estimated else "derived"
