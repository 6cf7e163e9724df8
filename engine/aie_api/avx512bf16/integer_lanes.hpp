// Whole numbers between lanes of different widths, a register of accumulators at a time: what the
// compiler's own conversion would do lane by lane.
#pragma once

#include <immintrin.h>

#include "../vector.hpp"

TILESCOPE_AIE_BEGIN

namespace detail {

template <typename T, unsigned Lanes>
using lanes_of = typename register_of<T, Lanes>::type;

using byte16 = lanes_of<std::int8_t, 16>;
using short8 = lanes_of<std::int16_t, 8>;
using short16 = lanes_of<std::int16_t, 16>;
using int8lanes = lanes_of<std::int32_t, 8>;
using int16lanes = lanes_of<std::int32_t, 16>;
using long8 = lanes_of<std::int64_t, 8>;

TILESCOPE_INLINE __m512i lane_conversion(int16lanes, byte16 value) {
  return _mm512_cvtepi8_epi32((__m128i)value);
}
TILESCOPE_INLINE __m512i lane_conversion(int16lanes, short16 value) {
  return _mm512_cvtepi16_epi32((__m256i)value);
}
TILESCOPE_INLINE __m128i lane_conversion(byte16, int16lanes value) {
  return _mm512_cvtepi32_epi8((__m512i)value);
}
TILESCOPE_INLINE __m256i lane_conversion(short16, int16lanes value) {
  return _mm512_cvtepi32_epi16((__m512i)value);
}
TILESCOPE_INLINE __m512i lane_conversion(long8, int8lanes value) {
  return _mm512_cvtepi32_epi64((__m256i)value);
}
TILESCOPE_INLINE __m512i lane_conversion(long8, short8 value) {
  return _mm512_cvtepi16_epi64((__m128i)value);
}
TILESCOPE_INLINE __m256i lane_conversion(int8lanes, long8 value) {
  return _mm512_cvtepi64_epi32((__m512i)value);
}
TILESCOPE_INLINE __m128i lane_conversion(short8, long8 value) {
  return _mm512_cvtepi64_epi16((__m512i)value);
}

}  // namespace detail

TILESCOPE_AIE_END
