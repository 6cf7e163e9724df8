#include "tilescope/plan.hpp"

#include <cstring>
#include <functional>
#include <optional>

namespace tilescope {

struct Plan::Launcher {
  const Program* program;
  Arena arena;
  Recording recording;
  std::vector<uint8_t*> host;
  std::vector<char> writes;  // by argument
  std::optional<Outcome> outcome;
  int64_t launches_left = 0;

  explicit Launcher(const Program* p) : program(p), arena(*p), writes(p->host_bytes.size(), 0) {
    for (const Channel& channel : p->channels)
      for (const Descriptor& d : channel.descriptors)
        if (d.memory.host && !channel.reads_memory) writes[static_cast<size_t>(d.memory.index)] = 1;
  }
};

namespace {

[[noreturn]] void refuse(const std::string& what) { throw std::invalid_argument("the plan " + what); }

const HostArray& array_at(const std::vector<HostArray>& arrays, int64_t index) {
  if (index < 0 || index >= static_cast<int64_t>(arrays.size())) refuse("names an array that does not exist");
  return arrays[static_cast<size_t>(index)];
}

uint8_t* region(const HostArray& array, int64_t offset, int64_t rows, int64_t row_bytes, int64_t stride) {
  const int64_t last = offset + (rows - 1) * stride + row_bytes;
  if (offset < 0 || rows < 1 || row_bytes < 1 || stride < 0 || last > array.bytes) refuse("reaches outside an array");
  return array.data + offset;
}

bool overlap(const uint8_t* a, int64_t a_bytes, const uint8_t* b, int64_t b_bytes) {
  const std::less<const uint8_t*> before;
  return before(a, b + b_bytes) && before(b, a + a_bytes);
}

void copy_rows(const int64_t* c, const std::vector<HostArray>& arrays) {
  const uint8_t* from = region(array_at(arrays, c[1]), c[3], c[5], c[6], c[7]);
  uint8_t* to = region(array_at(arrays, c[2]), c[4], c[5], c[6], c[8]);
  for (int64_t r = 0; r < c[5]; ++r) std::memcpy(to + r * c[8], from + r * c[7], static_cast<size_t>(c[6]));
}

}  // namespace

Plan::Plan(std::vector<const Program*> programs) {
  for (const Program* program : programs) {
    if (program->host_bytes.size() > PlanStep::kColumns - 2) refuse("has a program with too many arguments");
    launchers_.push_back(std::make_unique<Launcher>(program));
  }
}

Plan::~Plan() = default;

void Plan::launch(const int64_t* c, const std::vector<HostArray>& arrays, const Options& options) {
  Launcher& launcher = *launchers_[static_cast<size_t>(c[1])];
  const std::vector<int64_t>& sizes = launcher.program->host_bytes;
  launcher.host.clear();
  for (size_t i = 0; i < sizes.size(); ++i) {
    const HostArray& array = array_at(arrays, c[2 + i]);
    if (array.bytes < sizes[i]) refuse("launches a program with an array that is too small");
    for (size_t other = 0; other < i; ++other)
      if (overlap(launcher.host[other], sizes[other], array.data, sizes[i]) &&
          (launcher.writes[i] != 0 || launcher.writes[other] != 0))
        refuse("launches a program with one array for what it reads and what it writes");
    launcher.host.push_back(array.data);
  }
  --launcher.launches_left;
  if (launcher.outcome) {
    launcher.recording.replay(launcher.arena, launcher.host);
    return;
  }
  Recording& recording = launcher.recording;
  recording.kept = launcher.launches_left > 0;
  launcher.outcome = simulate(*launcher.program, options, &launcher.arena, launcher.host, &recording);
  if (recording.kept) recording.fuse(launcher.arena);
}

std::vector<Outcome> Plan::run(const std::vector<HostArray>& arrays, const std::vector<PlanStep>& steps,
                               const Options& options) {
  for (const auto& launcher : launchers_) {
    launcher->recording.clear();
    launcher->outcome.reset();
    launcher->launches_left = 0;
  }
  for (const PlanStep& step : steps) {
    if (step.columns[0] != PlanStep::launch) continue;
    if (step.columns[1] < 0 || step.columns[1] >= static_cast<int64_t>(launchers_.size()))
      refuse("launches a program that does not exist");
    ++launchers_[static_cast<size_t>(step.columns[1])]->launches_left;
  }
  int64_t done = 0;
  for (const PlanStep& step : steps) {
    const int64_t* c = step.columns;
    switch (c[0]) {
      case PlanStep::copy: copy_rows(c, arrays); break;
      case PlanStep::launch: launch(c, arrays, options); break;
      case PlanStep::zero: {
        uint8_t* to = region(array_at(arrays, c[1]), c[2], c[3], c[4], c[5]);
        for (int64_t r = 0; r < c[3]; ++r) std::memset(to + r * c[5], 0, static_cast<size_t>(c[4]));
        break;
      }
      default: refuse("has a step of unknown kind");
    }
    if (options.poll && (++done & 0x3F) == 0) options.poll();
  }
  std::vector<Outcome> outcomes;
  for (const auto& launcher : launchers_) {
    if (!launcher->outcome) refuse("never launches one of its programs");
    outcomes.push_back(std::move(*launcher->outcome));
  }
  return outcomes;
}

}  // namespace tilescope
