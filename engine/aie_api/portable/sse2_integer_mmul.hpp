// Block products of int8 and int16 with pmaddwd, which every x86-64 has: two products of halves,
// summed, for each 32-bit lane of C.
#pragma once

#include <emmintrin.h>

#include "../vector.hpp"

TILESCOPE_AIE_BEGIN

namespace detail {

TILESCOPE_INLINE __m128i low_bytes(__m128i value) {
  return _mm_srai_epi16(_mm_unpacklo_epi8(value, value), 8);
}
TILESCOPE_INLINE __m128i high_bytes(__m128i value) {
  return _mm_srai_epi16(_mm_unpackhi_epi8(value, value), 8);
}

// Pair `Pair` of a row of eight halves, in every lane.
template <int Pair>
TILESCOPE_INLINE __m128i spread_pair(__m128i row) {
  return _mm_shuffle_epi32(row, Pair * 0x55);
}

// sum + a row of eight values times four columns, given as pairs.
TILESCOPE_INLINE __m128i add_row(__m128i sum, __m128i row, const __m128i (&columns)[4]) {
  sum = _mm_add_epi32(sum, _mm_madd_epi16(spread_pair<0>(row), columns[0]));
  sum = _mm_add_epi32(sum, _mm_madd_epi16(spread_pair<1>(row), columns[1]));
  sum = _mm_add_epi32(sum, _mm_madd_epi16(spread_pair<2>(row), columns[2]));
  return _mm_add_epi32(sum, _mm_madd_epi16(spread_pair<3>(row), columns[3]));
}

// int8, Mx8x8: a register holds two rows of A or of B, and half a row of C.
template <unsigned M>
TILESCOPE_INLINE void multiply_accumulate(block_shape<M, 8, 8>, vector<std::int32_t, M * 8>& c,
                                          const vector<std::int8_t, M * 8>& a,
                                          const vector<std::int8_t, 64>& b) {
  using Sum = typename vector<std::int32_t, M * 8>::chunk;
  __m128i left[4], right[4];  // columns 0..3 and 4..7, rows in pairs
  for (unsigned p = 0; p < 4; ++p) {
    const __m128i rows = (__m128i)b.part[p];
    const __m128i pairs = _mm_unpacklo_epi8(rows, _mm_srli_si128(rows, 8));
    left[p] = low_bytes(pairs);
    right[p] = high_bytes(pairs);
  }
  for (unsigned i = 0; i < M; ++i) {
    const __m128i rows = (__m128i)a.part[i / 2];
    const __m128i row = i % 2 ? high_bytes(rows) : low_bytes(rows);
    c.part[2 * i] = (Sum)add_row((__m128i)c.part[2 * i], row, left);
    c.part[2 * i + 1] = (Sum)add_row((__m128i)c.part[2 * i + 1], row, right);
  }
}

// The 64-bit sums of four columns: two products fit 32 bits but for 2^31 itself, so one is taken
// off before each pair of products widens and given back after.
template <typename Sum>
TILESCOPE_INLINE void add_wide(Sum& low, Sum& high, __m128i first, __m128i second) {
  const __m128i one = _mm_set1_epi32(1), two = _mm_set_epi32(0, 2, 0, 2);
  first = _mm_sub_epi32(first, one);
  second = _mm_sub_epi32(second, one);
  const __m128i first_sign = _mm_srai_epi32(first, 31), second_sign = _mm_srai_epi32(second, 31);
  const __m128i low_sum = _mm_add_epi64(_mm_unpacklo_epi32(first, first_sign),
                                        _mm_unpacklo_epi32(second, second_sign));
  const __m128i high_sum = _mm_add_epi64(_mm_unpackhi_epi32(first, first_sign),
                                         _mm_unpackhi_epi32(second, second_sign));
  low = (Sum)_mm_add_epi64((__m128i)low, _mm_add_epi64(low_sum, two));
  high = (Sum)_mm_add_epi64((__m128i)high, _mm_add_epi64(high_sum, two));
}

// int16, 4x4xN: a register holds two rows of A, one or two of B, and two elements of C.
template <unsigned N>
TILESCOPE_INLINE void multiply_accumulate(block_shape<4, 4, N>, vector<std::int64_t, 4 * N>& c,
                                          const vector<std::int16_t, 16>& a,
                                          const vector<std::int16_t, 4 * N>& b) {
  __m128i columns[2][N / 4];  // rows 2p and 2p+1 side by side, four columns to a register
  for (unsigned p = 0; p < 2; ++p) {
    if constexpr (N == 4) {
      const __m128i rows = (__m128i)b.part[p];
      columns[p][0] = _mm_unpacklo_epi16(rows, _mm_srli_si128(rows, 8));
    } else {
      columns[p][0] = _mm_unpacklo_epi16((__m128i)b.part[2 * p], (__m128i)b.part[2 * p + 1]);
      columns[p][1] = _mm_unpackhi_epi16((__m128i)b.part[2 * p], (__m128i)b.part[2 * p + 1]);
    }
  }
  for (unsigned i = 0; i < 4; ++i) {
    const __m128i rows = (__m128i)a.part[i / 2];
    const __m128i first = i % 2 ? spread_pair<2>(rows) : spread_pair<0>(rows);
    const __m128i second = i % 2 ? spread_pair<3>(rows) : spread_pair<1>(rows);
    for (unsigned j = 0; j < N / 4; ++j) {
      const unsigned place = i * N / 2 + 2 * j;
      add_wide(c.part[place], c.part[place + 1], _mm_madd_epi16(first, columns[0][j]),
               _mm_madd_epi16(second, columns[1][j]));
    }
  }
}

}  // namespace detail

TILESCOPE_AIE_END
