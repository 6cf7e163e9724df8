// float32 <-> bfloat16 on any CPU, in the compiler's vector types of 16 bytes.
#pragma once

#include <cstdint>

#include "../vector.hpp"

TILESCOPE_AIE_BEGIN

namespace detail {

using float4 = register_of<float, 4>::type;
using uint4 = register_of<std::uint32_t, 4>::type;
using ushort4 = register_of<std::uint16_t, 4>::type;
using uint8 = register_of<std::uint32_t, 8>::type;
using ushort8 = register_of<std::uint16_t, 8>::type;

// Nearest bfloat16, ties to even, kept in a float32; a NaN stays a NaN.
TILESCOPE_INLINE float4 round_to_bfloat16(float4 value) {
  const uint4 word = (uint4)value;
  const uint4 rounded = word + 0x7fffu + ((word >> 16) & 1u);
  const uint4 is_nan = (uint4)(value != value);
  return (float4)(((rounded & ~is_nan) | ((word | 0x00400000u) & is_nan)) & 0xffff0000u);
}

TILESCOPE_INLINE void widen(ushort8 narrow, float4& low, float4& high) {
  const uint8 wide = __builtin_convertvector(narrow, uint8) << 16;
  std::memcpy(&low, &wide, sizeof low);
  std::memcpy(&high, reinterpret_cast<const char*>(&wide) + sizeof low, sizeof high);
}

template <unsigned Elems>
TILESCOPE_INLINE vector<float, Elems> to_float(const vector<float, Elems>& value) {
  return value;
}

template <unsigned Elems>
TILESCOPE_INLINE vector<float, Elems> to_float(const vector<bfloat16, Elems>& value) {
  vector<float, Elems> result;
  for (unsigned i = 0; i < vector<bfloat16, Elems>::chunks; ++i)
    widen(value.part[i], result.part[2 * i], result.part[2 * i + 1]);
  return result;
}

template <typename T, unsigned Elems>
TILESCOPE_INLINE vector<T, Elems> from_float(const vector<float, Elems>& value) {
  if constexpr (sizeof(T) == sizeof(float)) {
    return value;
  } else {
    vector<T, Elems> result;
    for (unsigned i = 0; i < vector<float, Elems>::chunks; ++i) {
      const uint4 word = (uint4)round_to_bfloat16(value.part[i]) >> 16;
      const ushort4 narrow = __builtin_convertvector(word, ushort4);
      std::memcpy(reinterpret_cast<char*>(&result) + i * sizeof narrow, &narrow, sizeof narrow);
    }
    return result;
  }
}

}  // namespace detail

TILESCOPE_AIE_END
