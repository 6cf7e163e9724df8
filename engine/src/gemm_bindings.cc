// Product launches as Python sees them: a device, a table with a row for each launch, a table of what they took.
// tilescope/simulation/batches.py is its only caller.
#include "gemm_bindings.hpp"

#include <nanobind/ndarray.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/vector.h>

#include <stdexcept>

#include "tilescope/batch.hpp"
#include "tilescope/gemm_bound.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace tilescope {

namespace {

using Table = nb::ndarray<const int64_t, nb::ndim<2>, nb::c_contig, nb::device::cpu>;
using Numbers = nb::ndarray<nb::numpy, int64_t, nb::ndim<2>>;

constexpr size_t kResultColumns = 4 + kTerms;  // status, ticks, the budget's terms, bytes read and written

std::vector<GemmLaunch> launches_of(const Table& table) {
  if (table.shape(1) != GemmLaunch::kColumns) throw std::invalid_argument("a launch is a row of 19 numbers");
  std::vector<GemmLaunch> launches(table.shape(0));
  const int64_t* number = table.data();
  for (GemmLaunch& launch : launches) {
    for (int64_t& into : launch.numbers) into = *number++;
    const auto positive = [&](GemmLaunch::Column column) { return launch[column] > 0; };
    for (const auto column : {GemmLaunch::tile_m, GemmLaunch::tile_n, GemmLaunch::tile_k, GemmLaunch::rows,
                              GemmLaunch::columns, GemmLaunch::c_depth, GemmLaunch::element_bytes, GemmLaunch::c_bytes})
      if (!positive(column)) throw std::invalid_argument("a launch has a size that is not positive");
    const int64_t block_m = launch[GemmLaunch::tile_m] * launch[GemmLaunch::rows];
    const int64_t block_n = launch[GemmLaunch::tile_n] * launch[GemmLaunch::columns];
    const int64_t staged = launch[GemmLaunch::staged];
    if (!positive(GemmLaunch::m) || !positive(GemmLaunch::n) || !positive(GemmLaunch::k) || staged <= 0 ||
        launch[GemmLaunch::m] % block_m != 0 || launch[GemmLaunch::n] % block_n != 0 ||
        launch[GemmLaunch::k] % staged != 0 || staged % launch[GemmLaunch::tile_k] != 0)
      throw std::invalid_argument("a launch covers whole blocks of its mapping");
  }
  return launches;
}

Numbers results_table(const std::vector<TimedLaunch>& results) {
  auto* numbers = new std::vector<int64_t>();
  nb::capsule owner(numbers, [](void* p) noexcept { delete static_cast<std::vector<int64_t>*>(p); });
  numbers->reserve(results.size() * kResultColumns);
  for (const TimedLaunch& result : results) {
    numbers->push_back(result.status);
    numbers->push_back(result.ticks);
    numbers->insert(numbers->end(), result.budget.ticks.begin(), result.budget.ticks.end());
    numbers->push_back(result.bytes_read);
    numbers->push_back(result.bytes_written);
  }
  return Numbers(numbers->data(), {results.size(), kResultColumns}, owner);
}

Numbers time_table(const Table& table, const GemmDevice& device, int threads) {
  const std::vector<GemmLaunch> launches = launches_of(table);
  std::vector<TimedLaunch> results;
  {
    nb::gil_scoped_release released;
    results = time_launches(launches, device, threads);
  }
  return results_table(results);
}

nb::ndarray<nb::numpy, double, nb::ndim<1>> bounds_of(const Table& table, const GemmDevice& device, int threads) {
  const std::vector<GemmLaunch> launches = launches_of(table);
  auto* found = new std::vector<double>();
  nb::capsule owner(found, [](void* p) noexcept { delete static_cast<std::vector<double>*>(p); });
  {
    nb::gil_scoped_release released;
    *found = least_ticks(launches, device, threads);
  }
  return nb::ndarray<nb::numpy, double, nb::ndim<1>>(found->data(), {found->size()}, owner);
}

Program program_of(const Table& table, const GemmDevice& device) { return gemm_program(launches_of(table).at(0), device); }

// Every number of a program that time depends on, in a fixed order.
std::vector<int64_t> numbers_of(const Program& p) {
  std::vector<int64_t> n{p.costs.acquire_ticks, p.costs.release_ticks, p.costs.call_ticks};
  const auto add = [&n](auto number) { n.push_back(static_cast<int64_t>(number)); };
  const auto add_all = [&](const auto& numbers) {
    add(numbers.size());
    for (const auto number : numbers) add(number);
  };
  add_all(p.buffer_bytes);
  add_all(p.buffer_storage);
  add_all(p.host_bytes);
  for (const Lock& lock : p.locks) {
    add(lock.initial);
    add(lock.cause);
  }
  for (const Channel& c : p.channels) {
    for (const int64_t number : {int64_t{c.reads_memory}, c.word_milliticks, c.setup_ticks, c.chain_ticks,
                                 int64_t{c.first}, int64_t{c.queue_depth}, static_cast<int64_t>(c.place)})
      add(number);
    add_all(c.task_setup_ticks);
    add(c.descriptors.size());
    for (const Descriptor& d : c.descriptors)
      for (const int64_t number :
           {int64_t{d.memory.host}, int64_t{d.memory.index}, d.bytes, int64_t{d.acquire_lock}, int64_t{d.release_lock},
            int64_t{d.acquire_count}, int64_t{d.release_count}, int64_t{d.next}, d.ddr_load})
        add(number);
  }
  for (const Flow& flow : p.flows) {
    add(flow.source);
    add_all(flow.targets);
    add(flow.latency_ticks);
  }
  for (const Core& core : p.cores) {
    for (const Port& port : core.ports) {
      add(port.acquire_lock);
      add(port.release_lock);
      add_all(port.buffers);
    }
    for (const Call& call : core.calls) {
      add(call.kernel);
      add(call.ticks);
      for (const Call::Pointer& pointer : call.pointers)
        for (const int64_t number : {pointer.port, pointer.object, pointer.buffer}) add(number);
      add_all(call.scalars);
    }
    for (const CoreStep& step : core.steps) {
      add(step.kind);
      add(step.operand);
      add(step.count);
    }
  }
  for (const ControllerStep& step : p.controller)
    for (const int64_t number : {static_cast<int64_t>(step.kind), step.ticks, int64_t{step.channel},
                                 int64_t{step.descriptor}, int64_t{step.task}})
      add(number);
  add(p.kernels.size());
  return n;
}

}  // namespace

