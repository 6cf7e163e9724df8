"""Hold mappings of one product against each other, in time only: no data is moved for it."""

from tilescope.designs.mapping import choose_mapping
from tilescope.devices import load_device
from tilescope.targets.simulated import SimulatedNpu
from tilescope.workloads import Gemm

CHOICES = (("per-tile", "single"), ("fused-k", "single"), ("fused-k", "spread"))


def main() -> None:
    """Print what q_proj takes under each mapping, and what bounds it."""
    device = load_device("npu1")
    q_proj = Gemm("q_proj", 64, 960, 768, "bfloat16")
    print(f"{q_proj.label} in {q_proj.dtype} on {device.name}, simulated")
    for family, ports in CHOICES:
        mapping = choose_mapping(q_proj, family, device, ports=ports)
        outcome = SimulatedNpu(device).run(q_proj, mapping)
        bound = max(outcome.budget, key=lambda term: outcome.budget[term])
        print(
            f"  {family:<8} {ports:<6} {outcome.launches:>3} launches {outcome.npu_us:8.1f} µs, "
            f"of which the array {outcome.device_us:6.1f}; bound by {bound}"
        )


if __name__ == "__main__":
    main()
