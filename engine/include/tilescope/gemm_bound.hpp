// The least time of a product launch, over the rows of a table: the arithmetic of tilescope/designs/product_bounds.py,
// where each figure is explained. Tests hold it below that bound and below what a launch takes.
#pragma once

#include <vector>

#include "tilescope/gemm.hpp"

namespace tilescope {

// Ticks; no simulated launch is faster.
double least_ticks(const GemmLaunch& launch, const GemmDevice& device);

// One figure for each launch, in their order, whatever the number of threads; below zero where a walk of the design is
// none that the device's DMAs can make.
std::vector<double> least_ticks(const std::vector<GemmLaunch>& launches, const GemmDevice& device, int threads);

}  // namespace tilescope
