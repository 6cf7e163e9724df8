// The engine as Python sees it: a program is filled by rows, then run. tilescope/simulation is its only caller.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include "gemm_bindings.hpp"
#include "tilescope/plan.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace tilescope {
namespace {

using Table = nb::ndarray<const int64_t, nb::ndim<2>, nb::c_contig, nb::device::cpu>;
using Bytes = nb::ndarray<uint8_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>;

template <typename T>
int32_t append(std::vector<T>& items, T item) {
  items.push_back(std::move(item));
  return static_cast<int32_t>(items.size()) - 1;
}

template <typename T>
T& at(std::vector<T>& items, int32_t index) {
  if (index < 0 || static_cast<size_t>(index) >= items.size()) throw nb::index_error("no such part of the program");
  return items[static_cast<size_t>(index)];
}

void check_signals() {
  nb::gil_scoped_acquire held;
  if (PyErr_CheckSignals() != 0) throw nb::python_error();
}

Options make_options(bool spans, int64_t max_steps) {
  Options options;
  options.spans = spans;
  options.max_steps = max_steps;
  options.poll = check_signals;
  return options;
}

using Numbers = nb::ndarray<nb::numpy, int64_t, nb::ndim<2>>;

// A table for Python that owns its numbers.
Numbers to_table(std::vector<int64_t> numbers, size_t columns) {
  auto* kept = new std::vector<int64_t>(std::move(numbers));
  nb::capsule owner(kept, [](void* p) noexcept { delete static_cast<std::vector<int64_t>*>(p); });
  return Numbers(kept->data(), {kept->size() / columns, columns}, owner);
}

// A row for each resource: busy, waiting by cause, last, bytes.
Numbers usage_table(const std::vector<const Usage*>& usages) {
  std::vector<int64_t> numbers;
  numbers.reserve(usages.size() * (kCauses + 3));
  for (const Usage* usage : usages) {
    numbers.push_back(usage->busy);
    numbers.insert(numbers.end(), usage->waiting.begin(), usage->waiting.end());
    numbers.push_back(usage->last);
    numbers.push_back(usage->bytes);
  }
  return to_table(std::move(numbers), kCauses + 3);
}

// What was noted, where something was.
void add_notes(nb::dict& d, const Notes& notes) {
  const auto add = [&d](const char* name, const auto& rows, size_t columns, auto write) {
    if (rows.empty()) return;
    std::vector<int64_t> numbers;
    numbers.reserve(rows.size() * columns);
    for (const auto& row : rows) write(numbers, row);
    d[name] = to_table(std::move(numbers), columns);
  };
  using Row = std::vector<int64_t>;
  const auto both = [](Row& to, const auto& pair) { to.insert(to.end(), pair.begin(), pair.end()); };
  add("subjects", notes.subjects, 2, both);
  add("links", notes.links, 2, both);
  add("objects", notes.objects, 4, [](Row& to, const ObjectEvent& e) {
    to.insert(to.end(), {e.lock, static_cast<int64_t>(e.kind), e.count, e.time});
  });
  add("ddr", notes.ddr, 3, [](Row& to, const DdrRate& r) { to.insert(to.end(), {r.time, r.read, r.written}); });
}

nb::dict outcome_dict(const Outcome& outcome) {
  nb::dict d;
  d["ticks"] = outcome.ticks;
  d["drained"] = outcome.drained;
  d["budget"] = nb::cast(std::vector<Tick>(outcome.budget.ticks.begin(), outcome.budget.ticks.end()));
  std::vector<const Usage*> usages;
  for (const Usage& usage : outcome.cores) usages.push_back(&usage);
  for (const Usage& usage : outcome.channels) usages.push_back(&usage);
  usages.push_back(&outcome.controller);
  d["usage"] = usage_table(usages);
  d["kernel_calls"] = nb::cast(outcome.kernel_calls);
  d["host_bytes_read"] = nb::cast(outcome.host_bytes_read);
  d["host_bytes_written"] = nb::cast(outcome.host_bytes_written);
  d["steps"] = outcome.steps;
  d["extrapolated_steps"] = outcome.extrapolated_steps;
  std::vector<int64_t> spans;
  spans.reserve(outcome.spans.size() * 5);
  for (const Span& s : outcome.spans)
    spans.insert(spans.end(), {s.resource, static_cast<int64_t>(s.activity), s.detail, s.start, s.end});
  d["spans"] = to_table(std::move(spans), 5);
  add_notes(d, outcome.notes);
  return d;
}

int32_t add_descriptor(Program& p, int32_t channel, bool host, int32_t memory, int64_t offset_bytes,
                       const std::vector<std::pair<int64_t, int64_t>>& dimensions, int64_t run_bytes,
                       int32_t acquire_lock, int32_t release_lock, int32_t next, int64_t ddr_load,
                       int32_t acquire_count, int32_t release_count, bool acquire_equal, int32_t packet) {
  Descriptor d;
  d.memory = {host, memory};
  d.pattern.offset_bytes = offset_bytes;
  d.pattern.run_bytes = run_bytes;
  for (const auto& [size, stride] : dimensions) d.pattern.dimensions.push_back({size, stride});
  d.pattern.normalise();
  d.bytes = d.pattern.total_bytes();
  d.acquire_lock = acquire_lock;
  d.release_lock = release_lock;
  d.next = next;
  d.ddr_load = ddr_load;
  d.acquire_count = acquire_count;
  d.release_count = release_count;
  d.acquire_equal = acquire_equal;
  d.packet = packet;
  return append(at(p.channels, channel).descriptors, std::move(d));
}

int32_t add_call(Program& p, int32_t core, int32_t kernel, Tick ticks,
                 const std::vector<std::tuple<int32_t, int32_t, int32_t>>& pointers, std::vector<int32_t> scalars) {
  Call call;
  call.kernel = kernel;
  call.ticks = ticks;
  for (const auto& [port, object, buffer] : pointers) call.pointers.push_back({port, object, buffer});
  call.scalars = std::move(scalars);
  return append(at(p.cores, core).calls, std::move(call));
}

nb::dict run_timing(const Program& program, bool spans, int64_t max_steps, bool extrapolate, bool objects) {
  Options options = make_options(spans, max_steps);
  options.objects = objects;
  options.extrapolate = extrapolate;
  Outcome outcome;
  {
    nb::gil_scoped_release released;
    outcome = simulate(program, options);
  }
  return outcome_dict(outcome);
}

nb::list run_plan(Plan& plan, const std::vector<Bytes>& arrays, const Table& table, bool spans, int64_t max_steps,
                  bool objects) {
  if (table.shape(1) != PlanStep::kColumns) throw std::invalid_argument("a plan's table has 10 columns");
  std::vector<HostArray> host;
  for (const Bytes& array : arrays) host.push_back({array.data(), static_cast<int64_t>(array.size())});
  std::vector<PlanStep> steps(table.shape(0));
  for (size_t i = 0; i < steps.size(); ++i)
    for (int c = 0; c < PlanStep::kColumns; ++c)
      steps[i].columns[c] = table.data()[i * PlanStep::kColumns + static_cast<size_t>(c)];
  Options options = make_options(spans, max_steps);
  options.objects = objects;
  std::vector<Outcome> outcomes;
  {
    nb::gil_scoped_release released;
    outcomes = plan.run(host, steps, options);
  }
  nb::list result;
  for (const Outcome& outcome : outcomes) result.append(outcome_dict(outcome));
  return result;
}

// A walk copied from one buffer to another, for tests of the DMA's addressing.
void copy_walk(const Bytes& from, int64_t from_offset, const std::vector<std::pair<int64_t, int64_t>>& from_dimensions,
               int64_t from_run, const Bytes& to, int64_t to_offset,
               const std::vector<std::pair<int64_t, int64_t>>& to_dimensions, int64_t to_run,
               const std::vector<int64_t>& pieces) {
  const auto walk = [](int64_t offset, const std::vector<std::pair<int64_t, int64_t>>& dimensions, int64_t run,
                       const Bytes& room) {
    Pattern pattern;
    pattern.offset_bytes = offset;
    pattern.run_bytes = run;
    for (const auto& [size, stride] : dimensions) pattern.dimensions.push_back({size, stride});
    pattern.normalise();
    if (pattern.lowest_byte() < 0 || pattern.highest_byte() > static_cast<int64_t>(room.size()))
      throw std::invalid_argument("the walk leaves its buffer");
    return pattern;
  };
  const Pattern source = walk(from_offset, from_dimensions, from_run, from);
  const Pattern target = walk(to_offset, to_dimensions, to_run, to);
  Cursor source_cursor(&source), target_cursor(&target);
  for (const int64_t bytes : pieces) copy_between(source_cursor, from.data(), target_cursor, to.data(), bytes);
}

}  // namespace
}  // namespace tilescope

