"""What is asked: transformer submodules as operations on shaped, typed tensors.

A workload counts its own work and bytes and knows no hardware.
"""

from tilescope.workloads.cases import LinearProjectionTestCase, default_test_cases, parse_case
from tilescope.workloads.gemm import Gemm
from tilescope.workloads.llama import LlamaBlockConfig

__all__ = [
    "Gemm",
    "LinearProjectionTestCase",
    "LlamaBlockConfig",
    "default_test_cases",
    "parse_case",
]
