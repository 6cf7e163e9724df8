// Cores: loops, acquire, release and kernel calls.
#include "machine.hpp"

namespace tilescope {

void Machine::run_core(int32_t index) {
  const Core& core = program_.cores[static_cast<size_t>(index)];
  CoreState& state = cores_[static_cast<size_t>(index)];
  Usage& usage = outcome_.cores[static_cast<size_t>(index)];
  while (state.step < core.steps.size()) {
    const CoreStep& step = core.steps[state.step];
    switch (step.kind) {
      case CoreStep::Kind::loop:
        if (step.count == 0) {
          state.step = static_cast<size_t>(step.operand);
        } else {
          state.trips.push_back(step.count);
        }
        break;
      case CoreStep::Kind::end_loop:
        count_step();
        if (state.trips.back() < 0 || --state.trips.back() > 0) {
          state.step = static_cast<size_t>(step.operand);
        } else {
          state.trips.pop_back();
        }
        break;
      case CoreStep::Kind::acquire: {
        const Port& port = core.ports[static_cast<size_t>(step.operand)];
        if (!take(port.acquire_lock, static_cast<int32_t>(step.count), false, index, 0, state.clock, usage, index))
          return;
        note(index, Activity::overhead, step.operand, state.clock.time, state.clock.time + program_.costs.acquire_ticks);
        state.clock.spend(Term::core_overhead, program_.costs.acquire_ticks);
        usage.busy += program_.costs.acquire_ticks;
        if (journal_.follows()) [[unlikely]] note_taken(index, step.operand);
        state.held[static_cast<size_t>(step.operand)].count += step.count;
        break;
      }
      case CoreStep::Kind::release: {
        const Port& port = core.ports[static_cast<size_t>(step.operand)];
        CoreState::Held& held = state.held[static_cast<size_t>(step.operand)];
        if (held.count < step.count)
          throw SimulationError(core.name + " releases " + std::to_string(step.count) + " of " + port.name +
                                " but holds " + std::to_string(held.count));
        held.count -= step.count;
        held.oldest = (held.oldest + step.count) % static_cast<int64_t>(port.buffers.size());
        note(index, Activity::overhead, step.operand, state.clock.time, state.clock.time + program_.costs.release_ticks);
        state.clock.spend(Term::core_overhead, program_.costs.release_ticks);
        usage.busy += program_.costs.release_ticks;
        if (journal_.follows()) [[unlikely]] journal_.giver(journal_.port(index, step.operand).last_call);
        release(port.release_lock, static_cast<int32_t>(step.count), state.clock);
        break;
      }
      case CoreStep::Kind::take_lock:
      case CoreStep::Kind::take_equal:
        if (!take(step.operand, static_cast<int32_t>(step.count), step.kind == CoreStep::Kind::take_equal, index, 0,
                  state.clock, usage, index))
          return;
        note(index, Activity::overhead, step.operand, state.clock.time, state.clock.time + program_.costs.acquire_ticks);
        state.clock.spend(Term::core_overhead, program_.costs.acquire_ticks);
        usage.busy += program_.costs.acquire_ticks;
        break;
      case CoreStep::Kind::give_lock:
        note(index, Activity::overhead, step.operand, state.clock.time, state.clock.time + program_.costs.release_ticks);
        state.clock.spend(Term::core_overhead, program_.costs.release_ticks);
        usage.busy += program_.costs.release_ticks;
        release(step.operand, static_cast<int32_t>(step.count), state.clock);
        break;
      case CoreStep::Kind::call:
        call_kernel(index, state, core.calls[static_cast<size_t>(step.operand)]);
        break;
    }
    usage.last = state.clock.time;
    ++state.step;
  }
}

// Which transfers brought the objects that are about to be held.
void Machine::note_taken(int32_t core, int32_t port) {
  const CoreState::Held& held = cores_[static_cast<size_t>(core)].held[static_cast<size_t>(port)];
  std::vector<int32_t>& brought_by = journal_.port(core, port).brought_by;
  auto place = static_cast<size_t>(held.oldest + held.count);
  for (const int32_t span : journal_.taken()) brought_by[place++ % brought_by.size()] = span;
}

void Machine::call_kernel(int32_t core_index, CoreState& state, const Call& call) {
  const Core& core = program_.cores[static_cast<size_t>(core_index)];
  Usage& usage = outcome_.cores[static_cast<size_t>(core_index)];
  const Tick start = state.clock.time;
  state.clock.spend(Term::core_overhead, program_.costs.call_ticks);
  state.clock.spend(Term::compute, call.ticks);
  usage.busy += program_.costs.call_ticks + call.ticks;
  note(core_index, Activity::overhead, call.kernel, start, start + program_.costs.call_ticks);
  const int32_t span =
      note(core_index, Activity::call, call.kernel, start + program_.costs.call_ticks, state.clock.time);
  ++outcome_.kernel_calls[static_cast<size_t>(call.kernel)];
  count_step();

  pointers_.clear();
  for (const Call::Pointer& pointer : call.pointers) {
    int32_t buffer = pointer.buffer;
    if (pointer.port >= 0) {
      const Port& port = core.ports[static_cast<size_t>(pointer.port)];
      const CoreState::Held& held = state.held[static_cast<size_t>(pointer.port)];
      if (pointer.object >= held.count)
        throw SimulationError(core.name + " uses an object of " + port.name + " that it has not acquired");
      const auto place =
          static_cast<size_t>((held.oldest + pointer.object) % static_cast<int64_t>(port.buffers.size()));
      buffer = port.buffers[place];
      if (journal_.follows()) [[unlikely]] journal_.used(journal_.port(core_index, pointer.port), place, span);
    }
    if (arena_ != nullptr) pointers_.push_back(arena_->buffer(buffer));
  }
  if (arena_ == nullptr) return;
  moves_.call(program_.kernels[static_cast<size_t>(call.kernel)].thunk, pointers_, call.scalars.data());
}

}  // namespace tilescope
