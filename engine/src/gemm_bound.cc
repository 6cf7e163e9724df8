#include "tilescope/gemm_bound.hpp"

#include <algorithm>
#include <utility>

#include "gemm_shape.hpp"
#include "tilescope/spread.hpp"

namespace tilescope {

namespace {

constexpr double kDdrRounding = 1 - 1e-5;

// What the first so many tasks of a channel take to start, one by one.
double starts(const std::vector<Tick>& setup, int64_t tasks) {
  double sum = 0;
  const auto known = static_cast<int64_t>(setup.size());
  for (int64_t i = 0; i < std::min(tasks, known); ++i) sum += static_cast<double>(setup[static_cast<size_t>(i)]);
  return tasks <= known ? sum : sum + static_cast<double>(tasks - known) * static_cast<double>(setup.back());
}

class Bound {
 public:
  Bound(const GemmLaunch& l, const GemmDevice& d) : l_(l), d_(d), s_(l), calls_(s_.blocks * s_.slices * s_.pieces) {
    const int64_t size = l[GemmLaunch::element_bytes], c_size = l[GemmLaunch::c_bytes];
    word_ = static_cast<double>(d.word_milliticks) / 1000;
    read_word_ = static_cast<double>(d.read_milliticks) / 1000;
    write_word_ = static_cast<double>(d.write_milliticks) / 1000;
    between_ = static_cast<double>(d.chain_ticks + d.setup_ticks);
    setup_ = static_cast<double>(d.setup_ticks);
    to_core_ = static_cast<double>(d.from_mem_ticks);
    to_mem_ = static_cast<double>(d.to_mem_ticks);
    issue_ = static_cast<double>(d.issue_ticks);
    token_ = static_cast<double>(d.token_other_ticks);
    last_token_ = static_cast<double>(d.token_last_ticks);
    acquire_ = static_cast<double>(d.costs.acquire_ticks);
    release_ = static_cast<double>(d.costs.release_ticks);
    call_ = static_cast<double>(d.costs.call_ticks);
    const double nanosecond = 1e-9 * count(d.tick_hz);
    ddr_byte_ = nanosecond * count(d.ddr_gbps.under) / count(d.ddr_gbps.over);
    ddr_run_ = nanosecond * count(d.ddr_run_ns.over) / count(d.ddr_run_ns.under);
    const auto words = [](int64_t bytes) { return static_cast<double>(ceil_div(bytes, 4)); };
    a_slice_ = words(s_.m * s_.staged * size) * read_word_;
    b_slice_ = words(s_.n * s_.staged * size) * read_word_;
    a_object_ = words(s_.m * s_.k * size) * word_;
    b_object_ = words(s_.n * s_.k * size) * word_;
    c_object_ = words(s_.m * s_.n * c_size) * word_;
    c_slice_ = words(s_.m * s_.n * c_size) * std::max(word_, write_word_);
    clear_ = static_cast<double>(l[GemmLaunch::zero_ticks]);
    step_ = 2 * (acquire_ + release_) + call_ + static_cast<double>(l[GemmLaunch::matmul_ticks]);
    drain_one_ = setup_ + c_object_ + to_mem_ + setup_ + to_core_ + c_slice_;
    drain_all_ = drain_one_ + count(s_.rows - 1) * (c_slice_ + between_);
    tokens_first_ = count(s_.columns - 1) * token_ + last_token_;
    first_read_ = starts(d.read_setup_ticks, 1);
    a_first_ = a_in_mem(0);
    a_last_ = a_in_mem(s_.rows - 1);
    b_first_ = b_in_mem(0);
    b_last_ = b_in_mem(s_.columns - 1);
  }

  double ticks() const { return std::max({issue(), ddr(), shim_port(), mem_tile_port(), core_dma(), compute()}); }

 private:
  static double count(int64_t number) { return static_cast<double>(number); }

  double a_starts(int64_t feed) const { return count(s_.columns + feed + 1) * issue_ + first_read_; }
  double b_starts(int64_t feed) const { return a_starts(s_.a_feeds + feed); }

  double a_in_mem(int64_t row) const {
    const int64_t place = row % s_.a_lines;
    return a_starts(row / s_.a_lines) + count(place + 1) * a_slice_ + count(place) * between_ + to_mem_;
  }

  double b_in_mem(int64_t column) const {
    const int64_t place = column % s_.b_lines;
    return b_starts(column / s_.b_lines) + count(place + 1) * b_slice_ + count(place) * between_ + to_mem_;
  }

