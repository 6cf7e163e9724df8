// Block products of whole numbers with AVX512-VNNI.
//
// An operand is spread so that each 32-bit lane of C finds the four bytes (or two halves) of its
// row of A, and of its column of B, side by side.
#pragma once

#include <immintrin.h>

#include <type_traits>

#include "../surplus.hpp"
#include "../vector.hpp"

TILESCOPE_AIE_BEGIN

namespace detail {

// `low` in the first eight 32-bit lanes, `high` in the last eight.
TILESCOPE_INLINE __m512i halves(int low, int high) {
  return _mm512_inserti64x4(_mm512_set1_epi32(low), _mm256_set1_epi32(high), 1);
}

// Row k of a block of int8 in B: four rows from 4*Group on, transposed by fours, for columns 0..7
// and once more for columns 0..7.
template <int Group>
TILESCOPE_INLINE __m512i byte_columns(__m512i b) {
  const __m512i rows = _mm512_add_epi32(
      _mm512_set1_epi32(8 * Group),
      _mm512_setr_epi32(0, 2, 4, 6, 1, 3, 5, 7, 0, 2, 4, 6, 1, 3, 5, 7));
  const __m512i by_column = _mm512_broadcast_i32x4(
      _mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
  return _mm512_shuffle_epi8(_mm512_permutexvar_epi32(rows, b), by_column);
}

// vpdpbusd multiplies unsigned by signed bytes, so A is taken plus 128.  What that adds, 128 times
// the sums of B's columns, is the same in every row.
template <>
struct surplus<std::int8_t> {
  static constexpr bool present = true;
  __m512i of_columns = _mm512_setzero_si512();

  template <typename Sum>
  TILESCOPE_INLINE Sum taken_off(Sum sum) const {
    for (auto& part : sum.values().part)
      part = (std::remove_cvref_t<decltype(part)>)_mm512_sub_epi32((__m512i)part, of_columns);
    return sum;
  }
};

// int8, Mx8x8
template <unsigned M>
TILESCOPE_INLINE void multiply_accumulate(block_shape<M, 8, 8>, vector<std::int32_t, M * 8>& c,
                                          surplus<std::int8_t>& extra,
                                          const vector<std::int8_t, M * 8>& a,
                                          const vector<std::int8_t, 64>& b) {
  const __m512i offset = _mm512_set1_epi8(static_cast<char>(0x80));
  __m512i rows;
  if constexpr (M == 4)
    rows = _mm512_castsi256_si512((__m256i)a.part[0]);
  else
    rows = (__m512i)a.part[0];
  rows = _mm512_xor_si512(rows, offset);
  const __m512i low = byte_columns<0>((__m512i)b.part[0]);
  const __m512i high = byte_columns<1>((__m512i)b.part[0]);
  extra.of_columns = _mm512_dpbusd_epi32(_mm512_dpbusd_epi32(extra.of_columns, offset, low),
                                         offset, high);
  for (unsigned q = 0; q < M / 2; ++q) {
    const int first = static_cast<int>(4 * q);
    const __m512i row_low = _mm512_permutexvar_epi32(halves(first, first + 2), rows);
    const __m512i row_high = _mm512_permutexvar_epi32(halves(first + 1, first + 3), rows);
    const __m512i sum = _mm512_dpbusd_epi32((__m512i)c.part[q], row_low, low);
    c.part[q] = (typename vector<std::int32_t, M * 8>::chunk)_mm512_dpbusd_epi32(sum, row_high,
                                                                                 high);
  }
}

TILESCOPE_INLINE __m512i widen_low(__m512i value) {
  return _mm512_cvtepi32_epi64(_mm512_castsi512_si256(value));
}
TILESCOPE_INLINE __m512i widen_high(__m512i value) {
  return _mm512_cvtepi32_epi64(_mm512_extracti64x4_epi64(value, 1));
}

struct alignas(64) lane_order {
  std::int16_t lane[32];
};

TILESCOPE_INLINE __m512i load_order(const lane_order& order) {
  return _mm512_load_si512(order.lane);
}

template <unsigned Pair, unsigned N>
inline constexpr lane_order half_columns = [] {
  lane_order order{};
  for (unsigned w = 0; w < 32; ++w)
    order.lane[w] = static_cast<std::int16_t>((2 * Pair + w % 2) * N + w / 2 % N);
  return order;
}();

// int16, 4x4xN: two products fit 32 bits but for 2^31 itself, so each pair is summed from -1 and
// the two ones are given back in 64 bits.
template <unsigned N>
TILESCOPE_INLINE void multiply_accumulate(block_shape<4, 4, N>, vector<std::int64_t, 4 * N>& c,
                                          const vector<std::int16_t, 16>& a,
                                          const vector<std::int16_t, 4 * N>& b) {
  using Sum = typename vector<std::int64_t, 4 * N>::chunk;
  const __m512i minus_one = _mm512_set1_epi32(-1), two = _mm512_set1_epi64(2);
  const __m512i rows = _mm512_castsi256_si512((__m256i)a.part[0]);
  __m512i columns;
  if constexpr (N == 4)
    columns = _mm512_castsi256_si512((__m256i)b.part[0]);
  else
    columns = (__m512i)b.part[0];
  // Rows 2p and 2p+1 of B side by side, repeated over the rows of C.
  const __m512i pair[2] = {_mm512_permutexvar_epi16(load_order(half_columns<0, N>), columns),
                           _mm512_permutexvar_epi16(load_order(half_columns<1, N>), columns)};
  for (unsigned q = 0; q < N / 4; ++q) {  // a register of 32-bit sums holds 16/N rows
    __m512i sum[2];
    for (unsigned p = 0; p < 2; ++p) {
      __m512i row;
      if constexpr (N == 4)
        row = _mm512_permutexvar_epi32(
            _mm512_setr_epi32(p, p, p, p, 2 + p, 2 + p, 2 + p, 2 + p, 4 + p, 4 + p, 4 + p, 4 + p,
                              6 + p, 6 + p, 6 + p, 6 + p),
            rows);
      else
        row = _mm512_permutexvar_epi32(
            halves(static_cast<int>(4 * q + p), static_cast<int>(4 * q + 2 + p)), rows);
      sum[p] = _mm512_dpwssd_epi32(minus_one, row, pair[p]);
    }
    const __m512i low = _mm512_add_epi64(widen_low(sum[0]), widen_low(sum[1]));
    const __m512i high = _mm512_add_epi64(widen_high(sum[0]), widen_high(sum[1]));
    c.part[2 * q] = (Sum)_mm512_add_epi64((__m512i)c.part[2 * q], _mm512_add_epi64(low, two));
    c.part[2 * q + 1] =
        (Sum)_mm512_add_epi64((__m512i)c.part[2 * q + 1], _mm512_add_epi64(high, two));
  }
}

// int32, 4x2x4: a register of 64-bit sums holds two rows of C.
TILESCOPE_INLINE void multiply_accumulate(block_shape<4, 2, 4>, vector<std::int64_t, 16>& c,
                                          const vector<std::int32_t, 8>& a,
                                          const vector<std::int32_t, 8>& b) {
  using Sum = vector<std::int64_t, 16>::chunk;
  const __m512i rows = _mm512_cvtepi32_epi64((__m256i)a.part[0]);
  const __m512i columns = _mm512_cvtepi32_epi64((__m256i)b.part[0]);
  const __m512i column[2] = {_mm512_shuffle_i64x2(columns, columns, 0x44),
                             _mm512_shuffle_i64x2(columns, columns, 0xee)};
  for (unsigned q = 0; q < 2; ++q) {
    __m512i sum = (__m512i)c.part[q];
    for (unsigned k = 0; k < 2; ++k) {
      const long long first = 4 * q + k, second = first + 2;
      const __m512i row = _mm512_permutexvar_epi64(
          _mm512_setr_epi64(first, first, first, first, second, second, second, second), rows);
      sum = _mm512_add_epi64(sum, _mm512_mul_epi32(row, column[k]));
    }
    c.part[q] = (Sum)sum;
  }
}

}  // namespace detail

TILESCOPE_AIE_END
