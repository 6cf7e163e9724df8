"""Takes the samples: inputs, correctness first, then the NPU and the PyTorch baseline."""
