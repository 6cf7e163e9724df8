"""The most that splitting K over the cores could gain: what the search finds, against a bound.

    python benchmarks/k_split.py [--device NAME] [--dtype NAME] [--rows 1,16,64]

No mapping here lets cores share the K of one output tile and add their partial sums up. This says
what that could be worth, without building it. The bound allows everything such a design could do,
and charges nothing for moving or adding partial sums: one launch, each byte of A, B and C past DDR
once, the reads spread over every shim channel evenly, all multiply-accumulates over all cores at
the best rate of any core tile, one task before and one token after. For each projection with its
rows of activations set to some, a line: the time found, the bound, and their ratio.
"""

from __future__ import annotations

import argparse

from tilescope.designs.charges import charges_of
from tilescope.designs.product_bounds import DDR_ROUNDING
from tilescope.designs.workload_bounds import Peak, peak
from tilescope.quantities.dtypes import dtype_bytes
from tilescope.quantities.shapes import round_up
from tilescope.search.products import best_mapping
from tilescope.search.settings import SearchSettings
from tilescope.workloads.gemm import Gemm
from tilescope.workloads.llama import LlamaBlockConfig


def least_array_us(gemm: Gemm, settings: SearchSettings, c_dtype: str, cores: Peak) -> float:
    """What the array needs at least however the product is cut, also along K over the cores."""
    device = settings.device
    charges = charges_of(device)
    size = dtype_bytes(gemm.dtype)
    read = (gemm.m + gemm.n) * gemm.k * size
    moved = read + gemm.m * gemm.n * dtype_bytes(c_dtype)
    r, s, t = cores.block
    macs = round_up(gemm.m, r) * round_up(gemm.n, t) * round_up(gemm.k, s)
    ddr = moved * charges.ddr_byte * DDR_ROUNDING
    channels = device.columns * device.shim_mm2s
    shim = read / 4 / channels * charges.read_word
    compute = macs / (device.core_rows * device.columns) * cores.cycles_per_mac
    around = charges.issue + charges.first_read + charges.last_token
    return (around + max(ddr, shim, compute)) * charges.us


def main() -> None:
    """Prints a line for each shape of the seven projections, and the most that any could gain."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--device", default="npu1")
    parser.add_argument("--dtype", default="bfloat16")
    parser.add_argument("--rows", default="1,16,64")
    options = parser.parse_args()
    settings = SearchSettings(device_name=options.device)
    most = 1.0
    print("M×N×K          found µs  of which array  bound µs  at most")
    shapes = dict.fromkeys(
        (gemm.n, gemm.k) for gemm in LlamaBlockConfig().linear_projections(options.dtype)
    )
    for rows in map(int, options.rows.split(",")):
        for n, k in shapes:
            gemm = Gemm("gemm", rows, n, k, options.dtype)
            mapping = best_mapping(gemm, settings)
            found = settings.npu.run(gemm, mapping)
            cores = peak(settings.device, mapping.matmul(gemm.dtype))
            least = least_array_us(gemm, settings, mapping.c_dtype, cores)
            least += found.npu_us - found.device_us
            gain = found.npu_us / least
            most = max(most, gain)
            print(
                f"{f'{rows}×{n}×{k}':<14} {found.npu_us:8.1f} {found.device_us:15.1f} {least:9.1f} "
                f"{gain:7.3f}×",
                flush=True,
            )
    print(f"no K split over cores could make one of these more than {most:.3f} times as fast")


if __name__ == "__main__":
    main()
