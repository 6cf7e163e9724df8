"""Profile the submodules of a transformer block on an NPU, simulated where there is none."""

__version__ = "0.1.0"
