"""Profile the linear projections of the llama block, and print the report case by case.

Append to `test_cases` to profile shapes of your own:

    test_cases.append(LinearProjectionTestCase("my_test", M, N, K, "Description"))
"""

from __future__ import annotations

from tilescope.cli.seed import run_seed_profile
from tilescope.workloads.cases import LinearProjectionTestCase, default_test_cases

__all__ = ["LinearProjectionTestCase", "main", "test_cases"]

test_cases: list[LinearProjectionTestCase] = default_test_cases()


def main() -> None:
    """Read --test-case and --num-runs, profile, and leave with an exit code."""
    run_seed_profile(test_cases)


if __name__ == "__main__":
    main()
