// Product designs from their sizes: the order of FIFOs, channels, locks and tasks is that of designs/gemm.py.
#include "tilescope/gemm.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "gemm_shape.hpp"
#include "tilescope/ddr.hpp"

namespace tilescope {

namespace {

constexpr int32_t kInputDepth = 2;
constexpr int32_t kMemDepth = 2;

// Products of 128 bits, refused where they need more.
using Wide = __int128;

Wide times(Wide a, Wide b) {
  Wide product;
  if (__builtin_mul_overflow(a, b, &product)) throw std::invalid_argument("a DDR load needs more than 127 bits");
  return product;
}

// The nearest whole number, halves to the even one, as Python rounds a fraction.
int64_t rounded(Wide over, Wide under) {
  Wide whole = over / under;
  const Wide rest = (over % under) * 2;
  if (rest > under || (rest == under && (whole & 1) != 0)) ++whole;
  return static_cast<int64_t>(whole);
}

// What simulation/ddr.py has: the 4096ths of pages that a walk enters, with its strides in bytes.
int64_t pages_entered(const Walk& walk, int64_t element_bytes) {
  constexpr int64_t kPage = 4096;
  int64_t span = walk.run() * element_bytes;
  int64_t entered = span - 1 + kPage;
  for (size_t level = walk.above_run(); level-- > 0;) {
    const int64_t more = walk[level].first - 1, stride = walk[level].second * element_bytes;
    span += more * stride;
    entered = std::min(entered + more * (entered * std::min(stride, kPage) / kPage), span - 1 + kPage);
  }
  return entered;
}

// A time in nanoseconds, over / under, for one unit of the port's time, in parts of 2^shift.
int64_t port_share(Wide over, Wide under, int shift, Wide words, int64_t word_milliticks, int64_t tick_hz) {
  const Wide share = times(times(over, int64_t{1000} * tick_hz), int64_t{1} << shift);
  return rounded(share, times(times(under, times(words, word_milliticks)), 1'000'000'000));
}

// simulation/ddr.py's demand: DDR and interface service for one unit of the port's time.
int64_t ddr_demand(const Walk& walk, int64_t element_bytes, int64_t word_milliticks, int64_t interface,
                   const GemmDevice& d) {
  const int64_t bytes = walk.elements() * element_bytes, runs = walk.runs();
  const Ratio &rate = d.ddr_gbps, &run = d.ddr_run_ns, &page = d.ddr_page_ns;
  const auto share = [words = ceil_div(bytes, 4), word_milliticks, &d](Wide over, Wide under, int shift) {
    return port_share(over, under, shift, words, word_milliticks, d.tick_hz);
  };
  const Wide moving = times(times(bytes, rate.under), run.under) + times(times(runs, run.over), rate.over);
  const int64_t service = share(moving, times(rate.over, run.under), Ddr::kShift) +
                          share(times(pages_entered(walk, element_bytes), page.over), times(page.under, 4096), Ddr::kShift);
  const int64_t pace = share(times(runs, d.shim_run_ns.over), d.shim_run_ns.under, Demand::kPaceShift);
  const Demand demand{std::max<int64_t>(1, service), pace, interface};
  if (!demand.fits()) throw std::invalid_argument("a transfer asks DDR for thousands of times its port's time");
  return demand.packed();
}

// Fills a program in the order in which lowering.py does.
class Builder {
 public:
  Builder(const GemmLaunch& launch, const GemmDevice& device) : shape_(launch), device_(device) {
    program_.costs = device.costs;
    const int64_t size = launch[GemmLaunch::element_bytes], c_size = launch[GemmLaunch::c_bytes];
    const int64_t m = launch[GemmLaunch::m], n = launch[GemmLaunch::n], k = launch[GemmLaunch::k];
    program_.host_bytes = {m * k * size, k * n * size, m * n * c_size};
    program_.kernels.resize(2);
    const auto cores = static_cast<size_t>(shape_.rows * shape_.columns);
    ports_.resize(cores);
    core_out_.resize(cores);
    add_ends();
    add_links();
    add_flows();
    add_cores();
    add_sequence();
  }

  Program take() { return std::move(program_); }

 private:
  struct Locks {
    int32_t free;
    int32_t full;
  };

  size_t core_at(int64_t row, int64_t column) const { return static_cast<size_t>(column * shape_.rows + row); }

  std::vector<int32_t> add_buffers(int32_t depth, int64_t bytes, int32_t storage) {
    std::vector<int32_t> made;
    for (int32_t place = 0; place < depth; ++place) {
      made.push_back(static_cast<int32_t>(program_.buffer_bytes.size()));
      program_.buffer_bytes.push_back(bytes);
      program_.buffer_storage.push_back(storage + place);
    }
    return made;
  }

  std::vector<int32_t> own_buffers(int32_t depth, int64_t bytes) {
    const int32_t storage = storages_;
    storages_ += depth;
    return add_buffers(depth, bytes, storage);
  }

  Locks add_locks(int32_t depth) {
    const auto first = static_cast<int32_t>(program_.locks.size());
    program_.locks.push_back({{}, depth, Cause::buffer_full});
    program_.locks.push_back({{}, 0, Cause::buffer_empty});
    return {first, first + 1};
  }

  int32_t add_channel(Place place, bool reads) {
    Channel channel;
    channel.place = place;
    channel.reads_memory = reads;
    channel.queue_depth = device_.queue_depth;
    channel.chain_ticks = device_.chain_ticks;
    if (place == Place::shim) {
      channel.word_milliticks = reads ? device_.read_milliticks : device_.write_milliticks;
      channel.task_setup_ticks = reads ? device_.read_setup_ticks : device_.write_setup_ticks;
    } else {
      channel.word_milliticks = device_.word_milliticks;
      channel.setup_ticks = device_.setup_ticks;
      channel.first = 0;
    }
    program_.channels.push_back(std::move(channel));
    return static_cast<int32_t>(program_.channels.size()) - 1;
  }

  void add_step(int32_t channel, int32_t buffer, int64_t bytes, int32_t acquire, int32_t release) {
    Descriptor descriptor;
    descriptor.memory = {false, buffer};
    descriptor.bytes = bytes;
    descriptor.acquire_lock = acquire;
    descriptor.release_lock = release;
    auto& ring = program_.channels[static_cast<size_t>(channel)].descriptors;
    ring.push_back(std::move(descriptor));
  }

  void close_ring(int32_t channel) {
    auto& ring = program_.channels[static_cast<size_t>(channel)].descriptors;
    for (size_t place = 0; place < ring.size(); ++place)
      ring[place].next = static_cast<int32_t>((place + 1) % ring.size());
  }

  void add_ends() {
    const GemmLaunch& l = shape_.launch;
    for (int64_t place = 0; place < shape_.feeds(); ++place) {
      const Feed feed = shape_.feed(place);
      feed_source_.push_back(add_channel(Place::shim, true));
      const int64_t bytes = (feed.of_a ? shape_.m : shape_.n) * shape_.k * l[GemmLaunch::element_bytes];
      for (int64_t line = feed.first; line < feed.first + feed.lines; ++line) {
        std::vector<int32_t> targets;
        const int32_t storage = storages_;
        storages_ += kInputDepth;
        const int64_t consumers = feed.of_a ? shape_.columns : shape_.rows;
        for (int64_t other = 0; other < consumers; ++other) {
          const Locks locks = add_locks(kInputDepth);
          const std::vector<int32_t> buffers = add_buffers(kInputDepth, bytes, storage);
          const int32_t channel = add_channel(Place::core, false);
          for (const int32_t buffer : buffers) add_step(channel, buffer, bytes, locks.free, locks.full);
          close_ring(channel);
          targets.push_back(channel);
          const size_t core = feed.of_a ? core_at(line, other) : core_at(other, line);
          ports_[core].push_back({{}, locks.full, locks.free, buffers});
        }
        line_targets_.push_back(std::move(targets));
      }
    }
    const int64_t c_bytes = shape_.m * shape_.n * l[GemmLaunch::c_bytes];
    const auto depth = static_cast<int32_t>(l[GemmLaunch::c_depth]);
    for (int64_t column = 0; column < shape_.columns; ++column) {
      for (int64_t row = 0; row < shape_.rows; ++row) {
        const Locks locks = add_locks(depth);
        const std::vector<int32_t> buffers = own_buffers(depth, c_bytes);
        const int32_t channel = add_channel(Place::core, true);
        for (const int32_t buffer : buffers) add_step(channel, buffer, c_bytes, locks.full, locks.free);
        close_ring(channel);
        core_out_[core_at(row, column)] = channel;
        ports_[core_at(row, column)].push_back({{}, locks.free, locks.full, buffers});
      }
      drain_.push_back(add_channel(Place::shim, false));
    }
  }

  // A mem tile's buffers of `lines` slices, each with locks of its own.
  void add_link(int64_t lines, int64_t slice_bytes, int64_t pieces, bool joins, int32_t& whole,
                std::vector<int32_t>& slices) {
    const std::vector<int32_t> buffers = own_buffers(kMemDepth, lines * slice_bytes);
    std::vector<Locks> locks;
    for (int64_t line = 0; line < lines; ++line) locks.push_back(add_locks(kMemDepth));
    whole = add_channel(Place::mem_tile, joins);
    for (const int32_t buffer : buffers)
      for (const Locks& lock : locks)
        add_step(whole, buffer, slice_bytes, joins ? lock.full : lock.free, joins ? lock.free : lock.full);
    close_ring(whole);
    for (const Locks& lock : locks) {
      const int32_t channel = add_channel(Place::mem_tile, !joins);
      for (const int32_t buffer : buffers)
        for (int64_t piece = 0; piece < pieces; ++piece)
          add_step(channel, buffer, slice_bytes / pieces, piece == 0 ? (joins ? lock.free : lock.full) : -1,
                   piece == pieces - 1 ? (joins ? lock.full : lock.free) : -1);
      close_ring(channel);
      slices.push_back(channel);
    }
  }

  void add_links() {
    const GemmLaunch& l = shape_.launch;
    for (int64_t place = 0; place < shape_.feeds(); ++place) {
      const Feed feed = shape_.feed(place);
      const int64_t bytes = (feed.of_a ? shape_.m : shape_.n) * shape_.staged * l[GemmLaunch::element_bytes];
      feed_target_.emplace_back();
      add_link(feed.lines, bytes, shape_.pieces, false, feed_target_.back(), line_sources_);
    }
    const int64_t c_bytes = shape_.m * shape_.n * l[GemmLaunch::c_bytes];
    for (int64_t column = 0; column < shape_.columns; ++column) {
      // One core's C alone is not joined: it comes in by the link's first channel and leaves by the second.
      const bool joins = shape_.rows > 1;
      int32_t whole = -1;
      std::vector<int32_t> slices;
      add_link(shape_.rows, c_bytes, 1, joins, whole, slices);
      c_in_.push_back(joins ? slices : std::vector<int32_t>{whole});
      c_out_.push_back(joins ? whole : slices.front());
    }
  }

  void add_flow(int32_t source, std::vector<int32_t> targets, Tick latency) {
    program_.flows.push_back({source, std::move(targets), latency});
  }

  void add_flows() {
    size_t line = 0;
    for (int64_t place = 0; place < shape_.feeds(); ++place) {
      const auto feed = static_cast<size_t>(place);
      add_flow(feed_source_[feed], {feed_target_[feed]}, device_.to_mem_ticks);
      for (int64_t left = shape_.feed(place).lines; left > 0; --left, ++line)
        add_flow(line_sources_[line], line_targets_[line], device_.from_mem_ticks);
    }
    for (int64_t column = 0; column < shape_.columns; ++column) {
      const auto at = static_cast<size_t>(column);
      for (int64_t row = 0; row < shape_.rows; ++row)
        add_flow(core_out_[core_at(row, column)], {c_in_[at][static_cast<size_t>(row)]}, device_.to_mem_ticks);
      add_flow(c_out_[at], {drain_[at]}, device_.from_mem_ticks);
    }
  }

  void add_cores() {
    using Kind = CoreStep::Kind;
    const GemmLaunch& l = shape_.launch;
    const auto narrow = [](int64_t number) { return static_cast<int32_t>(number); };
    const int64_t trips = l[GemmLaunch::k] / shape_.k;
    const Call zero{0, l[GemmLaunch::zero_ticks], {{2, 0, -1}}, {narrow(shape_.m * shape_.n)}};
    const Call matmul{1,
                      l[GemmLaunch::matmul_ticks],
                      {{0, 0, -1}, {1, 0, -1}, {2, 0, -1}},
                      {narrow(shape_.m), narrow(shape_.k), narrow(shape_.n)}};
    const std::vector<CoreStep> steps{{Kind::loop, 11, -1},   {Kind::acquire, 2, 1}, {Kind::call, 0, 0},
                                      {Kind::loop, 9, trips}, {Kind::acquire, 0, 1}, {Kind::acquire, 1, 1},
                                      {Kind::call, 1, 0},     {Kind::release, 0, 1}, {Kind::release, 1, 1},
                                      {Kind::end_loop, 3, 0}, {Kind::release, 2, 1}, {Kind::end_loop, 0, 0}};
    for (auto& ports : ports_) program_.cores.push_back({{}, std::move(ports), {zero, matmul}, steps});
  }

  // --- the runtime sequence ----------------------------------------------------------------------

  struct Kind {
    int64_t bytes;
    int64_t load;
  };

  // For interface 0; `at_shim` says which it is.
  Kind kind_of(const Walk& walk, int64_t element_bytes, int64_t word_milliticks) const {
    return {walk.elements() * element_bytes, ddr_demand(walk, element_bytes, word_milliticks, 0, device_)};
  }

  static Kind at_shim(Kind kind, int64_t column, bool writes) {
    Demand demand = Demand::of(kind.load);
    demand.interface = 2 * column + (writes ? 1 : 0);
    return {kind.bytes, demand.packed()};
  }

  void push(int32_t channel, int32_t host, const Kind& kind) {
    auto& descriptors = program_.channels[static_cast<size_t>(channel)].descriptors;
    Descriptor descriptor;
    descriptor.memory = {true, host};
    descriptor.bytes = kind.bytes;
    descriptor.ddr_load = kind.load;
    descriptors.push_back(std::move(descriptor));
    program_.controller.push_back({ControllerStep::Kind::push, device_.issue_ticks, channel,
                                   static_cast<int32_t>(descriptors.size()) - 1, issued_++});
    channel_of_task_.push_back(channel);
  }

  void await(int32_t task) {
    program_.controller.push_back({ControllerStep::Kind::await, device_.token_other_ticks,
                                   channel_of_task_[static_cast<size_t>(task)], -1, task});
  }

  void add_sequence() {
    const GemmLaunch& l = shape_.launch;
    const Kind c = kind_of(shape_.c_walk(), l[GemmLaunch::c_bytes], device_.write_milliticks);
    std::vector<Kind> whole, rest;  // by feed: a task that is not the last of a block, and the last
    for (int64_t place = 0; place < shape_.feeds(); ++place) {
      const Feed feed = shape_.feed(place);
      const auto kind = [&](int64_t round) {
        const Walk walk = shape_.task_walk(feed.of_a, feed.lines, shape_.trips(round));
        const Kind read = kind_of(walk, l[GemmLaunch::element_bytes], device_.read_milliticks);
        return at_shim(read, shape_.column(place), false);
      };
      rest.push_back(kind(shape_.rounds - 1));
      whole.push_back(shape_.rounds > 1 ? kind(0) : rest.back());
    }
    const auto tasks = static_cast<int32_t>(shape_.feeds());
    std::vector<int32_t> last_c;
    for (int64_t block = 0; block < shape_.blocks; ++block) {
      if (block >= shape_.in_flight) await(last_c[static_cast<size_t>(block - shape_.in_flight)]);
      for (size_t column = 0; column < drain_.size(); ++column)
        push(drain_[column], 2, at_shim(c, static_cast<int64_t>(column), true));
      last_c.push_back(issued_ - 1);
      for (int64_t round = 0; round < shape_.rounds; ++round) {
        if (round >= kQueuedInputs) {
          const int32_t earlier = issued_ - static_cast<int32_t>(kQueuedInputs) * tasks;
          for (int32_t task = earlier; task < earlier + tasks; ++task) await(task);
        }
        const std::vector<Kind>& kinds = round + 1 < shape_.rounds ? whole : rest;
        for (int64_t place = 0; place < shape_.feeds(); ++place) {
          const auto feed = static_cast<size_t>(place);
          push(feed_source_[feed], shape_.feed(place).of_a ? 0 : 1, kinds[feed]);
        }
      }
    }
    for (int64_t column = shape_.columns; column-- > 0;) await(last_c.back() - static_cast<int32_t>(column));
    program_.controller.back().ticks = device_.token_last_ticks;
  }

  const GemmShape shape_;
  const GemmDevice& device_;
  Program program_;
  int32_t storages_ = 0;
  int32_t issued_ = 0;
  std::vector<std::vector<Port>> ports_;           // by core
  std::vector<int32_t> core_out_;                  // by core: its C's channel
  std::vector<int32_t> feed_source_, feed_target_;  // by feed: shim and mem tile channel
  std::vector<int32_t> line_sources_;              // by line: the mem tile's channel
  std::vector<std::vector<int32_t>> line_targets_;
  std::vector<int32_t> drain_, c_out_;             // by column
  std::vector<std::vector<int32_t>> c_in_;
  std::vector<int32_t> channel_of_task_;
};

}  // namespace

Program gemm_program(const GemmLaunch& launch, const GemmDevice& device) { return Builder(launch, device).take(); }

}  // namespace tilescope
