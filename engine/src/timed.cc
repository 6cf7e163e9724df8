// What is taken in the order of time: locks that several acquire or release, and channels that several packets share.
//
// An agent that runs ahead does not take these: it asks, at the time where it stands, and goes on when its turn comes.
// All that has been asked is served in the order of time, which is safe because whatever an agent does next is no
// earlier than what set it going.
#include "machine.hpp"

namespace tilescope {

namespace {

bool later(const Moment& a, const Moment& b) { return a.after(b); }

}  // namespace

// A lock with one acquirer and one releaser needs no order: its tokens tell when they came.
void Machine::find_shared_locks() {
  constexpr int32_t kNobody = -1, kSeveral = -2;
  std::vector<int32_t> takes(locks_.size(), kNobody), gives(locks_.size(), kNobody);
  std::vector<char> equal(locks_.size(), 0);
  const auto use = [](std::vector<int32_t>& users, int32_t lock, size_t who) {
    if (lock < 0) return;
    int32_t& user = users[static_cast<size_t>(lock)];
    if (user != static_cast<int32_t>(who)) user = user == kNobody ? static_cast<int32_t>(who) : kSeveral;
  };
  for (size_t c = 0; c < program_.cores.size(); ++c) {
    for (const Port& port : program_.cores[c].ports) {
      use(takes, port.acquire_lock, c);
      use(gives, port.release_lock, c);
    }
    for (const CoreStep& step : program_.cores[c].steps) {
      if (step.kind == CoreStep::Kind::take_equal) equal[static_cast<size_t>(step.operand)] = 1;
      if (step.kind == CoreStep::Kind::take_lock || step.kind == CoreStep::Kind::take_equal)
        use(takes, step.operand, c);
      if (step.kind == CoreStep::Kind::give_lock) use(gives, step.operand, c);
    }
  }
  for (size_t c = 0; c < program_.channels.size(); ++c)
    for (const Descriptor& d : program_.channels[c].descriptors) {
      use(takes, d.acquire_lock, program_.cores.size() + c);
      use(gives, d.release_lock, program_.cores.size() + c);
      if (d.acquire_lock >= 0 && d.acquire_equal) equal[static_cast<size_t>(d.acquire_lock)] = 1;
    }
  for (size_t lock = 0; lock < locks_.size(); ++lock) {
    if (takes[lock] != kSeveral && gives[lock] != kSeveral && equal[lock] == 0) continue;
    if (semaphore_of_lock_.empty()) semaphore_of_lock_.assign(locks_.size(), -1);
    semaphore_of_lock_[lock] = static_cast<int32_t>(semaphores_.size());
    semaphores_.push_back({program_.locks[lock].initial, {}});
  }
  if (!semaphores_.empty()) askings_.resize(program_.cores.size() + program_.channels.size());
}

int64_t Machine::lock_value(int32_t lock) const {
  return is_shared(lock) ? semaphores_[static_cast<size_t>(semaphore_of_lock_[static_cast<size_t>(lock)])].value
                         : locks_[static_cast<size_t>(lock)].size();
}

Asking& Machine::asking_of(int32_t agent, int32_t end) {
  const auto cores = static_cast<int32_t>(cores_.size());
  if (agent < cores) return askings_[static_cast<size_t>(agent)];
  const FlowState& flow = flows_[static_cast<size_t>(agent - cores)];
  return askings_[static_cast<size_t>(channel_resource(flow.ends[static_cast<size_t>(end)].channel))];
}

// Asks at the agent's time; true when its turn has come.
bool Machine::take_in_order(int32_t lock, int32_t count, bool equal, int32_t agent, int32_t end, Clock& clock,
                            Usage& usage, int32_t resource) {
  Asking& asking = asking_of(agent, end);
  if (!asking.asked) {
    asking = {true, false, {0, {}}};
    add_moment({clock.time, Moment::Kind::acquire, agent, end, lock, count, equal, clock.blame});
    return false;
  }
  if (!asking.granted) return false;
  const Tick from = clock.time;
  const Tick waited = clock.wait_for(asking.token);
  const Cause cause = program_.locks[static_cast<size_t>(lock)].cause;
  usage.waiting[static_cast<size_t>(cause)] += waited;
  note(resource, Activity::wait, static_cast<int32_t>(cause), from, from + waited);
  asking = {};
  return true;
}

void Machine::add_moment(const Moment& moment) {
  moments_.push_back(moment);
  moments_.back().time = std::max(moment.time, seen_);
  std::push_heap(moments_.begin(), moments_.end(), later);
}

void Machine::step_moment() {
  std::pop_heap(moments_.begin(), moments_.end(), later);
  const Moment moment = moments_.back();
  moments_.pop_back();
  seen_ = moment.time;
  if (moment.kind == Moment::Kind::packet) {
    asking_for_ways_.push_back(moment.agent - static_cast<int32_t>(cores_.size()));
    open_ways();
    return;
  }
  Semaphore& semaphore = semaphores_[static_cast<size_t>(semaphore_of_lock_[static_cast<size_t>(moment.lock)])];
  if (moment.kind == Moment::Kind::release) {
    semaphore.value += moment.count;
  } else {
    semaphore.waiting.push_back({moment.agent, moment.end, moment.count, moment.equal});
  }
  grant_waiting(moment);
}

// Gives a lock to all who can have it; of those who can, who asked first goes first.
void Machine::grant_waiting(const Moment& moment) {
  Semaphore& semaphore = semaphores_[static_cast<size_t>(semaphore_of_lock_[static_cast<size_t>(moment.lock)])];
  std::vector<Semaphore::Waiting> granted;
  for (size_t i = 0; i < semaphore.waiting.size();) {
    const Semaphore::Waiting one = semaphore.waiting[i];
    if (one.equal ? semaphore.value != one.count : semaphore.value < one.count) {
      ++i;
      continue;
    }
    semaphore.value -= one.count;
    granted.push_back(one);
    semaphore.waiting.erase(semaphore.waiting.begin() + static_cast<std::ptrdiff_t>(i));
    i = one.count > 0 ? 0 : i;  // the new value may be the one that somebody waits for
  }
  for (const Semaphore::Waiting& one : granted) {
    Asking& asking = asking_of(one.agent, one.end);
    asking.granted = true;
    const bool at_once = moment.kind == Moment::Kind::acquire && one.agent == moment.agent && one.end == moment.end;
    if (!at_once) asking.token = {moment.time, moment.blame};
    tell(one.agent, one.end);
  }
}

const Route& Machine::route_of(int32_t flow) const {
  const Endpoint& source = flows_[static_cast<size_t>(flow)].ends.front();
  const Descriptor& descriptor =
      program_.channels[static_cast<size_t>(source.channel)].descriptors[static_cast<size_t>(source.descriptor)];
  const std::vector<Route>& routes = program_.flows[static_cast<size_t>(flow)].routes;
  return *std::find_if(routes.begin(), routes.end(),
                       [&](const Route& route) { return route.packet == descriptor.packet; });
}

// Whether a flow may move bytes: a circuit always, a packet once its targets are its own. Asks for them otherwise.
bool Machine::has_way(int32_t index) {
  if (program_.flows[static_cast<size_t>(index)].routes.empty()) return true;
  FlowState& flow = flows_[static_cast<size_t>(index)];
  if (flow.ends.size() > 1) return true;
  if (flow.asks_for_way) return false;
  if (!prepare(index, 0)) {
    flow.missing = 1;
    return false;
  }
  flow.asks_for_way = true;
  const auto agent = static_cast<int32_t>(cores_.size()) + index;
  add_moment({flow.ends.front().clock.time, Moment::Kind::packet, agent, 0, -1, 0, false, {}});
  return false;
}

// Lets every packet go whose targets are all free, who asked first first.
void Machine::open_ways() {
  for (size_t i = 0; i < asking_for_ways_.size();) {
    const int32_t index = asking_for_ways_[i];
    const std::vector<int32_t>& targets = route_of(index).targets;
    if (std::any_of(targets.begin(), targets.end(),
                    [&](int32_t t) { return place_of_channel_[static_cast<size_t>(t)].first >= 0; })) {
      ++i;
      continue;
    }
    FlowState& flow = flows_[static_cast<size_t>(index)];
    for (const int32_t target : targets) {
      place_of_channel_[static_cast<size_t>(target)] = {index, static_cast<int32_t>(flow.ends.size())};
      flow.ends.push_back(std::move(parked_[static_cast<size_t>(target)]));
    }
    flow.asks_for_way = false;
    flow.header_words = 1;
    asking_for_ways_.erase(asking_for_ways_.begin() + static_cast<std::ptrdiff_t>(i));
    wake(static_cast<int32_t>(cores_.size()) + index);
  }
}

// A packet has ended: its targets are free for the next.
void Machine::leave_way(int32_t index) {
  FlowState& flow = flows_[static_cast<size_t>(index)];
  if (program_.flows[static_cast<size_t>(index)].routes.empty()) return;
  while (flow.ends.size() > 1) {
    Endpoint& end = flow.ends.back();
    const auto channel = static_cast<size_t>(end.channel);
    place_of_channel_[channel] = {-1, -1};
    parked_[channel] = std::move(end);
    flow.ends.pop_back();
  }
  open_ways();
}

}  // namespace tilescope
