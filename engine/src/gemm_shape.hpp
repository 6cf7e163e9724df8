// What follows from a product launch's sizes: its feeds, its tasks, and the walks of its DMAs.
#pragma once

#include <algorithm>
#include <array>
#include <utility>

#include "tilescope/gemm.hpp"

namespace tilescope {

// As in designs/gemm.py.
constexpr int64_t kBlocksInFlight = 3;
constexpr int64_t kQueuedInputs = 4;
constexpr int64_t kMaxShards = 4;
constexpr int64_t kMaxTaskSteps = 64;

inline int64_t ceil_div(int64_t dividend, int64_t divisor) { return (dividend + divisor - 1) / divisor; }

// At most four levels of size and stride in elements, outermost first; those of size one are left out.
class Walk {
 public:
  using Level = std::pair<int64_t, int64_t>;

  Walk(std::initializer_list<Level> levels) {
    for (const Level& level : levels) {
      elements_ *= level.first;
      if (level.first != 1) levels_[size_++] = level;
    }
    while (above_ < size_ && levels_[size_ - 1 - above_].second == run_) run_ *= levels_[size_ - 1 - above_++].first;
    above_ = size_ - above_;
  }

  int64_t elements() const { return elements_; }
  size_t size() const { return size_; }
  const Level& operator[](size_t at) const { return levels_[at]; }
  int64_t run() const { return run_; }            // elements of a contiguous run
  int64_t runs() const { return elements_ / run_; }
  size_t above_run() const { return above_; }     // levels above it

 private:
  std::array<Level, 4> levels_{};
  size_t size_ = 0;
  int64_t elements_ = 1;
  int64_t run_ = 1;
  size_t above_ = 0;
};

// One shim channel of an input: the rows or columns of cores that it feeds.
struct Feed {
  bool of_a;
  int64_t first;
  int64_t lines;
};

struct GemmShape {
  const GemmLaunch& launch;
  int64_t rows, columns, m, n, k, staged;
  int64_t pieces;            // objects of a slice of K
  int64_t blocks;            // passes over the grid
  int64_t slices;            // of an input, for each block and line
  int64_t rounds;            // tasks of an input, for each block
  int64_t in_flight;         // blocks
  int64_t a_lines, b_lines;  // that one feed has at most
  int64_t a_feeds, b_feeds;

  explicit GemmShape(const GemmLaunch& l)
      : launch(l),
        rows(l[GemmLaunch::rows]),
        columns(l[GemmLaunch::columns]),
        m(l[GemmLaunch::tile_m]),
        n(l[GemmLaunch::tile_n]),
        k(l[GemmLaunch::tile_k]),
        staged(l[GemmLaunch::staged]),
        pieces(staged / k),
        blocks((l[GemmLaunch::m] / (m * rows)) * (l[GemmLaunch::n] / (n * columns))),
        slices(l[GemmLaunch::k] / staged),
        rounds(ceil_div(slices, kMaxTaskSteps)),
        in_flight(std::max<int64_t>(1, kBlocksInFlight + 1 - rounds)) {
    const bool spread = l[GemmLaunch::spread] != 0;
    a_lines = spread ? ceil_div(rows, std::min(rows, columns)) : rows;
    b_lines = spread ? 1 : std::min(columns, kMaxShards);
    a_feeds = ceil_div(rows, a_lines);
    b_feeds = ceil_div(columns, b_lines);
  }

  int64_t feeds() const { return a_feeds + b_feeds; }
  bool by_columns() const { return launch[GemmLaunch::by_columns] != 0; }

  // A's first, then B's, as they are issued.
  Feed feed(int64_t place) const {
    if (place < a_feeds) return {true, place * a_lines, std::min(a_lines, rows - place * a_lines)};
    place -= a_feeds;
    return {false, place * b_lines, std::min(b_lines, columns - place * b_lines)};
  }

  // By which column a feed enters.
  int64_t column(int64_t place) const {
    const bool spread = launch[GemmLaunch::spread] != 0;
    if (place < a_feeds) return spread ? place * (columns / std::min(rows, columns)) : 0;
    place -= a_feeds;
    return spread ? place : std::min(1 + place, columns - 1);
  }

  // Stretches of K that the tasks of a block bring: all but the last as many as a task can.
  int64_t trips(int64_t round) const { return round + 1 < rounds ? kMaxTaskSteps : slices - round * kMaxTaskSteps; }

  // What a shim task reads for `trips` stretches of K and `lines` of the feed.
  Walk task_walk(bool of_a, int64_t lines, int64_t trips) const {
    const int64_t whole_k = launch[GemmLaunch::k], whole_n = launch[GemmLaunch::n];
    if (of_a) return {{trips, staged}, {lines, m * whole_k}, {m, whole_k}, {staged, 1}};
    if (by_columns()) return {{trips, staged}, {lines, n * whole_k}, {n, whole_k}, {staged, 1}};
    return {{trips, staged * whole_n}, {lines, n}, {staged, whole_n}, {n, 1}};
  }

  Walk c_walk() const { return {{m * rows, launch[GemmLaunch::n]}, {n, 1}}; }

  // How a mem tile passes a slice of A or B on; without levels where it lies in the kernel's order already.
  Walk slice_walk(bool of_a) const {
    const int64_t r = launch[GemmLaunch::block_r], s = launch[GemmLaunch::block_s], t = launch[GemmLaunch::block_t];
    if (r == 0) {
      if (of_a) return staged == k ? Walk{} : Walk{{m, staged}, {k, 1}};
      return by_columns() ? Walk{{k, 1}, {n, staged}} : Walk{};
    }
    if (of_a) return {{m / r, r * staged}, {k / s, s}, {r, staged}, {s, 1}};
    if (by_columns()) return {{k / s, s}, {n / t, t * staged}, {t, staged}, {s, 1}};
    return {{k / s, s * n}, {n / t, t}, {s, n}, {t, 1}};
  }

  Walk block_walk() const {
    const int64_t r = launch[GemmLaunch::block_r], t = launch[GemmLaunch::block_t];
    if (r == 0) return {};
    return {{m / r, r * n}, {r, t}, {n / t, r * t}, {t, 1}};
  }
};

}  // namespace tilescope
