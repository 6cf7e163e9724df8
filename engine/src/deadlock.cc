// Says who waits for whom when nothing can go on.
#include <map>
#include <set>

#include "machine.hpp"

namespace tilescope {

namespace {

struct Wait {
  std::string text;                // "<who> waits for <what>"
  std::vector<int32_t> providers;  // agents that could end it
};

// Follows waits from `agent` until one repeats; the path then ends with the cycle.
bool find_cycle(int32_t agent, const std::map<int32_t, std::vector<Wait>>& waits, std::vector<int32_t>& path,
                std::set<int32_t>& seen) {
  for (size_t i = 0; i < path.size(); ++i) {
    if (path[i] != agent) continue;
    path.erase(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(i));
    return true;
  }
  if (!seen.insert(agent).second) return false;
  const auto found = waits.find(agent);
  if (found == waits.end()) return false;
  path.push_back(agent);
  for (const Wait& wait : found->second)
    for (const int32_t provider : wait.providers)
      if (find_cycle(provider, waits, path, seen)) return true;
  path.pop_back();
  return false;
}

}  // namespace

void Machine::report_deadlock() const {
  const auto cores = static_cast<int32_t>(cores_.size());
  const int32_t controller = cores + static_cast<int32_t>(flows_.size());
  std::vector<std::vector<int32_t>> releasers(program_.locks.size());
  for (int32_t c = 0; c < cores; ++c) {
    for (const Port& port : program_.cores[static_cast<size_t>(c)].ports)
      if (port.release_lock >= 0) releasers[static_cast<size_t>(port.release_lock)].push_back(c);
    for (const CoreStep& step : program_.cores[static_cast<size_t>(c)].steps)
      if (step.kind == CoreStep::Kind::give_lock) releasers[static_cast<size_t>(step.operand)].push_back(c);
  }
  for (size_t f = 0; f < flows_.size(); ++f)
    for (const Endpoint& end : flows_[f].ends)
      for (const Descriptor& d : program_.channels[static_cast<size_t>(end.channel)].descriptors)
        if (d.release_lock >= 0)
          releasers[static_cast<size_t>(d.release_lock)].push_back(cores + static_cast<int32_t>(f));

  for (size_t f = 0; f < flows_.size(); ++f)  // what a packet brings, whether or not it is under way
    for (const Route& route : program_.flows[f].routes)
      for (const int32_t target : route.targets)
        for (const Descriptor& d : program_.channels[static_cast<size_t>(target)].descriptors)
          if (d.release_lock >= 0)
            releasers[static_cast<size_t>(d.release_lock)].push_back(cores + static_cast<int32_t>(f));

  std::map<int32_t, std::vector<Wait>> waits;
  const auto lock_wait = [&](const std::string& who, int32_t lock, int64_t need) {
    const auto l = static_cast<size_t>(lock);
    return Wait{who + " waits for " + program_.locks[l].name + " (" + std::to_string(lock_value(lock)) + " of " +
                    std::to_string(need) + " there)",
                releasers[l]};
  };
  for (int32_t c = 0; c < cores; ++c) {
    const Core& core = program_.cores[static_cast<size_t>(c)];
    const CoreState& state = cores_[static_cast<size_t>(c)];
    if (state.step >= core.steps.size()) continue;
    const CoreStep& step = core.steps[state.step];
    const bool by_port = step.kind == CoreStep::Kind::acquire;
    const int32_t lock = by_port ? core.ports[static_cast<size_t>(step.operand)].acquire_lock : step.operand;
    Wait wait = lock_wait(core.name, lock, step.count);
    std::erase(wait.providers, c);  // what it would give itself, it gives after this
    waits[c].push_back(std::move(wait));
  }
  for (size_t f = 0; f < flows_.size(); ++f) {
    const int32_t agent = cores + static_cast<int32_t>(f);
    if (flows_[f].asks_for_way) {
      const Route& route = route_of(static_cast<int32_t>(f));
      std::vector<int32_t> holders;
      for (const int32_t target : route.targets)
        if (const int32_t holder = place_of_channel_[static_cast<size_t>(target)].first; holder >= 0)
          holders.push_back(cores + holder);
      waits[agent].push_back({program_.channels[static_cast<size_t>(program_.flows[f].source)].name +
                                  " waits with packet " + std::to_string(route.packet) + " for " +
                                  program_.channels[static_cast<size_t>(route.targets.front())].name +
                                  ", where another packet is under way",
                              holders});
    }
    for (const Endpoint& end : flows_[f].ends) {
      if (end.ready) continue;
      const Channel& channel = program_.channels[static_cast<size_t>(end.channel)];
      if (end.descriptor < 0) {
        waits[agent].push_back({channel.name + " waits for a task of the runtime sequence", {controller}});
      } else {
        const Descriptor& d = channel.descriptors[static_cast<size_t>(end.descriptor)];
        waits[agent].push_back(lock_wait(channel.name, d.acquire_lock, d.acquire_count));
      }
    }
  }
  const ControllerStep& step = program_.controller[controller_step_];
  const auto channel = static_cast<size_t>(step.channel);
  std::vector<int32_t> movers;
  for (size_t f = 0; f < flows_.size(); ++f) {
    bool moves = place_of_channel_[channel].first == static_cast<int32_t>(f);
    for (const Route& route : program_.flows[f].routes)
      moves = moves || std::find(route.targets.begin(), route.targets.end(), step.channel) != route.targets.end();
    if (moves) movers.push_back(cores + static_cast<int32_t>(f));
  }
  waits[controller].push_back({"the controller waits for task " + std::to_string(step.task) + " of " +
                                   program_.channels[channel].name,
                               movers});

  std::vector<int32_t> path;
  std::set<int32_t> seen;
  const bool cyclic = find_cycle(controller, waits, path, seen);
  std::string text = cyclic ? "the design deadlocks, these wait for each other: "
                            : "the design cannot finish, and nothing that it waits for will come: ";
  if (!cyclic) path.assign(seen.begin(), seen.end());
  bool first = true;
  for (const int32_t agent : path) {
    const auto found = waits.find(agent);
    if (found == waits.end()) continue;
    for (const Wait& wait : found->second) {
      text += (first ? "" : "; ") + wait.text;
      first = false;
    }
  }
  throw SimulationError(text);
}

}  // namespace tilescope
