// The product designs of tilescope/designs/gemm.py as programs, made from their sizes alone: what a search times by the
// thousand. Field by field the same as what tilescope/simulation/lowering.py makes of the design, names left out; a test
// holds them against each other.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "tilescope/program.hpp"

namespace tilescope {

struct Ratio {
  int64_t over = 0;
  int64_t under = 1;
};

// What of a device the designs need: durations in ticks, limits of walks.
struct GemmDevice {
  Costs costs;
  int64_t word_milliticks = 0;  // of a channel that is no shim's
  Tick setup_ticks = 0;
  Tick chain_ticks = 0;
  int64_t read_milliticks = 0;  // of a shim channel, for each word
  int64_t write_milliticks = 0;
  std::vector<Tick> read_setup_ticks;  // of a shim channel's tasks, in order
  std::vector<Tick> write_setup_ticks;
  int32_t queue_depth = 0;
  Tick to_mem_ticks = 0;
  Tick from_mem_ticks = 0;
  Tick issue_ticks = 0;
  Tick token_last_ticks = 0;
  Tick token_other_ticks = 0;
  Ratio ddr_gbps;
  Ratio ddr_run_ns;
  Ratio ddr_page_ns;
  Ratio shim_run_ns;
  int64_t tick_hz = 0;
  int32_t mem_dims = 0;
  int32_t shim_dims = 0;
  std::vector<int64_t> shim_sizes;  // outermost first, -1 for no bound
  int64_t granularity_bytes = 0;
};

// One launch of C[m, n] = A[m, k]·B[k, n] in whole blocks of its mapping; a row of the table that Python hands over.
struct GemmLaunch {
  enum Column : size_t {
    m, n, k, tile_m, tile_n, tile_k, rows, columns, staged, spread, c_depth, by_columns, element_bytes, c_bytes,
    block_r, block_s, block_t, matmul_ticks, zero_ticks, kColumns
  };
  std::array<int64_t, kColumns> numbers;
  int64_t operator[](Column column) const { return numbers[column]; }
};

// Whether every walk of the design is one that the device's DMAs can make.
bool gemm_walks_fit(const GemmLaunch& launch, const GemmDevice& device);

// Throws std::invalid_argument where an exact figure needs more than 127 bits.
Program gemm_program(const GemmLaunch& launch, const GemmDevice& device);

}  // namespace tilescope
