// Streams: channels work through descriptors, a piece moves when both ends are ready, and what touches DDR shares it.
#include "machine.hpp"

namespace tilescope {

namespace {

// The port that a channel's time is charged to.
Term term_of(Place place) {
  static_assert(static_cast<int>(Place::shim) == 0 && static_cast<int>(Place::core) == 2);
  constexpr Term terms[] = {Term::shim_port, Term::mem_tile_port, Term::core_dma};
  return terms[static_cast<size_t>(place)];
}

// When two ports are equally slow the one with fewer channels beside it is named: shim, then core, then mem tile.
int narrowness(Place place) {
  constexpr int8_t ranks[] = {2, 0, 1};
  return ranks[static_cast<size_t>(place)];
}

}  // namespace

// Gives an endpoint its next descriptor; false while its task or its lock is missing.
bool Machine::prepare(int32_t flow, int32_t place) {
  Endpoint& end = flows_[static_cast<size_t>(flow)].ends[static_cast<size_t>(place)];
  if (end.ready) return true;
  const Channel& channel = program_.channels[static_cast<size_t>(end.channel)];
  Usage& usage = outcome_.channels[static_cast<size_t>(end.channel)];
  const int32_t resource = channel_resource(end.channel);
  const Term term = term_of(channel.place);
  if (end.descriptor < 0) {
    if (end.queue.empty()) {
      end.waits_for_task = true;
      return false;
    }
    const Task task = end.queue.front();
    end.queue.erase(end.queue.begin());
    const Tick from = end.clock.time;
    const Tick waited = end.clock.wait_for(task.pushed);
    usage.waiting[static_cast<size_t>(Cause::task_queue)] += waited;
    note(resource, Activity::wait, static_cast<int32_t>(Cause::task_queue), from, from + waited);
    end.descriptor = task.descriptor;
    end.task = task.number;
    if (!channel.task_setup_ticks.empty()) {
      const size_t ordinal = std::min(end.tasks_started, channel.task_setup_ticks.size() - 1);
      const Tick setup = channel.task_setup_ticks[ordinal];
      note(resource, Activity::setup, task.number, end.clock.time, end.clock.time + setup);
      end.clock.spend(term, setup);
      usage.busy += setup;
    }
    ++end.tasks_started;
  }
  const Descriptor& descriptor = channel.descriptors[static_cast<size_t>(end.descriptor)];
  if (descriptor.acquire_lock >= 0 &&
      !take(descriptor.acquire_lock, descriptor.acquire_count, descriptor.acquire_equal,
            static_cast<int32_t>(cores_.size()) + flow, place, end.clock, usage, resource))
    return false;
  if (journal_.follows() && descriptor.acquire_lock >= 0) journal_.channel(end.channel).brought_by = journal_.taken();
  note(resource, Activity::setup, end.task, end.clock.time, end.clock.time + channel.setup_ticks);
  end.clock.spend(term, channel.setup_ticks);
  usage.busy += channel.setup_ticks;
  usage.last = end.clock.time;
  end.bytes_left = descriptor.bytes;
  end.cursor.reset(&descriptor.pattern);
  end.ready = true;
  return true;
}

void Machine::run_flow(int32_t index) {
  FlowState& flow = flows_[static_cast<size_t>(index)];
  while (!flow.in_ddr) {
    if (has_packets_ && !has_way(index)) return;
    for (size_t place = 0; place < flow.ends.size(); ++place)
      flow.missing += flow.ends[place].ready || prepare(index, static_cast<int32_t>(place)) ? 0 : 1;
    if (flow.missing > 0) return;
    const Endpoint* latest = &flow.ends.front();
    flow.piece_bytes = latest->bytes_left;
    for (const Endpoint& end : flow.ends) {
      flow.piece_bytes = std::min(flow.piece_bytes, end.bytes_left);
      if (end.clock.time > latest->clock.time) latest = &end;
    }
    flow.start = latest->clock;
    const int64_t words = (flow.piece_bytes + 3) / 4 + flow.header_words;
    flow.header_words = 0;
    flow.piece_ticks = -1;
    int64_t load = 0;
    int named = -1;
    for (Endpoint& end : flow.ends) {
      const Channel& channel = program_.channels[static_cast<size_t>(end.channel)];
      Usage& usage = outcome_.channels[static_cast<size_t>(end.channel)];
      const Tick waited = flow.start.time - end.clock.time;
      usage.waiting[static_cast<size_t>(Cause::stream)] += waited;
      note(channel_resource(end.channel), Activity::wait, static_cast<int32_t>(Cause::stream), end.clock.time,
           flow.start.time);
      const Tick ticks = (words * channel.word_milliticks + 999) / 1000;
      if (ticks > flow.piece_ticks || (ticks == flow.piece_ticks && narrowness(channel.place) > named)) {
        flow.piece_ticks = ticks;
        flow.term = term_of(channel.place);
        named = narrowness(channel.place);
      }
      load += channel.descriptors[static_cast<size_t>(end.descriptor)].ddr_load;
    }
    if (load > 0) {
      flow.in_ddr = true;
      arrivals_.push_back({flow.start.time, index, load});
      return;
    }
    finish_piece(index, 0, flow.start.time + flow.piece_ticks);
  }
}

// Ends the piece under way: the time is charged, the data is there, descriptors that are complete give their locks.
void Machine::finish_piece(int32_t index, Tick ddr_limited, Tick end_time) {
  FlowState& flow = flows_[static_cast<size_t>(index)];
  count_step();
  if (arena_ != nullptr) move_data(flow);
  Clock done = flow.start;
  done.spend(Term::ddr, ddr_limited);
  done.spend(flow.term, end_time - flow.start.time - ddr_limited);
  const Tick latency = program_.flows[static_cast<size_t>(index)].latency_ticks;
  Clock arrived = done;
  arrived.spend(flow.term, latency);
  bool is_source = true;
  for (Endpoint& end : flow.ends) {
    Usage& usage = outcome_.channels[static_cast<size_t>(end.channel)];
    usage.busy += end_time - flow.start.time - ddr_limited;
    usage.waiting[static_cast<size_t>(Cause::ddr)] += ddr_limited;
    usage.bytes += flow.piece_bytes;
    usage.last = end_time;
    const Channel& channel = program_.channels[static_cast<size_t>(end.channel)];
    const Descriptor& descriptor = channel.descriptors[static_cast<size_t>(end.descriptor)];
    if (journal_.on()) [[unlikely]] note_transfer(flow, end, descriptor, end_time, ddr_limited);
    if (descriptor.memory.host) {
      auto& bytes = channel.reads_memory ? outcome_.host_bytes_read : outcome_.host_bytes_written;
      bytes[static_cast<size_t>(descriptor.memory.index)] += flow.piece_bytes;
    }
    end.clock = done;
    end.bytes_left -= flow.piece_bytes;
    if (end.bytes_left == 0) end_descriptor(end, is_source ? done : arrived);
    is_source = false;
  }
  if (has_packets_ && !flow.ends.front().ready) leave_way(index);
}

// The span of a piece at one end of its stream, and what it follows from.
void Machine::note_transfer(const FlowState& flow, const Endpoint& end, const Descriptor& descriptor, Tick end_time,
                            Tick limited) {
  const Endpoint& source = flow.ends.front();
  const bool begins = end.bytes_left == descriptor.bytes;
  if (begins && &end != &source && descriptor.acquire_lock >= 0)
    journal_.fills(descriptor.acquire_lock, descriptor.acquire_count, flow.start.time);
  if (!journal_.follows()) return;
  Journal::OfChannel& here = journal_.channel(end.channel);
  const int32_t before = begins && end.task >= 0 ? journal_.issue_of(end.task) : here.span;
  here.span = note(channel_resource(end.channel), Activity::transfer, end.task, flow.start.time, end_time,
                   flow.piece_bytes, limited);
  for (const int32_t bringer : here.brought_by) journal_.link(bringer, here.span);
  here.brought_by.clear();
  if (end.task >= 0) journal_.link(before, here.span);  // a task goes on with its next piece
  if (&end != &source) journal_.link(journal_.channel(source.channel).span, here.span);
}

void Machine::end_descriptor(Endpoint& end, const Token& released) {
  const Channel& channel = program_.channels[static_cast<size_t>(end.channel)];
  const Descriptor& descriptor = channel.descriptors[static_cast<size_t>(end.descriptor)];
  end.ready = false;
  end.descriptor = descriptor.next;
  if (journal_.follows()) [[unlikely]] journal_.giver(journal_.channel(end.channel).span);
  if (descriptor.release_lock >= 0) release(descriptor.release_lock, descriptor.release_count, released);
  if (descriptor.next >= 0) {
    Usage& usage = outcome_.channels[static_cast<size_t>(end.channel)];
    note(channel_resource(end.channel), Activity::setup, end.task, end.clock.time,
         end.clock.time + channel.chain_ticks);
    end.clock.spend(term_of(channel.place), channel.chain_ticks);
    usage.busy += channel.chain_ticks;
    usage.last = end.clock.time;
  } else if (end.task >= 0) {
    if (journal_.follows()) [[unlikely]] journal_.ended(end.task, journal_.channel(end.channel).span);
    task_done_[static_cast<size_t>(end.task)] = released;
    task_is_done_[static_cast<size_t>(end.task)] = 1;
    end.task = -1;
  }
}

void Machine::move_data(FlowState& flow) {
  const auto memory_of = [this](const Endpoint& end) {
    return program_.channels[static_cast<size_t>(end.channel)].descriptors[static_cast<size_t>(end.descriptor)].memory;
  };
  Endpoint& source = flow.ends.front();
  const Memory from = memory_of(source);
  int32_t written_storage = -1;
  for (size_t i = 1; i < flow.ends.size(); ++i) {
    Endpoint& target = flow.ends[i];
    const Memory to = memory_of(target);
    if (!to.host) {
      const int32_t storage = program_.buffer_storage[static_cast<size_t>(to.index)];
      if (storage == written_storage) continue;  // one broadcast, one copy of the bytes
      written_storage = storage;
    }
    moves_.move(from, source.cursor, to, target.cursor, flow.piece_bytes);
    if (target.bytes_left > flow.piece_bytes) target.cursor.skip(flow.piece_bytes);
  }
  if (source.bytes_left > flow.piece_bytes) source.cursor.skip(flow.piece_bytes);
}

}  // namespace tilescope
