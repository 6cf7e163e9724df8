// Block products of bfloat16 with vdpbf16ps, for AIE2P's shapes: 4x8x8, and 8x8x8 as bfp16.
//
// A register of C holds two rows.  vdpbf16ps multiplies pairs along k: for pair p, A needs pair p of
// its row in every lane of that row, and B needs rows 2p and 2p+1 interleaved, once for each row.
#pragma once

#include <immintrin.h>

#include <utility>

#include "../bfp16.hpp"
#include "../vector.hpp"
#include "convert.hpp"

TILESCOPE_AIE_BEGIN

namespace detail {

// Word w of pair p: column w/2 % 8 of row w%2 of the pair, which is in this register of four rows.
template <unsigned Pair, std::size_t... Word>
TILESCOPE_INLINE __m512bh interleaved(vector<bfloat16, 64>::chunk rows,
                                      std::index_sequence<Word...>) {
  constexpr vector<bfloat16, 64>::chunk from = {
      static_cast<std::uint16_t>(Pair % 2 * 16 + Word % 2 * 8 + Word / 2 % 8)...};
  return (__m512bh)__builtin_shuffle(rows, from);
}

// Pair `Pair` of rows `Row` and `Row` + 1, in a register of four rows.
template <unsigned Row, unsigned Pair>
TILESCOPE_INLINE __m512bh spread_pair(__m512i rows) {
  constexpr int first = Row % 4 * 4 + Pair, second = first + 4;
  const __m512i from = _mm512_inserti64x4(_mm512_set1_epi32(first), _mm256_set1_epi32(second), 1);
  return (__m512bh)_mm512_permutexvar_epi32(from, rows);
}

// sum + two rows of A times B, pair by pair.
template <unsigned Row, unsigned Elems>
TILESCOPE_INLINE __m512 add_two_rows(__m512 sum, const vector<bfloat16, Elems>& a,
                                     const __m512bh (&columns)[4]) {
  const __m512i rows = (__m512i)a.part[Row / 4];
  sum = _mm512_dpbf16_ps(sum, spread_pair<Row, 0>(rows), columns[0]);
  sum = _mm512_dpbf16_ps(sum, spread_pair<Row, 1>(rows), columns[1]);
  sum = _mm512_dpbf16_ps(sum, spread_pair<Row, 2>(rows), columns[2]);
  return _mm512_dpbf16_ps(sum, spread_pair<Row, 3>(rows), columns[3]);
}

TILESCOPE_INLINE void spread_columns(const vector<bfloat16, 64>& b, __m512bh (&columns)[4]) {
  constexpr auto words = std::make_index_sequence<32>{};
  columns[0] = interleaved<0>(b.part[0], words);
  columns[1] = interleaved<1>(b.part[0], words);
  columns[2] = interleaved<2>(b.part[1], words);
  columns[3] = interleaved<3>(b.part[1], words);
}

TILESCOPE_INLINE void multiply_accumulate(block_shape<4, 8, 8>, vector<float, 32>& c,
                                          const vector<bfloat16, 32>& a,
                                          const vector<bfloat16, 64>& b) {
  __m512bh columns[4];
  spread_columns(b, columns);
  c.part[0] = add_two_rows<0>(c.part[0], a, columns);
  c.part[1] = add_two_rows<2>(c.part[1], a, columns);
}

// Products of one step are whole multiples of one power of two and sum exactly; C is rounded once.
TILESCOPE_INLINE void multiply_accumulate(block_shape<8, 8, 8>, vector<float, 64>& c,
                                          const vector<bfloat16, 64>& a,
                                          const vector<bfloat16, 64>& b) {
  const vector<bfloat16, 64> rows = bfp16_rows(a);
  const __m512 zero = _mm512_setzero_ps();
  __m512bh columns[4];
  spread_columns(bfp16_columns(b), columns);
  c.part[0] += add_two_rows<0>(zero, rows, columns);
  c.part[1] += add_two_rows<2>(zero, rows, columns);
  c.part[2] += add_two_rows<4>(zero, rows, columns);
  c.part[3] += add_two_rows<6>(zero, rows, columns);
}

}  // namespace detail

TILESCOPE_AIE_END
