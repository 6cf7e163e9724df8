#include "machine.hpp"

namespace tilescope {

namespace {

size_t count_tasks(const Program& program) {
  int32_t tasks = 0;
  for (const ControllerStep& step : program.controller) tasks = std::max(tasks, step.task + 1);
  return static_cast<size_t>(tasks);
}

}  // namespace

Machine::Machine(const Program& program, const Options& options, const Arena* arena,
                 const std::vector<uint8_t*>& host, Recording* recording)
    : program_(program), options_(options), arena_(arena), moves_(program, arena, host, recording),
      journal_(program, options, count_tasks(program)) {
  locks_.resize(program.locks.size());
  for (size_t i = 0; i < program.locks.size(); ++i)
    for (int32_t n = 0; n < program.locks[i].initial; ++n) locks_[i].add({});
  cores_.resize(program.cores.size());
  for (size_t i = 0; i < program.cores.size(); ++i) cores_[i].held.resize(program.cores[i].ports.size());
  flows_.resize(program.flows.size());
  place_of_channel_.assign(program.channels.size(), {-1, -1});
  for (size_t f = 0; f < program.flows.size(); ++f) {
    std::vector<int32_t> channels{program.flows[f].source};
    channels.insert(channels.end(), program.flows[f].targets.begin(), program.flows[f].targets.end());
    for (const int32_t channel : channels) {
      place_of_channel_[static_cast<size_t>(channel)] = {static_cast<int32_t>(f),
                                                         static_cast<int32_t>(flows_[f].ends.size())};
      Endpoint end;
      end.channel = channel;
      end.descriptor = program.channels[static_cast<size_t>(channel)].first;
      flows_[f].ends.push_back(std::move(end));
    }
    has_packets_ = has_packets_ || !program.flows[f].routes.empty();
  }
  if (has_packets_) {
    parked_.resize(program.channels.size());
    for (size_t c = 0; c < parked_.size(); ++c) {
      parked_[c].channel = static_cast<int32_t>(c);
      parked_[c].descriptor = program.channels[c].first;
    }
  }
  find_shared_locks();
  const size_t tasks = count_tasks(program);
  task_done_.resize(tasks);
  descriptor_of_task_.assign(tasks, -1);
  last_await_.assign(tasks, 0);
  for (size_t i = 0; i < program.controller.size(); ++i) {
    const ControllerStep& step = program.controller[i];
    if (step.kind == ControllerStep::Kind::push) descriptor_of_task_[static_cast<size_t>(step.task)] = step.descriptor;
    if (step.kind == ControllerStep::Kind::await) last_await_[static_cast<size_t>(step.task)] = i;
  }
  task_is_done_.assign(tasks, 0);
  queued_.assign(program.cores.size() + program.flows.size(), 0);
  outcome_.cores.resize(program.cores.size());
  outcome_.channels.resize(program.channels.size());
  outcome_.kernel_calls.assign(program.kernels.size(), 0);
  outcome_.host_bytes_read.assign(program.host_bytes.size(), 0);
  outcome_.host_bytes_written.assign(program.host_bytes.size(), 0);
}

// Now and then: whether the run has become too long, and whether somebody wants it to end.
void Machine::look_up() {
  if (outcome_.steps > options_.max_steps)
    throw SimulationError("the design takes more than " + std::to_string(options_.max_steps) +
                          " steps; make its loops shorter or its tiles larger");
  if (options_.poll) options_.poll();
}

// Something that an agent waits for is there. An end of a stream takes it at once; the stream goes on when the last of
// its ends has what it needs.
void Machine::tell(int32_t agent, int32_t end) {
  const int32_t flow = agent - static_cast<int32_t>(cores_.size());
  if (flow < 0 || (prepare(flow, end) && --flows_[static_cast<size_t>(flow)].missing == 0)) wake(agent);
}

void Machine::drain_ready_agents() {
  const auto core_count = static_cast<int32_t>(cores_.size());
  while (!ready_.empty()) {
    const int32_t agent = ready_.back();
    ready_.pop_back();
    queued_[static_cast<size_t>(agent)] = 0;
    if (agent < core_count) {
      run_core(agent);
    } else {
      run_flow(agent - core_count);
    }
  }
}

void Machine::release(int32_t lock, int32_t count, const Token& token) {
  if (is_shared(lock)) {
    add_moment({token.time, Moment::Kind::release, 0, 0, lock, count, false, token.blame});
    return;
  }
  TokenQueue& queue = locks_[static_cast<size_t>(lock)];
  for (int32_t n = 0; n < count; ++n) queue.add(token);
  journal_.gave(lock, count, token.time);
  if (queue.waiter >= 0 && queue.holds(queue.waiter_needs)) {
    const int32_t agent = queue.waiter;
    queue.waiter = -1;
    tell(agent, queue.waiter_end);
  }
}

Outcome Machine::run() {
  const auto agents = static_cast<int32_t>(cores_.size() + flows_.size());
  for (int32_t agent = agents; agent-- > 0;) wake(agent);
  while (controller_step_ < program_.controller.size()) {
    drain_ready_agents();
    const Tick finish = ddr_.next_finish();
    auto arrival = std::min_element(arrivals_.begin(), arrivals_.end(), [](const Arrival& a, const Arrival& b) {
      return a.time != b.time ? a.time < b.time : a.flow < b.flow;
    });
    const Tick arrives = arrival == arrivals_.end() ? Ddr::kNever : arrival->time;
    const Tick issues = controller_ready_at();
    const Tick moment = moments_.empty() ? Ddr::kNever : moments_.front().time;
    if (finish == Ddr::kNever && arrives == Ddr::kNever && issues == Ddr::kNever && moment == Ddr::kNever)
      report_deadlock();
    if (moment < finish && moment <= arrives && moment <= issues) {
      step_moment();
    } else if (finish <= arrives && finish <= issues) {  // at one instant: ends, locks, starts, then the controller
      const Ddr::Transfer done = ddr_.finish_next();
      flows_[static_cast<size_t>(done.flow)].in_ddr = false;
      if (options_.spans) [[unlikely]] note_ddr(finish);
      finish_piece(done.flow, done.limited_ticks, finish);
      wake(static_cast<int32_t>(cores_.size()) + done.flow);
    } else if (arrives <= issues) {
      ddr_.start(arrives, arrival->flow, flows_[static_cast<size_t>(arrival->flow)].piece_ticks, arrival->load);
      *arrival = arrivals_.back();
      arrivals_.pop_back();
      if (options_.spans) [[unlikely]] note_ddr(arrives);
    } else {
      step_controller();
    }
    count_step();
  }
  if (arena_ != nullptr) moves_.make();
  outcome_.ticks = controller_.time;
  outcome_.budget = controller_.blame;
  outcome_.drained = controller_.time;
  for (const Usage& usage : outcome_.cores) outcome_.drained = std::max(outcome_.drained, usage.last);
  for (const Usage& usage : outcome_.channels) outcome_.drained = std::max(outcome_.drained, usage.last);
  outcome_.notes = std::move(journal_.notes());
  return std::move(outcome_);
}

int32_t Machine::add_span(const Span& span, int64_t subject, Tick limited) {
  outcome_.spans.push_back(span);
  journal_.notes().subjects.push_back({subject, limited});
  return static_cast<int32_t>(outcome_.spans.size()) - 1;
}

// What DDR reads and writes from now on.
void Machine::note_ddr(Tick now) {
  DdrRate rate{now, 0, 0};
  for (const Ddr::Transfer& transfer : ddr_.under_way()) {
    const FlowState& flow = flows_[static_cast<size_t>(transfer.flow)];
    const int64_t moves = flow.piece_bytes * (transfer.speed << 10) / flow.piece_ticks;
    for (const Endpoint& end : flow.ends) {
      const Channel& channel = program_.channels[static_cast<size_t>(end.channel)];
      if (!channel.descriptors[static_cast<size_t>(end.descriptor)].memory.host) continue;
      (channel.reads_memory ? rate.read : rate.written) += moves;
    }
  }
  std::vector<DdrRate>& rates = journal_.notes().ddr;
  if (!rates.empty() && rates.back().time == now) rates.pop_back();
  rates.push_back(rate);
}

Tick Machine::controller_ready_at() const {
  const ControllerStep& step = program_.controller[controller_step_];
  if (step.kind != ControllerStep::Kind::await) return controller_.time + step.ticks;
  if (!task_is_done_[static_cast<size_t>(step.task)]) return Ddr::kNever;
  return std::max(controller_.time, task_done_[static_cast<size_t>(step.task)].time) + step.ticks;
}

void Machine::step_controller() {
  const ControllerStep& step = program_.controller[controller_step_++];
  const auto resource = static_cast<int32_t>(program_.cores.size() + program_.channels.size());
  Usage& usage = outcome_.controller;
  if (step.kind == ControllerStep::Kind::await) {
    const Tick from = controller_.time;
    const Tick waited = controller_.wait_for(task_done_[static_cast<size_t>(step.task)]);
    usage.waiting[static_cast<size_t>(Cause::token)] += waited;
    note(resource, Activity::wait, static_cast<int32_t>(Cause::token), from, from + waited);
    journal_.awaited(step.task, note(resource, Activity::token, step.task, controller_.time, controller_.time + step.ticks));
    controller_.spend(Term::sync, step.ticks);
    usage.busy += step.ticks;
    usage.last = controller_.time;
    look_for_steady_state();
    return;
  }
  const int32_t issue = note(resource, Activity::issue, step.task, controller_.time, controller_.time + step.ticks);
  controller_.spend(Term::issue, step.ticks);
  usage.busy += step.ticks;
  usage.last = controller_.time;
  if (step.kind == ControllerStep::Kind::write && arena_ != nullptr)
    moves_.write(step.channel, step.descriptor, step.word);
  if (step.kind != ControllerStep::Kind::push) return;
  ++issued_;
  journal_.issued(step.task, issue);
  const auto [flow, place] = place_of_channel_[static_cast<size_t>(step.channel)];
  Endpoint& end = flow < 0 ? parked_[static_cast<size_t>(step.channel)]
                           : flows_[static_cast<size_t>(flow)].ends[static_cast<size_t>(place)];
  const Channel& channel = program_.channels[static_cast<size_t>(step.channel)];
  if (end.queue.size() >= static_cast<size_t>(channel.queue_depth))
    throw SimulationError(channel.name + " has " + std::to_string(channel.queue_depth) +
                          " tasks queued, which is all its queue holds; the hardware would lose task " +
                          std::to_string(step.task) + ": await an earlier task before this one is issued");
  end.queue.push_back({step.task, step.descriptor, controller_});
  if (end.waits_for_task) {  // it leaves the queue at once, also where its data is still to come
    end.waits_for_task = false;
    tell(static_cast<int32_t>(cores_.size()) + flow, place);
  }
}

Outcome simulate(const Program& program, const Options& options, const Arena* arena,
                 const std::vector<uint8_t*>& host, Recording* recording) {
  return Machine(program, options, arena, host, recording).run();
}

}  // namespace tilescope
