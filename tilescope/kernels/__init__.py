"""The contracts, numerics and cost of the C++ kernels in cc/, and their host build."""
