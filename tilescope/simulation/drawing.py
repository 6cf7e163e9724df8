"""Data for a design of which only the text is known: inputs drawn, outputs poisoned."""

from __future__ import annotations

from math import prod

import numpy as np

from tilescope.designs.ir import Design, DmaTask
from tilescope.errors import InputError
from tilescope.quantities.dtypes import is_integer, numpy_dtype
from tilescope.simulation.simulate import POISON, Array

MAX_HOST_BYTES = 1 << 32


def draw_arrays(design: Design, seed: int) -> dict[str, Array]:
    """An array for each host buffer: N(0,1), whole numbers from -4 to 4, or from 0 to 8 where
    they have no sign; poison in outputs.

    Outputs are the buffers that only FIFOs to a shim name. Raises InputError where all of them
    together are more than 4 GiB.
    """
    total = sum(buffer.host_bytes for buffer in design.host_buffers)
    if total > MAX_HOST_BYTES:
        raise InputError(
            f"{design.name} has host buffers of {total:,} bytes, and data are moved up to "
            f"{MAX_HOST_BYTES:,}; use --timing-only."
        )
    generator = np.random.default_rng(seed)
    outputs = written_buffers(design)
    arrays: dict[str, Array] = {}
    for buffer in design.host_buffers:
        dtype = numpy_dtype(buffer.dtype)
        if buffer.name in outputs:
            array = np.full(prod(buffer.shape) * dtype.itemsize, POISON, np.uint8)
            arrays[buffer.name] = array.view(dtype).reshape(buffer.shape)
        elif is_integer(buffer.dtype):
            least = 0 if dtype.kind == "u" else -4
            drawn = generator.integers(least, least + 8, buffer.shape, np.int8, endpoint=True)
            arrays[buffer.name] = drawn.astype(dtype)
        else:
            drawn = generator.standard_normal(buffer.shape, np.float32)
            arrays[buffer.name] = drawn.astype(dtype)
    return arrays


def written_buffers(design: Design) -> set[str]:
    """Host buffers that are written and never read."""
    read: set[str] = set()
    written: set[str] = set()
    for task in design.started:
        if isinstance(task, DmaTask):
            reads = design.fifo(task.fifo).producer.kind == "shim"
            (read if reads else written).add(task.buffer)
        else:
            for one in task.descriptors:
                if one.in_host:
                    (read if task.port.direction == "mm2s" else written).add(one.buffer)
    return written - read
