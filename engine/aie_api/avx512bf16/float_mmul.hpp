// Block products with vdpbf16ps: one 4x4 block of C is one register, row i in 128-bit lane i.
//
// vdpbf16ps multiplies pairs along k.  For pair p, A needs pair p of its row i in every position of
// lane i, and B needs rows 2p and 2p+1 interleaved in every lane.
#pragma once

#include <immintrin.h>

#include "../split_terms.hpp"
#include "../vector.hpp"
#include "convert.hpp"

TILESCOPE_AIE_BEGIN

namespace detail {

template <int Pair>
TILESCOPE_INLINE __m512bh pair_of_rows(__m512i a) {
  constexpr int everywhere = Pair * 0x55;
  return (__m512bh)_mm512_shuffle_epi32(a, static_cast<_MM_PERM_ENUM>(everywhere));
}

template <int Pair>
TILESCOPE_INLINE __m512bh pair_of_columns(__m512i b) {
  constexpr long long base = 8 * Pair;
  constexpr long long low = (base | (base + 4) << 16 | (base + 1) << 32 | (base + 5) << 48);
  constexpr long long high = low + 0x0002000200020002ll;
  const __m512i order = _mm512_set_epi64(high, low, high, low, high, low, high, low);
  return (__m512bh)_mm512_permutexvar_epi16(order, b);
}

template <int Pair>
TILESCOPE_INLINE __m512 add_pair(__m512 c, __m512i a, __m512i b) {
  return _mm512_dpbf16_ps(c, pair_of_rows<Pair>(a), pair_of_columns<Pair>(b));
}

TILESCOPE_INLINE void multiply_accumulate(block_shape<4, 8, 4>, vector<float, 16>& c,
                                          const vector<bfloat16, 32>& a,
                                          const vector<bfloat16, 32>& b) {
  const __m512i ia = (__m512i)a.part[0], ib = (__m512i)b.part[0];
  c.part[0] = add_pair<0>(c.part[0], ia, ib);
  c.part[0] = add_pair<1>(c.part[0], ia, ib);
  c.part[0] = add_pair<2>(c.part[0], ia, ib);
  c.part[0] = add_pair<3>(c.part[0], ia, ib);
}

// The upper half of each float32: its leading eight bits, cut and not rounded.
TILESCOPE_INLINE __m512 cut(__m512 value) {
  const __m512i upper_half = _mm512_set1_epi32(static_cast<int>(0xffff0000u));
  return _mm512_castsi512_ps(_mm512_and_si512(_mm512_castps_si512(value), upper_half));
}

// The leading bfloat16 of every element goes to term[0], that of the rest to term[1], and so on.
TILESCOPE_INLINE void split(const vector<float, 32>& value, __m512i (&term)[split_count]) {
  __m512 low = value.part[0], high = value.part[1];
  for (unsigned level = 0; level < split_count; ++level) {
    if constexpr (terms_are_cut) {
      const __m512 low_term = cut(low), high_term = cut(high);
      term[level] = (__m512i)_mm512_cvtne2ps_pbh(high_term, low_term);
      low -= low_term;
      high -= high_term;
    } else {
      term[level] = (__m512i)_mm512_cvtne2ps_pbh(high, low);
      low -= widen(_mm512_castsi512_si256(term[level]));
      high -= widen(_mm512_extracti64x4_epi64(term[level], 1));
    }
  }
}

// Keeps the compiler from holding values derived from this one over a whole register block.  With
// nine products a permutation runs beside the MACs for nothing, and a register spilled costs more;
// with fewer it is the other way round.
TILESCOPE_INLINE void derive_again(__m512i& value) { asm volatile("" : "+v"(value)); }

// float32 from bfloat16 products: each pair of k sums its products from zero, the smallest first;
// the four sums meet in a tree and are added once.
TILESCOPE_INLINE void multiply_accumulate(block_shape<4, 8, 4>, vector<float, 16>& c,
                                          const vector<float, 32>& a,
                                          const vector<float, 32>& b) {
  __m512i term_a[split_count], term_b[split_count];
  split(a, term_a);
  split(b, term_b);
  if constexpr (split_products == 9)
    for (__m512i& term : term_b) derive_again(term);
  __m512 step[4] = {};
  for (const split_pair pair : split_pairs) {
    step[0] = add_pair<0>(step[0], term_a[pair.a], term_b[pair.b]);
    step[1] = add_pair<1>(step[1], term_a[pair.a], term_b[pair.b]);
    step[2] = add_pair<2>(step[2], term_a[pair.a], term_b[pair.b]);
    step[3] = add_pair<3>(step[3], term_a[pair.a], term_b[pair.b]);
  }
  c.part[0] += (step[0] + step[1]) + (step[2] + step[3]);
}

}  // namespace detail

TILESCOPE_AIE_END
