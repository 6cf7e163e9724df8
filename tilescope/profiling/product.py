"""One product of PyTorch and nothing else, a number of times: what cachegrind looks at.

python -m tilescope.profiling.product M N K DTYPE CALLS
"""

from __future__ import annotations

import sys

from tilescope.profiling.inputs import make_inputs
from tilescope.targets.pytorch import PyTorchTarget
from tilescope.workloads.gemm import Gemm


def main(arguments: list[str]) -> None:
    """Multiply as often as asked."""
    m, n, k = map(int, arguments[:3])
    gemm = Gemm("product", m, n, k, arguments[3])
    call = PyTorchTarget().prepare(gemm, *make_inputs(gemm, 0))
    for _ in range(int(arguments[4])):
        call()


if __name__ == "__main__":
    main(sys.argv[1:])
