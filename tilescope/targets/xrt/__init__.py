"""AMD's NPU itself: a launch plan compiled by mlir-aie and Peano, and launched through XRT.

It was built from what their documentation says and tested against stand-ins; it never ran on an
NPU.
"""
