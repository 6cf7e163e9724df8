#include "tilescope/program.hpp"

#include <set>
#include <stdexcept>

namespace tilescope {

namespace {

void require(bool holds, const std::string& sentence) {
  if (!holds) throw std::invalid_argument(sentence);
}

template <typename T>
bool inside(int32_t index, const std::vector<T>& items) {
  return index >= 0 && static_cast<size_t>(index) < items.size();
}

void check_descriptor(const Program& program, const Channel& channel, const Descriptor& d) {
  const int64_t room = d.memory.host ? (inside(d.memory.index, program.host_bytes)
                                            ? program.host_bytes[static_cast<size_t>(d.memory.index)]
                                            : -1)
                                     : (inside(d.memory.index, program.buffer_bytes)
                                            ? program.buffer_bytes[static_cast<size_t>(d.memory.index)]
                                            : -1);
  require(room >= 0, channel.name + " has a descriptor for a buffer that does not exist");
  require(d.bytes > 0 && d.bytes == d.pattern.total_bytes(),
          channel.name + " has a descriptor whose length is not that of its walk");
  require(d.pattern.lowest_byte() >= 0 && d.pattern.highest_byte() <= room,
          channel.name + " has a descriptor that reaches byte " + std::to_string(d.pattern.highest_byte()) +
              " of a buffer of " + std::to_string(room));
  require(d.acquire_lock < 0 || inside(d.acquire_lock, program.locks), channel.name + " acquires an unknown lock");
  require(d.release_lock < 0 || inside(d.release_lock, program.locks), channel.name + " releases an unknown lock");
  require(d.next < 0 || inside(d.next, channel.descriptors), channel.name + " chains to an unknown descriptor");
}

void check_core(const Program& program, const Core& core) {
  for (const Port& port : core.ports)
    require(!port.buffers.empty() && inside(port.acquire_lock, program.locks) &&
                inside(port.release_lock, program.locks),
            core.name + " has a port without buffers or locks");
  std::vector<size_t> open;
  for (size_t i = 0; i < core.steps.size(); ++i) {
    const CoreStep& step = core.steps[i];
    switch (step.kind) {
      case CoreStep::Kind::loop: {
        require(inside(step.operand, core.steps) && static_cast<size_t>(step.operand) > i &&
                    core.steps[static_cast<size_t>(step.operand)].kind == CoreStep::Kind::end_loop,
                core.name + " has a loop without an end");
        bool acquires = false;
        for (size_t j = i; j < static_cast<size_t>(step.operand); ++j)
          acquires = acquires || core.steps[j].kind == CoreStep::Kind::acquire ||
                     core.steps[j].kind == CoreStep::Kind::take_lock ||
                     core.steps[j].kind == CoreStep::Kind::take_equal;
        require(step.count >= 0 || acquires, core.name + " has an endless loop that never waits for anything");
        open.push_back(i);
        break;
      }
      case CoreStep::Kind::end_loop:
        require(!open.empty() && static_cast<size_t>(step.operand) == open.back(),
                core.name + " has a loop whose end does not match");
        open.pop_back();
        break;
      case CoreStep::Kind::acquire:
      case CoreStep::Kind::release:
        require(inside(step.operand, core.ports) && step.count > 0, core.name + " uses an unknown port");
        break;
      case CoreStep::Kind::take_lock:
      case CoreStep::Kind::take_equal:
      case CoreStep::Kind::give_lock:
        require(inside(step.operand, program.locks) && step.count >= 0, core.name + " uses an unknown lock");
        break;
      case CoreStep::Kind::call: {
        require(inside(step.operand, core.calls), core.name + " calls an unknown kernel");
        const Call& call = core.calls[static_cast<size_t>(step.operand)];
        require(inside(call.kernel, program.kernels) && call.ticks >= 0, core.name + " calls an unknown kernel");
        for (const Call::Pointer& p : call.pointers)
          require(p.port >= 0 ? inside(p.port, core.ports) : inside(p.buffer, program.buffer_bytes),
                  core.name + " passes a buffer that does not exist");
        break;
      }
    }
  }
  require(open.empty(), core.name + " has a loop without an end");
}

void check_packets(const Program& program, const Flow& flow, std::set<int32_t>& sinks) {
  require(flow.targets.empty(), "a packet flow has routes and no targets of its own");
  std::set<int32_t> known;
  for (const Route& route : flow.routes) {
    require(route.packet >= 0 && known.insert(route.packet).second, "a packet flow has two routes for one packet");
    require(!route.targets.empty(), "a route needs a target");
    for (const int32_t target : route.targets) {
      require(inside(target, program.channels), "a route joins a channel that does not exist");
      require(!program.channels[static_cast<size_t>(target)].reads_memory, "a route ends at a channel that only reads");
      sinks.insert(target);
    }
  }
  for (const Descriptor& d : program.channels[static_cast<size_t>(flow.source)].descriptors)
    require(known.count(d.packet) == 1, program.channels[static_cast<size_t>(flow.source)].name + " sends packet " +
                                            std::to_string(d.packet) + ", which has no route");
}

}  // namespace

void Program::check() const {
  require(buffer_bytes.size() == buffer_storage.size(), "every buffer needs a storage");
  for (const Channel& channel : channels) {
    require(channel.word_milliticks > 0, channel.name + " moves words in no time");
    require(channel.first < 0 || inside(channel.first, channel.descriptors), channel.name + " starts nowhere");
    for (const Descriptor& d : channel.descriptors) check_descriptor(*this, channel, d);
  }
  for (const InitialBytes& initial : initial_bytes)
    require(inside(initial.buffer, buffer_bytes) &&
                static_cast<int64_t>(initial.bytes.size()) <= buffer_bytes[static_cast<size_t>(initial.buffer)],
            "there are more initial bytes than their buffer holds");
  std::set<int32_t> used, sinks;
  for (const Flow& flow : flows) {
    require(inside(flow.source, channels) && (!flow.targets.empty() || !flow.routes.empty()),
            "a stream needs a source and a target");
    if (!flow.routes.empty()) check_packets(*this, flow, sinks);
    std::vector<int32_t> ends{flow.source};
    ends.insert(ends.end(), flow.targets.begin(), flow.targets.end());
    for (const int32_t end : ends) {
      require(inside(end, channels), "a stream joins a channel that does not exist");
      require(used.insert(end).second, channels[static_cast<size_t>(end)].name + " is joined to two streams");
    }
    require(channels[static_cast<size_t>(flow.source)].reads_memory, "a stream starts at a channel that only writes");
    for (const int32_t target : flow.targets)
      require(!channels[static_cast<size_t>(target)].reads_memory, "a stream ends at a channel that only reads");
  }
  for (const int32_t sink : sinks)
    require(used.insert(sink).second,
            channels[static_cast<size_t>(sink)].name + " is joined to a circuit and to packets");
  for (const Core& core : cores) check_core(*this, core);
  std::vector<char> pushed;
  for (const ControllerStep& step : controller) {
    if (step.kind == ControllerStep::Kind::work) continue;
    if (step.kind == ControllerStep::Kind::write) {
      require(inside(step.channel, buffer_bytes) && step.descriptor >= 0 &&
                  step.descriptor + 4 <= buffer_bytes[static_cast<size_t>(step.channel)],
              "the runtime sequence writes outside a buffer");
      continue;
    }
    require(inside(step.channel, channels) && used.count(step.channel) == 1 && step.task >= 0,
            "the runtime sequence names a channel that no stream uses");
    if (static_cast<size_t>(step.task) >= pushed.size()) pushed.resize(static_cast<size_t>(step.task) + 1);
    if (step.kind == ControllerStep::Kind::push) {
      require(inside(step.descriptor, channels[static_cast<size_t>(step.channel)].descriptors),
              "the runtime sequence starts a task that does not exist");
      pushed[static_cast<size_t>(step.task)] = 1;
    } else {
      require(pushed[static_cast<size_t>(step.task)] != 0, "the runtime sequence awaits a task before it issues it");
    }
  }
}

}  // namespace tilescope
