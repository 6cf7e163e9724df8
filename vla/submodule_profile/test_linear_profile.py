"""Quick test: one projection through the whole profile, a few runs, the report printed."""

from __future__ import annotations

from tilescope.cli.seed import run_seed_profile
from tilescope.workloads.cases import default_test_cases


def test_one_projection_is_profiled() -> None:
    """Profile k_proj; a wrong result or bad input ends with that error's exit code."""
    run_seed_profile(default_test_cases(), ["--test-case", "k_proj", "--num-runs", "3"])


if __name__ == "__main__":
    test_one_projection_is_profiled()
    print("Quick test passed.")
