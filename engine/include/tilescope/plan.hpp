// A plan: the launches of a workload and the copies that the host makes between them.
#pragma once

#include <cstdint>
#include <vector>

#include "tilescope/simulator.hpp"

namespace tilescope {

struct HostArray {
  uint8_t* data;
  int64_t bytes;
};

// One step of a plan; the columns of a row of the table that Python hands over.
struct PlanStep {
  enum Kind : int64_t { copy = 0, launch = 1, zero = 2 };
  static constexpr int kColumns = 10;
  // copy:   kind, from array, to array, from offset, to offset, rows, row bytes, from stride, to stride
  // launch: kind, program, arrays of its arguments in order
  // zero:   kind, array, offset, rows, row bytes, stride
  int64_t columns[kColumns];
};

// Programs with the memory behind their buffers, kept from one run to the next.
class Plan {
 public:
  explicit Plan(std::vector<const Program*> programs);
  ~Plan();
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;

  // Runs every step in order. Each program's first launch is simulated; as no design's course depends on its data,
  // its later launches repeat the recorded moves and calls on their own data. One outcome for each program.
  std::vector<Outcome> run(const std::vector<HostArray>& arrays, const std::vector<PlanStep>& steps,
                           const Options& options);

 private:
  struct Launcher;
  void launch(const int64_t* columns, const std::vector<HostArray>& arrays, const Options& options);

  std::vector<std::unique_ptr<Launcher>> launchers_;
};

}  // namespace tilescope