void bind_gemm(nb::module_& m) {
  nb::class_<GemmDevice>(m, "GemmDevice")
      .def(nb::init<>())
      .def("set_core_costs",
           [](GemmDevice& d, Tick acquire, Tick release, Tick call) { d.costs = {acquire, release, call}; })
      .def("set_channels",
           [](GemmDevice& d, int64_t word_milliticks, Tick setup, Tick chain, Tick to_mem, Tick from_mem) {
             d.word_milliticks = word_milliticks;
             d.setup_ticks = setup;
             d.chain_ticks = chain;
             d.to_mem_ticks = to_mem;
             d.from_mem_ticks = from_mem;
           })
      .def("set_shims",
           [](GemmDevice& d, int64_t read_milliticks, int64_t write_milliticks, std::vector<Tick> read_setup,
              std::vector<Tick> write_setup, int32_t queue_depth) {
             d.read_milliticks = read_milliticks;
             d.write_milliticks = write_milliticks;
             d.read_setup_ticks = std::move(read_setup);
             d.write_setup_ticks = std::move(write_setup);
             d.queue_depth = queue_depth;
           })
      .def("set_controller",
           [](GemmDevice& d, Tick issue, Tick token_last, Tick token_other) {
             d.issue_ticks = issue;
             d.token_last_ticks = token_last;
             d.token_other_ticks = token_other;
           })
      .def("set_ddr",
           [](GemmDevice& d, std::pair<int64_t, int64_t> gbps, std::pair<int64_t, int64_t> run_ns,
              std::pair<int64_t, int64_t> page_ns, std::pair<int64_t, int64_t> interface_ns, int64_t tick_hz) {
             d.ddr_gbps = {gbps.first, gbps.second};
             d.ddr_run_ns = {run_ns.first, run_ns.second};
             d.ddr_page_ns = {page_ns.first, page_ns.second};
             d.shim_run_ns = {interface_ns.first, interface_ns.second};
             d.tick_hz = tick_hz;
           })
      .def("set_walks", [](GemmDevice& d, int32_t mem_dims, int32_t shim_dims, std::vector<int64_t> shim_sizes,
                           int64_t granularity_bytes) {
        d.mem_dims = mem_dims;
        d.shim_dims = shim_dims;
        d.shim_sizes = std::move(shim_sizes);
        d.granularity_bytes = granularity_bytes;
      });
  m.def("time_launches", &time_table, "launches"_a, "device"_a, "threads"_a = 1);
  m.def("least_ticks", &bounds_of, "launches"_a, "device"_a, "threads"_a = 1);
  m.def("launch_program", &program_of, "launch"_a, "device"_a);
  m.def("program_numbers", &numbers_of, "program"_a);
}

}  // namespace tilescope
