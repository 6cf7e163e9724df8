// float32 <-> bfloat16 with AVX512-BF16.
#pragma once

#include <immintrin.h>

#include "../vector.hpp"

TILESCOPE_AIE_BEGIN

namespace detail {

// Sixteen bfloat16 bit patterns as float32, exactly.
TILESCOPE_INLINE __m512 widen(__m256i narrow) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(narrow), 16));
}

template <unsigned Elems>
TILESCOPE_INLINE vector<float, Elems> to_float(const vector<float, Elems>& value) {
  return value;
}

TILESCOPE_INLINE vector<float, 16> to_float(const vector<bfloat16, 16>& value) {
  return {{widen((__m256i)value.part[0])}};
}

template <typename T>
TILESCOPE_INLINE vector<T, 16> from_float(const vector<float, 16>& value) {
  if constexpr (sizeof(T) == sizeof(float)) {
    return value;
  } else {
    return {{(typename vector<T, 16>::chunk)_mm512_cvtneps_pbh(value.part[0])}};
  }
}

}  // namespace detail

TILESCOPE_AIE_END