NB_MODULE(_engine, m) {
  using namespace tilescope;
  m.doc() = "The dataflow engine of tilescope.";
  nb::exception<SimulationError>(m, "SimulationError");
  nb::class_<Program>(m, "Program")
      .def(nb::init<>())
      .def("set_costs", [](Program& p, Tick acquire, Tick release, Tick call) { p.costs = {acquire, release, call}; })
      .def("add_buffer",
           [](Program& p, int64_t bytes, int32_t storage) {
             p.buffer_storage.push_back(storage);
             return append(p.buffer_bytes, bytes);
           })
      .def("add_host_buffer", [](Program& p, int64_t bytes) { return append(p.host_bytes, bytes); })
      .def("add_lock",
           [](Program& p, std::string name, int32_t initial, int cause) {
             return append(p.locks, Lock{std::move(name), initial, static_cast<Cause>(cause)});
           })
      .def("add_channel",
           [](Program& p, std::string name, int place, bool reads_memory, int64_t word_milliticks, Tick setup,
              Tick chain, int32_t first, int32_t queue_depth, std::vector<Tick> task_setup) {
             Channel c;
             c.name = std::move(name);
             c.place = static_cast<Place>(place);
             c.reads_memory = reads_memory;
             c.word_milliticks = word_milliticks;
             c.setup_ticks = setup;
             c.chain_ticks = chain;
             c.first = first;
             c.queue_depth = queue_depth;
             c.task_setup_ticks = std::move(task_setup);
             return append(p.channels, std::move(c));
           })
      .def("add_descriptor", &add_descriptor, "channel"_a, "host"_a, "memory"_a, "offset_bytes"_a, "dimensions"_a,
           "run_bytes"_a, "acquire_lock"_a, "release_lock"_a, "next"_a, "ddr_load"_a, "acquire_count"_a = 1,
           "release_count"_a = 1, "acquire_equal"_a = false, "packet"_a = -1)
      .def("descriptors_of",
           [](Program& p, int32_t channel) { return at(p.channels, channel).descriptors.size(); })
      .def("set_initial_bytes",
           [](Program& p, int32_t buffer, const nb::bytes& bytes) {
             const auto* first = reinterpret_cast<const uint8_t*>(bytes.c_str());
             p.initial_bytes.push_back({buffer, std::vector<uint8_t>(first, first + bytes.size())});
           })
      .def("add_flow",
           [](Program& p, int32_t source, std::vector<int32_t> targets, Tick latency) {
             return append(p.flows, Flow{source, std::move(targets), latency});
           })
      .def("add_packet_flow",
           [](Program& p, int32_t source, Tick latency,
              const std::vector<std::pair<int32_t, std::vector<int32_t>>>& routes) {
             Flow flow{source, {}, latency};
             for (const auto& [packet, targets] : routes) flow.routes.push_back({packet, targets});
             return append(p.flows, std::move(flow));
           })
      .def("add_core", [](Program& p, std::string name) { return append(p.cores, Core{std::move(name), {}, {}, {}}); })
      .def("add_port",
           [](Program& p, int32_t core, std::string name, int32_t acquire, int32_t release,
              std::vector<int32_t> buffers) {
             return append(at(p.cores, core).ports, Port{std::move(name), acquire, release, std::move(buffers)});
           })
      .def("add_call", &add_call)
      .def("set_steps",
           [](Program& p, int32_t core, const std::vector<std::tuple<int, int32_t, int64_t>>& steps) {
             Core& c = at(p.cores, core);
             c.steps.clear();
             for (const auto& [kind, operand, count] : steps)
               c.steps.push_back({static_cast<CoreStep::Kind>(kind), operand, count});
           })
      .def("add_controller_step",
           [](Program& p, int kind, Tick ticks, int32_t channel, int32_t descriptor, int32_t task) {
             p.controller.push_back({static_cast<ControllerStep::Kind>(kind), ticks, channel, descriptor, task});
           })
      .def("add_controller_write",
           [](Program& p, Tick ticks, int32_t buffer, int32_t offset_bytes, int32_t word) {
             p.controller.push_back({ControllerStep::Kind::write, ticks, buffer, offset_bytes, -1, word});
           })
      .def("add_kernel",
           [](Program& p, std::string name, uintptr_t thunk) {
             return append(p.kernels, Kernel{std::move(name), reinterpret_cast<TilescopeKernelThunk>(thunk)});
           })
      .def("check", &Program::check);
  m.def("run_timing", &run_timing, "program"_a, "spans"_a = false, "max_steps"_a = Options().max_steps,
        "extrapolate"_a = true, "objects"_a = false);
  nb::class_<Plan>(m, "Plan")
      .def(nb::init<std::vector<const Program*>>(), nb::keep_alive<1, 2>())
      .def("run", &run_plan, "arrays"_a, "steps"_a, "spans"_a = false, "max_steps"_a = Options().max_steps,
           "objects"_a = false);
  m.def("copy_walk", &copy_walk);
  bind_gemm(m);
}
