// Launches timed by the thousand: threads take the next one that is left.
#include "tilescope/batch.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>

namespace tilescope {

namespace {

// Below so many controller steps a design ends before a steady state could be seen and repeated.
constexpr size_t kStepsWorthRepeating = 64;

TimedLaunch time_launch(const GemmLaunch& launch, const GemmDevice& device) {
  TimedLaunch result;
  if (!gemm_walks_fit(launch, device)) {
    result.status = TimedLaunch::walk_does_not_fit;
    return result;
  }
  const Program program = gemm_program(launch, device);
  Options options;
  options.extrapolate = program.controller.size() > kStepsWorthRepeating;
  try {
    const Outcome outcome = simulate(program, options);
    result.ticks = outcome.ticks;
    result.budget = outcome.budget;
    for (const int64_t bytes : outcome.host_bytes_read) result.bytes_read += bytes;
    for (const int64_t bytes : outcome.host_bytes_written) result.bytes_written += bytes;
  } catch (const SimulationError&) {
    result.status = TimedLaunch::cannot_finish;
  }
  return result;
}

}  // namespace

std::vector<TimedLaunch> time_launches(const std::vector<GemmLaunch>& launches, const GemmDevice& device, int threads) {
  std::vector<TimedLaunch> results(launches.size());
  std::atomic<size_t> next{0};
  std::mutex failing;
  std::exception_ptr failure;
  const auto work = [&] {
    try {
      for (size_t i = next++; i < launches.size(); i = next++) results[i] = time_launch(launches[i], device);
    } catch (...) {
      const std::lock_guard<std::mutex> held(failing);
      failure = std::current_exception();
      next = launches.size();
    }
  };
  const size_t helpers = std::min(launches.size(), static_cast<size_t>(std::max(threads, 1))) - (launches.empty() ? 0 : 1);
  std::vector<std::thread> pool;
  for (size_t i = 0; i < helpers; ++i) pool.emplace_back(work);
  work();
  for (std::thread& thread : pool) thread.join();
  if (failure) std::rethrow_exception(failure);
  return results;
}

}  // namespace tilescope
