"""Find the mapping that makes one projection fast, and say how near it is to the bound."""

from tilescope.search.limits import Limits
from tilescope.search.products import search
from tilescope.search.settings import SearchSettings
from tilescope.workloads import Gemm


def main() -> None:
    """Print the best mapping of k_proj on the whole array, and why the next ones are not."""
    k_proj = Gemm("k_proj", 64, 320, 768, "bfloat16")
    settings = SearchSettings(limits=Limits(grid=(4, 4), family="whole-array"), top=3)
    found = search("k_proj", [k_proj], settings)
    (product,) = found.products
    best = product.best
    tile = best.mapping.core_tile
    print(f"{k_proj.label} in {found.dtype} on {found.device}, simulated")
    print(f"  {found.considered:,} mappings considered, {found.simulated:,} simulated")
    print(
        f"  best: core tile {tile.m}×{tile.n}×{tile.k}, B by {best.mapping.b_layout}s: "
        f"{found.best_us:.1f} µs, {product.times_bound:.2f} times the bound"
    )
    print(f"  error {best.expected_error:.1e} of C, run with data: {product.verified.correct}")
    for one in product.candidates[1:3]:
        print(f"  not {one.rank}: {one.why}")


if __name__ == "__main__":
    main()
