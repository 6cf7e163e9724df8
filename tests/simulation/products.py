"""Products and mappings of all kinds for property-based tests, and their closed forms."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
from hypothesis import strategies as st

from tilescope.designs.mapping import Mapping, choose_mapping
from tilescope.devices import load_device
from tilescope.quantities.dtypes import dtype_bytes, numpy_dtype
from tilescope.workloads import Gemm

DEVICE = load_device("npu1")
SIDES = st.integers(1, 200)


@st.composite
def products(draw, families=("per-tile", "fused-k", "whole-array")):
    """A small product and its mapping: default tiles, or any that fit."""
    dtype = draw(st.sampled_from(["float32", "bfloat16"]))
    gemm = Gemm("any", draw(SIDES), draw(SIDES), draw(SIDES), dtype)
    family = draw(st.sampled_from(families))
    ports = draw(st.sampled_from(["single", "spread"]))
    if family == "per-tile" or draw(st.booleans()):
        return gemm, choose_mapping(gemm, family, DEVICE, ports=ports, emulation="low")
    mapping = Mapping(
        family,
        (
            draw(st.sampled_from([4, 16, 20, 32])),
            draw(st.sampled_from([4, 16, 24, 32])),
            draw(st.sampled_from([8, 16, 32])),
        ),
        (draw(st.integers(1, 4)), draw(st.integers(1, 4))),
        ports=ports,
        emulation="low" if dtype == "float32" else None,
        c_depth=draw(st.sampled_from([1, 2])),
    )
    if draw(st.booleans()):
        mapping = replace(mapping, k_mt=2 * mapping.core_tile[2])
    return gemm, mapping


def matrices(gemm, seed=0):
    """A and B, N(0, 1) in the product's dtype."""
    generator = np.random.default_rng(seed)
    dtype = numpy_dtype(gemm.dtype)
    return tuple(
        generator.standard_normal(shape).astype(dtype)
        for shape in ((gemm.m, gemm.k), (gemm.k, gemm.n))
    )


def problem(gemm, mapping, output, a, b):
    """What the kernel's contract finds wrong with an output, against float64; None if nothing."""
    assert output.shape == (gemm.m, gemm.n)
    assert output.dtype == numpy_dtype(mapping.c_dtype)
    calls = mapping.padded(gemm)[2] // mapping.core_tile[2]
    exact = a.astype(np.float64) @ b.astype(np.float64)
    return mapping.matmul(gemm.dtype).tolerance(gemm.k, calls=calls).problem(output, exact)


def blocks(plan):
    """How many blocks of M, N and K the padded product has."""
    return tuple(side // step for side, step in zip(plan.padded, plan.mapping.block, strict=True))


def launch_shape(plan):
    """(m, n, k) that one launch of the product covers."""
    return plan.mapping.block if plan.mapping.family == "per-tile" else plan.padded


def traffic(plan, launch):
    """Bytes that one launch reads and writes, by host buffer.

    Product: A once for each column of blocks, B once for each row of them, C once. Accumulate:
    everything once.
    """
    c_size, size = dtype_bytes(plan.mapping.c_dtype), dtype_bytes(plan.gemm.dtype)
    block_m, block_n, _ = plan.mapping.block
    if launch.kernel == "linear_accumulate":
        tile = block_m * block_n * c_size
        return {"C_in": tile, "P": tile, "C_out": 0}, {"C_in": 0, "P": 0, "C_out": tile}
    m, n, k = launch_shape(plan)
    read = {"A": m * k * size * (n // block_n), "B": k * n * size * (m // block_m), "C": 0}
    return read, {"A": 0, "B": 0, "C": m * n * c_size}


def core_us(plan, launch):
    """What the kernels alone take on the busiest core of one launch."""
    if launch.kernel == "linear_accumulate":
        (call,) = launch.design.cores[0].calls()
        cycles = call.kernel.cycles(DEVICE, *call.scalars)
        return Fraction(cycles, DEVICE.clock_mhz)
    m, n, k = launch_shape(plan)
    tile_m, tile_n, tile_k = plan.mapping.core_tile
    block_m, block_n, _ = plan.mapping.block
    product = plan.mapping.matmul(plan.gemm.dtype).cycles(DEVICE, tile_m, tile_k, tile_n)
    clear = next(
        call.kernel.cycles(DEVICE, *call.scalars)
        for call in launch.design.cores[0].calls()
        if call.kernel.name == "linear_zero"
    )
    each = (m // block_m) * (n // block_n)
    return Fraction(each * (k // tile_k * product + clear), DEVICE.clock_mhz)
