"""Many products timed over axes: planned, run on many cores or machines, kept as they finish.

A sweep takes samples of the simulated NPU and judges none of them, which is why it stands here,
above the targets that it runs and below whatever searches or reports.
"""
