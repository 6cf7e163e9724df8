"""The simulated NPU: designs run in function and in time."""
