"""Designs as MLIR-AIE text, at the level of object FIFOs: written, and read back."""
