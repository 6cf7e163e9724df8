#include "tilescope/batch.hpp"

#include "tilescope/spread.hpp"

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
  spread_over(launches.size(), 1, threads, [&](size_t i) { results[i] = time_launch(launches[i], device); });
  return results;
}

}  // namespace tilescope
