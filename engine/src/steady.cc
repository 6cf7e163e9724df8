// Steady states: when everything stands, relative to the controller, exactly as it stood some awaits ago, and the
// runtime sequence goes on as it did since, the stretch repeats. It is then added as often as it fits, in one step.
//
// Exactness: the fingerprint holds every number the future depends on, times and budgets relative to the
// controller's. Two equal fingerprints differ by one shift of time and one of budget, so each repetition adds the same.
#include <cstring>

#include "machine.hpp"

namespace tilescope {

namespace {

constexpr size_t kMostSnapshots = 512;

class Fingerprint {
 public:
  explicit Fingerprint(const Clock& origin) : origin_(origin) {}

  void add(int64_t number) { numbers_.push_back(number); }
  void add(const Token& token) {
    add(token.time - origin_.time);
    for (size_t i = 0; i < token.blame.ticks.size(); ++i) add(token.blame.ticks[i] - origin_.blame.ticks[i]);
  }
  std::vector<int64_t> take() { return std::move(numbers_); }

 private:
  const Clock& origin_;
  std::vector<int64_t> numbers_;
};

uint64_t hash_of(const std::vector<int64_t>& numbers) {
  uint64_t hash = 0xcbf29ce484222325ull;
  for (const int64_t number : numbers) {
    hash = (hash ^ static_cast<uint64_t>(number)) * 0x9E3779B97F4A7C15ull;
    hash ^= hash >> 29;
  }
  return hash;
}

// The same for one descriptor of a task, or for none (-1).
void add_course(Fingerprint& print, const Channel& channel, int32_t descriptor) {
  print.add(descriptor >= 0);
  if (descriptor < 0) return;
  const Descriptor& d = channel.descriptors[static_cast<size_t>(descriptor)];
  for (const int64_t number : {d.bytes, d.ddr_load, int64_t{d.acquire_lock}, int64_t{d.release_lock}, int64_t{d.next},
                               int64_t{d.memory.host}, int64_t{d.memory.index}})
    print.add(number);
}

// What of a descriptor matters to time.
bool same_course(const Descriptor& a, const Descriptor& b) {
  return a.bytes == b.bytes && a.ddr_load == b.ddr_load && a.acquire_lock == b.acquire_lock &&
         a.release_lock == b.release_lock && a.next == b.next && a.memory.host == b.memory.host &&
         a.memory.index == b.memory.index;
}

void scale(Usage& now, const Usage& then, int64_t times, Tick shift) {
  now.busy += times * (now.busy - then.busy);
  for (size_t i = 0; i < now.waiting.size(); ++i) now.waiting[i] += times * (now.waiting[i] - then.waiting[i]);
  now.bytes += times * (now.bytes - then.bytes);
  if (now.last > then.last) now.last += shift;
}

void scale(std::vector<int64_t>& now, const std::vector<int64_t>& then, int64_t times) {
  for (size_t i = 0; i < now.size(); ++i) now[i] += times * (now[i] - then[i]);
}

}  // namespace

std::vector<int64_t> Machine::fingerprint() const {
  Fingerprint print(controller_);
  for (const TokenQueue& lock : locks_) {
    print.add(lock.size());
    for (int64_t i = 0; i < lock.size(); ++i) print.add(lock.at(i));
  }
  for (const CoreState& core : cores_) {
    print.add(core.clock);
    print.add(static_cast<int64_t>(core.step));
    for (const int64_t trips : core.trips) print.add(trips);
    for (const CoreState::Held& held : core.held) print.add(held.count);
  }
  for (const FlowState& flow : flows_) {
    print.add(flow.in_ddr);
    if (flow.in_ddr) {
      print.add(flow.start);
      print.add(flow.piece_bytes);
      print.add(flow.piece_ticks);
    }
    for (const Endpoint& end : flow.ends) {
      const Channel& channel = program_.channels[static_cast<size_t>(end.channel)];
      print.add(end.clock);
      print.add(end.ready);
      print.add(end.bytes_left);
      // A ring's place counts; a task's descriptor is its own and counts by what it does.
      if (channel.first >= 0) {
        print.add(end.descriptor);
      } else {
        add_course(print, channel, end.descriptor);
      }
      print.add(end.task < 0 ? -1 : issued_ - end.task);
      print.add(static_cast<int64_t>(std::min(end.tasks_started, channel.task_setup_ticks.size())));
      print.add(static_cast<int64_t>(end.queue.size()));
      for (const Task& task : end.queue) {
        print.add(issued_ - task.number);
        print.add(task.pushed);
        add_course(print, channel, task.descriptor);
      }
    }
  }
  for (const Arrival& arrival : arrivals_) {
    print.add(arrival.time - controller_.time);
    print.add(arrival.flow);
    print.add(arrival.load);
  }
  ddr_.describe(controller_.time, [&print](int64_t number) { print.add(number); });
  for (size_t task = 0; task < task_is_done_.size(); ++task) {
    if (task_is_done_[task] == 0 || last_await_[task] < controller_step_) continue;
    print.add(issued_ - static_cast<int64_t>(task));
    print.add(task_done_[task]);
  }
  return print.take();
}

// How many steps from `step` on repeat those `period` steps earlier.
size_t Machine::repeated_steps(size_t step, size_t period, int32_t tasks) const {
  size_t count = 0;
  for (; step + count < program_.controller.size(); ++count) {
    const ControllerStep& now = program_.controller[step + count];
    const ControllerStep& then = program_.controller[step + count - period];
    if (now.kind != then.kind || now.ticks != then.ticks || now.channel != then.channel ||
        now.task - then.task != tasks)
      break;
    if (now.kind != ControllerStep::Kind::push) continue;
    const Channel& channel = program_.channels[static_cast<size_t>(now.channel)];
    if (!same_course(channel.descriptors[static_cast<size_t>(now.descriptor)],
                     channel.descriptors[static_cast<size_t>(then.descriptor)]))
      break;
  }
  return count;
}

void Machine::look_for_steady_state() {
  if (arena_ != nullptr || options_.spans || !options_.extrapolate || snapshots_.size() >= kMostSnapshots) return;
  if (has_packets_ || !semaphores_.empty()) return;  // a fingerprint does not hold what waits in the order of time
  const std::vector<int64_t> print = fingerprint();
  const uint64_t hash = hash_of(print);
  for (auto earlier = snapshots_.rbegin(); earlier != snapshots_.rend(); ++earlier) {
    if (earlier->hash != hash || earlier->print != print) continue;
    const size_t period = controller_step_ - earlier->controller_step;
    const int32_t tasks = issued_ - earlier->issued;
    const size_t times = repeated_steps(controller_step_, period, tasks) / period;
    if (times > 0) {
      repeat(*earlier, static_cast<int64_t>(times));
      snapshots_.clear();
      return;
    }
    break;
  }
  snapshots_.push_back({hash, print, controller_, controller_step_, issued_, outcome_});
}

// Adds the stretch since a snapshot `times` more times.
void Machine::repeat(const Snapshot& then, int64_t times) {
  const Tick shift = (controller_.time - then.controller.time) * times;
  const int32_t tasks = static_cast<int32_t>((issued_ - then.issued) * times);
  Blame spent;
  for (size_t i = 0; i < spent.ticks.size(); ++i)
    spent.ticks[i] = (controller_.blame.ticks[i] - then.controller.blame.ticks[i]) * times;
  const auto move = [&](Tick& time, Blame& blame) {
    time += shift;
    for (size_t i = 0; i < spent.ticks.size(); ++i) blame.ticks[i] += spent.ticks[i];
  };

  for (TokenQueue& lock : locks_)
    for (int64_t i = 0; i < lock.size(); ++i) move(lock.at(i).time, lock.at(i).blame);
  for (CoreState& core : cores_) move(core.clock.time, core.clock.blame);
  for (size_t task = task_done_.size(); task-- > static_cast<size_t>(tasks);) {
    const size_t from = task - static_cast<size_t>(tasks);
    task_is_done_[task] = task_is_done_[from];
    task_done_[task] = task_done_[from];
    move(task_done_[task].time, task_done_[task].blame);
  }
  for (FlowState& flow : flows_) {
    if (flow.in_ddr) move(flow.start.time, flow.start.blame);
    for (Endpoint& end : flow.ends) {
      move(end.clock.time, end.clock.blame);
      if (end.task >= 0) {
        end.task += tasks;
        end.descriptor = descriptor_of_task_[static_cast<size_t>(end.task)];
      }
      for (Task& task : end.queue) {
        task.number += tasks;
        task.descriptor = descriptor_of_task_[static_cast<size_t>(task.number)];
        move(task.pushed.time, task.pushed.blame);
      }
    }
  }
  for (Arrival& arrival : arrivals_) arrival.time += shift;
  ddr_.shift(shift);
  journal_.skip(shift);
  move(controller_.time, controller_.blame);
  controller_step_ += (controller_step_ - then.controller_step) * static_cast<size_t>(times);
  issued_ += tasks;

  for (size_t i = 0; i < outcome_.cores.size(); ++i) scale(outcome_.cores[i], then.outcome.cores[i], times, shift);
  for (size_t i = 0; i < outcome_.channels.size(); ++i)
    scale(outcome_.channels[i], then.outcome.channels[i], times, shift);
  scale(outcome_.controller, then.outcome.controller, times, shift);
  scale(outcome_.kernel_calls, then.outcome.kernel_calls, times);
  scale(outcome_.host_bytes_read, then.outcome.host_bytes_read, times);
  scale(outcome_.host_bytes_written, then.outcome.host_bytes_written, times);
  outcome_.extrapolated_steps += times * (outcome_.steps - then.outcome.steps);
}

}  // namespace tilescope
