"""The arithmetic behind each resource's bound, in words."""

from __future__ import annotations

from tilescope.designs.product_bounds import ProductLaunch
from tilescope.quantities.units import format_bytes, format_count, significant


def words(launch: ProductLaunch) -> tuple[str, ...]:
    """What each resource has to do in one launch, in the order of LIMITS."""
    device, charges = launch.charges.device, launch.charges
    traffic = launch.traffic
    tasks = launch.blocks * (launch.columns + launch.rounds * (launch.a_feeds + launch.b_feeds))
    tokens = launch.waits() + launch.columns
    runs = traffic.read_runs + traffic.written_runs
    port = significant(4 / charges.read_word)
    stream = device.stream_bytes_per_cycle
    inputs = launch.blocks * launch.slices
    per_word = 4 / charges.word
    a = inputs * launch.a_lines * launch.a_words * 4
    b = inputs * launch.b_lines * launch.b_words * 4
    c = launch.blocks * launch.rows * launch.c_object * per_word
    most = format_bytes(round(max(a, b, c)))
    core_a, core_b = (launch.calls * one * per_word for one in (launch.a_object, launch.b_object))
    core = format_bytes(round(max(core_a, core_b)))
    return (
        f"{_counted(tasks, 'transfer')} and {_counted(tokens, 'token')} of the controller",
        f"{format_bytes(traffic.read_bytes)} read and {format_bytes(traffic.written_bytes)} "
        f"written at {significant(device.ddr_gbps)} GB/s, {_counted(runs, 'run')}",
        f"at most {most} through one shim channel, {port} B/cycle",
        f"at most {most} through one mem tile channel, {stream} B/cycle",
        f"at most {core} through one core's channel, {stream} B/cycle",
        f"{_counted(launch.calls, 'call')} on each core of "
        f"{format_count(round(launch.step))} cycles with their locks",
    )


def _counted(count: int, what: str) -> str:
    return f"{format_count(count)} {what}{'' if count == 1 else 's'}"
