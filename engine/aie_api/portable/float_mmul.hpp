// Block products of floats on any CPU, in registers of four.
//
// The products of one step are summed from zero and added to C once, which keeps the rounding
// errors of a long K apart from those within a step.
#pragma once

#include "../bfp16.hpp"
#include "../split_terms.hpp"
#include "convert.hpp"

TILESCOPE_AIE_BEGIN

namespace detail {

// c += a x b of float32 values; a row of A is two registers, one of B or C as many as it needs.
template <unsigned M, unsigned N>
TILESCOPE_INLINE void add_product(float4 (&c)[M * N / 4], const float4 (&a)[M * 2],
                                  const float4 (&b)[8 * N / 4]) {
  constexpr unsigned width = N / 4;
  for (unsigned row = 0; row < M; ++row)
    for (unsigned k = 0; k < 8; ++k) {
      const float scalar = a[2 * row + k / 4][k % 4];
      const float4 everywhere = {scalar, scalar, scalar, scalar};
      for (unsigned i = 0; i < width; ++i) c[row * width + i] += everywhere * b[k * width + i];
    }
}

// bfloat16, 4x8x4 and 4x8x8; 8x8x8 by way of bfp16.
template <unsigned M, unsigned N>
TILESCOPE_INLINE void multiply_accumulate(block_shape<M, 8, N>, vector<float, M * N>& c,
                                          const vector<bfloat16, M * 8>& a,
                                          const vector<bfloat16, 8 * N>& b) {
  vector<float, M * 8> wide_a;
  vector<float, 8 * N> wide_b;
  if constexpr (M == 8 && N == 8) {
    wide_a = to_float(bfp16_rows(a));
    wide_b = to_float(bfp16_columns(b));
  } else {
    wide_a = to_float(a);
    wide_b = to_float(b);
  }
  float4 step[M * N / 4] = {};
  add_product<M, N>(step, wide_a.part, wide_b.part);
  for (unsigned i = 0; i < M * N / 4; ++i) c.part[i] += step[i];
}

// The upper half of each float32: its leading eight bits, cut and not rounded.
TILESCOPE_INLINE float4 cut(float4 value) { return (float4)((uint4)value & 0xffff0000u); }

// The leading bfloat16 of every element goes to term[0], that of the rest to term[1], and so on.
TILESCOPE_INLINE void split(const vector<float, 32>& value, float4 (&term)[split_count][8]) {
  for (unsigned i = 0; i < 8; ++i) {
    float4 rest = value.part[i];
    for (unsigned level = 0; level < split_count; ++level) {
      term[level][i] = terms_are_cut ? cut(rest) : round_to_bfloat16(rest);
      rest -= term[level][i];
    }
  }
}

// float32 from bfloat16 products, the smallest first.
TILESCOPE_INLINE void multiply_accumulate(block_shape<4, 8, 4>, vector<float, 16>& c,
                                          const vector<float, 32>& a,
                                          const vector<float, 32>& b) {
  float4 term_a[split_count][8], term_b[split_count][8];
  split(a, term_a);
  split(b, term_b);
  float4 step[4] = {};
  for (const split_pair pair : split_pairs)
    add_product<4, 4>(step, term_a[pair.a], term_b[pair.b]);
  for (unsigned row = 0; row < 4; ++row) c.part[row] += step[row];
}

}  // namespace detail

TILESCOPE_AIE_END
