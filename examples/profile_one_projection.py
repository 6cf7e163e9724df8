"""Profile one projection of the llama block beside PyTorch, and ask the run where the time goes."""

from tilescope.profiling.products import ProductSettings, profile_products
from tilescope.workloads import default_test_cases


def main() -> None:
    """Profile k_proj under the default mapping and print what its caller waits for."""
    k_proj = next(case for case in default_test_cases() if case.name == "k_proj")
    (case,) = profile_products([k_proj], ProductSettings(num_runs=5)).run.cases

    print(f"{case.name} on {case.device} under {case.runtime}: {case.npu_us.kind}")
    print(f"  {case.npu_us.median:.1f} µs in {case.launches} launches")
    print(f"  {case.npu_gflops:.2f} GFLOP/s")
    for part in case.budget:
        print(f"  {part.term:<14} {part.us:8.1f} µs {part.fraction:6.1%}")
    print(f"  {'sum':<14} {sum(part.us for part in case.budget):8.1f} µs")
    if case.baseline_us is not None:
        print(f"PyTorch on this machine, {case.baseline_us.kind}: {case.baseline_us.median:.1f} µs")
    else:
        print(f"No PyTorch figure: {case.baseline_missing}")


if __name__ == "__main__":
    main()
