// Block products on any CPU: a row of C is one register of four floats.
//
// The products of one step are summed from zero and added to C once, which keeps the rounding
// errors of a long K apart from those within a step.
#pragma once

#include "convert.hpp"
#include "../split_terms.hpp"

TILESCOPE_AIE_BEGIN

namespace detail {

// c += a x b for one 4x8x4 block of float32 values; a in rows of two registers.
TILESCOPE_INLINE void add_product(float4 (&c)[4], const float4 (&a)[8], const float4 (&b)[8]) {
  for (unsigned row = 0; row < 4; ++row)
    for (unsigned k = 0; k < 8; ++k) {
      const float scalar = a[2 * row + k / 4][k % 4];
      c[row] += float4{scalar, scalar, scalar, scalar} * b[k];
    }
}

TILESCOPE_INLINE void multiply_accumulate(block_shape<4, 8, 4>, vector<float, 16>& c,
                                          const vector<bfloat16, 32>& a,
                                          const vector<bfloat16, 32>& b) {
  const vector<float, 32> wide_a = to_float(a);
  const vector<float, 32> wide_b = to_float(b);
  float4 step[4] = {};
  add_product(step, wide_a.part, wide_b.part);
  for (unsigned row = 0; row < 4; ++row) c.part[row] += step[row];
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
  for (const split_pair pair : split_pairs) add_product(step, term_a[pair.a], term_b[pair.b]);
  for (unsigned row = 0; row < 4; ++row) c.part[row] += step[row];
}

}  // namespace detail

TILESCOPE_AIE_END
