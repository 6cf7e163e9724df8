// Whether the walks of a product launch are such as the device's DMAs make, by the rules of designs/problems.py.
#include <algorithm>

#include "gemm_shape.hpp"
#include "tilescope/gemm.hpp"

namespace tilescope {

namespace {

bool walk_fits(const Walk& walk, int64_t element_bytes, int32_t dims, int64_t granularity) {
  if (walk.size() > static_cast<size_t>(dims) || walk.run() * element_bytes % granularity != 0) return false;
  for (size_t level = 0; level < walk.above_run(); ++level)
    if (walk[level].second * element_bytes % granularity != 0) return false;
  return true;
}

bool sizes_fit(const Walk& walk, const std::vector<int64_t>& bounds) {
  if (walk.size() <= 1) return true;  // one run: a length, not a walk
  for (size_t i = 0; i < std::min(walk.size(), bounds.size()); ++i) {
    const int64_t bound = bounds[bounds.size() - 1 - i];
    if (bound >= 0 && walk[walk.size() - 1 - i].first > bound) return false;
  }
  return true;
}

}  // namespace

bool gemm_walks_fit(const GemmLaunch& launch, const GemmDevice& device) {
  const GemmShape shape(launch);
  const int64_t size = launch[GemmLaunch::element_bytes], c_size = launch[GemmLaunch::c_bytes];
  const auto stream_fits = [&](const Walk& walk, int64_t bytes) {
    return walk.elements() == 1 || walk_fits(walk, bytes, device.mem_dims, device.granularity_bytes);
  };
  const auto task_fits = [&](const Walk& walk, int64_t bytes) {
    return walk_fits(walk, bytes, device.shim_dims, device.granularity_bytes) && sizes_fit(walk, device.shim_sizes);
  };
  if (!stream_fits(shape.slice_walk(true), size) || !stream_fits(shape.slice_walk(false), size) ||
      !stream_fits(shape.block_walk(), c_size) || !task_fits(shape.c_walk(), c_size))
    return false;
  for (int64_t place = 0; place < shape.feeds(); ++place) {
    const Feed feed = shape.feed(place);
    for (const int64_t trips : {shape.trips(0), shape.trips(shape.rounds - 1)})
      if (!task_fits(shape.task_walk(feed.of_a, feed.lines, trips), size)) return false;
  }
  return true;
}

}  // namespace tilescope
