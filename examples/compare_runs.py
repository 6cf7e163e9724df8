"""Say what a change did: two runs compared by key, with the term of the budget that moved."""

from tilescope.designs.request import MappingRequest
from tilescope.evidence.comparing import Terms, compare
from tilescope.profiling.products import ProductSettings, profile_products
from tilescope.reports.comparison import comparison_text
from tilescope.runs.models import Run
from tilescope.workloads.cases import default_test_cases


def profiled(runtime: str) -> Run:
    """K and V under a runtime, in time only; `tilescope linear --json` writes such a run."""
    cases = [case for case in default_test_cases() if case.name in ("k_proj", "v_proj")]
    settings = ProductSettings(runtime=runtime, mapping=MappingRequest(), timing_only=True)
    return profile_products(cases, settings).run


def main() -> None:
    """Compare the average of a launch with the least of it: the runtime is all that differs."""
    average, least = profiled("xrt-linux"), profiled("xrt-linux:min")
    found = compare(average, least, Terms(allowed=frozenset({"runtime"})))
    print(comparison_text(found, ("average", "least")), end="")


if __name__ == "__main__":
    main()
