// Independent pieces of work over threads: whoever is free takes the next few.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace tilescope {

// Calls `work(i)` once for each i below `count`; `grain` of them are taken at a time. What one throws ends the rest and
// is thrown again here.
template <typename Work>
void spread_over(size_t count, size_t grain, int threads, const Work& work) {
  std::atomic<size_t> next{0};
  std::mutex failing;
  std::exception_ptr failure;
  const auto take = [&] {
    try {
      for (size_t first = next.fetch_add(grain); first < count; first = next.fetch_add(grain))
        for (size_t i = first; i < std::min(count, first + grain); ++i) work(i);
    } catch (...) {
      const std::lock_guard<std::mutex> held(failing);
      failure = std::current_exception();
      next = count;
    }
  };
  const size_t pieces = (count + grain - 1) / grain;
  const size_t wanted = std::min(pieces, static_cast<size_t>(std::max(threads, 1)));
  std::vector<std::thread> pool;
  for (size_t i = 1; i < wanted; ++i) pool.emplace_back(take);
  take();
  for (std::thread& thread : pool) thread.join();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace tilescope
