"""Energy: measured where the machine exposes it, a published band for a simulated NPU."""