  double compute() const {
    double around = acquire_ + call_ + clear_ + release_;
    if (l_[GemmLaunch::c_depth] == 1) around += setup_ + c_object_;
    const double busy = count(calls_) * step_ + count(s_.blocks - 1) * around;
    const double first = b_first_ + b_object_, last = b_last_ + b_object_;
    const double top = a_first_ + a_object_, bottom = a_last_ + a_object_;
    const double ends = std::max({std::max(top, first) + drain_all_ + tokens_first_,
                                  std::max(bottom, first) + drain_one_ + tokens_first_,
                                  std::max(top, last) + drain_all_ + last_token_,
                                  std::max(bottom, last) + drain_one_ + last_token_});
    return busy + setup_ + to_core_ - acquire_ + release_ + ends;
  }

  double core_dma() const {
    const double a = count(calls_) * a_object_ + count(calls_ - 1) * between_;
    const double b = count(calls_) * b_object_ + count(calls_ - 1) * between_;
    const double c = count(s_.blocks) * c_object_ + count(s_.blocks - 1) * between_;
    const double last_call = setup_ + to_core_ + step_ + release_;
    const double after_a = last_call + tokens_first_;
    const double after_b = last_call - acquire_ + drain_all_;
    return std::max({a_first_ + a + after_a + drain_all_, a_last_ + a + after_a + drain_one_,
                     b_first_ + b + after_b + tokens_first_, b_last_ + b + after_b + last_token_,
                     c_begins() + c + drain_one_ - c_object_ + last_token_});
  }

  double c_begins() const {
    const double arrives = std::max(a_first_ + a_object_, b_first_ + b_object_);
    return arrives + setup_ + to_core_ + count(calls_ / s_.blocks) * step_ - acquire_ + release_;
  }

  // When the last slice of an input lies in its mem tile.
  double read(int64_t lines, double slice, double begins) const {
    const int64_t tasks = s_.blocks * s_.rounds, slices = s_.blocks * s_.slices * lines;
    const double busy = count(slices) * slice + count(slices - tasks) * between_;
    return begins + busy + starts(d_.read_setup_ticks, tasks) - first_read_ + to_mem_;
  }

  double after_slice(double words, double hidden) const {
    const double first = setup_ + words + to_core_ + step_ - hidden + release_;
    return first + count(s_.pieces - 1) * std::max(step_, words + between_);
  }

  double tokens(int64_t column) const { return count(s_.columns - 1 - column) * token_ + last_token_; }

  double shim_port() const {
    const double a = read(s_.a_lines, a_slice_, a_starts(0)) + after_slice(a_object_, 0) + tokens_first_;
    double a_first = 0, a_last = a + drain_one_;
    if (s_.rows % s_.a_lines == 0) {
      a_last += count(s_.a_feeds - 1) * issue_;
      a_first = a - count(s_.a_lines - 1) * (a_slice_ + between_) + drain_all_;
    }
    const double b = read(s_.b_lines, b_slice_, b_starts(0)) + after_slice(b_object_, acquire_) + drain_all_;
    const double b_first = b + tokens(s_.b_lines - 1);
    double b_last = b + last_token_;
    if (s_.columns % s_.b_lines == 0) b_last += count(s_.b_feeds - 1) * issue_;
    const double moved = count(s_.blocks * s_.rows) * c_slice_ + count(s_.blocks * (s_.rows - 1)) * between_;
    const double c = c_begins() + drain_one_ - c_slice_ + moved + tokens_first_ +
                     starts(d_.write_setup_ticks, s_.blocks) - starts(d_.write_setup_ticks, 1);
    return std::max({a_last, a_first, b_first, b_last, c});
  }

  double mem_tile_port() const {
    const double slices = count(s_.blocks * s_.slices), faster = word_ / read_word_;
    const double a = slices * count(s_.a_lines) * (a_slice_ * faster + between_);
    const double b = slices * count(s_.b_lines) * (b_slice_ * faster + between_);
    const double out = count(calls_) * (std::max(a_object_, b_object_) + between_);
    const double c = count(s_.blocks * s_.rows) * (c_object_ + between_);
    return last_token_ + std::max({a_starts(0) + std::max(a, out) - between_ + to_mem_ + drain_one_,
                                   b_starts(0) + b - between_ + to_mem_ + drain_one_,
                                   c_begins() + c - between_ + drain_one_ - c_slice_});
  }

  double ddr() const {
    const Traffic traffic = traffic_of();
    const double reads = served(count(traffic.read_bytes), count(traffic.read_runs));
    const double writes = served(count(traffic.written_bytes), count(traffic.written_runs));
    const double begins = a_starts(0) + unused(traffic);
    const double written = writes / count(s_.blocks) * count(std::max<int64_t>(0, s_.blocks - s_.in_flight));
    const double after = std::min(after_slice(a_object_, 0), after_slice(b_object_, acquire_));
    const double last_read = reads + written + to_mem_ + after + drain_one_;
    return begins + std::max(reads + writes + to_core_, last_read) + last_token_;
  }

