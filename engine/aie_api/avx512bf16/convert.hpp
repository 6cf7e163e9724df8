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

template <unsigned Elems>
TILESCOPE_INLINE vector<float, Elems> to_float(const vector<bfloat16, Elems>& value) {
  vector<float, Elems> result;
  if constexpr (Elems == 16) {
    result.part[0] = widen((__m256i)value.part[0]);
  } else {
    for (unsigned i = 0; i < Elems / 32; ++i) {
      const __m512i both = (__m512i)value.part[i];
      result.part[2 * i] = widen(_mm512_castsi512_si256(both));
      result.part[2 * i + 1] = widen(_mm512_extracti64x4_epi64(both, 1));
    }
  }
  return result;
}

template <typename T, unsigned Elems>
TILESCOPE_INLINE vector<T, Elems> from_float(const vector<float, Elems>& value) {
  if constexpr (sizeof(T) == sizeof(float)) {
    return value;
  } else {
    using Chunk = typename vector<T, Elems>::chunk;
    vector<T, Elems> result;
    if constexpr (Elems == 16) {
      result.part[0] = (Chunk)_mm512_cvtneps_pbh(value.part[0]);
    } else {
      for (unsigned i = 0; i < Elems / 32; ++i)
        result.part[i] = (Chunk)_mm512_cvtne2ps_pbh(value.part[2 * i + 1], value.part[2 * i]);
    }
    return result;
  }
}

}  // namespace detail

TILESCOPE_AIE_END
