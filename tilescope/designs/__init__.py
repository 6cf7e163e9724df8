"""Designs: how work is laid out on the array."""