  struct Traffic {
    int64_t read_bytes = 0, read_runs = 0, written_bytes = 0, written_runs = 0;
    double a_run_bytes = 0, b_run_bytes = 0;
  };

  double served(double bytes, double runs) const { return (bytes * ddr_byte_ + runs * ddr_run_) * kDdrRounding; }

  // What DDR cannot serve while only the first channels have been told to read.
  double unused(const Traffic& traffic) const {
    const double port = 4 / read_word_ / kDdrRounding;
    const double a = port * (ddr_byte_ + ddr_run_ / traffic.a_run_bytes);
    const double b = port * (ddr_byte_ + ddr_run_ / traffic.b_run_bytes);
    double asked = 0, unused = 0;
    for (int64_t feed = 0; feed + 1 < s_.feeds(); ++feed) {
      asked += feed < s_.a_feeds ? a : b;
      if (asked >= 1) break;
      unused += (1 - asked) * issue_;
    }
    return unused;
  }

  Traffic traffic_of() const {
    const int64_t size = l_[GemmLaunch::element_bytes];
    Traffic found;
    int64_t runs = 0;
    for (int64_t place = 0; place < s_.feeds(); ++place) {
      const Feed feed = s_.feed(place);
      double& longest = feed.of_a ? found.a_run_bytes : found.b_run_bytes;
      for (int64_t round = 0; round < s_.rounds; ++round) {
        const Walk walk = s_.task_walk(feed.of_a, feed.lines, s_.trips(round));
        runs += walk.runs();
        longest = std::max(longest, count(walk.elements()) / count(walk.runs()) * count(size));
      }
    }
    const int64_t m = l_[GemmLaunch::m], n = l_[GemmLaunch::n], k = l_[GemmLaunch::k];
    found.read_bytes = s_.blocks * (s_.rows * s_.m + s_.columns * s_.n) * k * size;
    found.read_runs = s_.blocks * runs;
    found.written_bytes = m * n * l_[GemmLaunch::c_bytes];
    found.written_runs = s_.blocks * s_.columns * (s_.n == n ? 1 : s_.rows * s_.m);
    return found;
  }

  double issue() const {
    const int64_t feeds = s_.a_feeds + s_.b_feeds;
    const double pushes = count(s_.blocks * (s_.columns + s_.rounds * feeds)) * issue_;
    const int64_t waits =
        std::max<int64_t>(0, s_.blocks - s_.in_flight) + s_.blocks * std::max<int64_t>(0, s_.rounds - kQueuedInputs) * feeds;
    const double before = pushes + count(waits) * token_;
    const int64_t stretch = (s_.slices - 1) % kMaxTaskSteps + 1;
    const int64_t tasks = s_.blocks * s_.rounds;
    const double start = starts(d_.read_setup_ticks, tasks) - starts(d_.read_setup_ticks, tasks - 1);
    const int64_t slices = stretch * ((s_.columns - 1) % s_.b_lines + 1);
    const double moves = count(slices) * b_slice_ + count(slices - 1) * between_ + to_mem_;
    const double through = before + start + moves + after_slice(b_object_, acquire_) + drain_all_ + last_token_;
    const double busy = before + tokens_first_;
    const double first = through - count(s_.b_feeds - 1) * issue_ + tokens(s_.b_lines - 1) - last_token_;
    return std::max({busy, through, s_.columns % s_.b_lines == 0 ? first : 0.0});
  }

  const GemmLaunch& l_;
  const GemmDevice& d_;
  const GemmShape s_;
  const int64_t calls_;  // of the product, on each core
  double word_, read_word_, write_word_, between_, setup_, to_core_, to_mem_, issue_, token_, last_token_;
  double acquire_, release_, call_, clear_, step_, ddr_byte_, ddr_run_;
  double a_slice_, b_slice_, a_object_, b_object_, c_object_, c_slice_;
  double drain_one_, drain_all_, tokens_first_, first_read_;
  double a_first_, a_last_, b_first_, b_last_;
};

}  // namespace

double least_ticks(const GemmLaunch& launch, const GemmDevice& device) { return Bound(launch, device).ticks(); }

std::vector<double> least_ticks(const std::vector<GemmLaunch>& launches, const GemmDevice& device, int threads) {
  std::vector<double> found(launches.size());
  spread_over(launches.size(), 256, threads, [&](size_t i) {
    found[i] = gemm_walks_fit(launches[i], device) ? least_ticks(launches[i], device) : -1;
  });
  return found;
}

}  // namespace tilescope
