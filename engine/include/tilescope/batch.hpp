// Many product launches timed in one call, over threads; each by the same engine as a launch of its own.
#pragma once

#include <cstdint>
#include <vector>

#include "tilescope/gemm.hpp"
#include "tilescope/simulator.hpp"

namespace tilescope {

struct TimedLaunch {
  enum Status : int64_t {
    timed = 0,
    walk_does_not_fit = 1,  // a walk that no DMA of the device makes
    cannot_finish = 2,      // the engine says why where it is run by itself
  };
  Status status = timed;
  Tick ticks = 0;
  Blame budget;
  int64_t bytes_read = 0;  // of A and B, from DDR
  int64_t bytes_written = 0;
};

// One result for each launch, in their order, whatever the number of threads.
std::vector<TimedLaunch> time_launches(const std::vector<GemmLaunch>& launches, const GemmDevice& device, int threads);

}  // namespace tilescope
