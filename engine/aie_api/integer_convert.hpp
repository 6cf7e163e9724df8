// Integer vectors into accumulators and back: shifted up on the way in; shifted down, rounded to
// the nearest (ties to even) and saturated on the way out.
//
// In the compiler's own vector types, a host register of accumulators at a time.
#pragma once

#include <cstring>
#include <limits>
#include <type_traits>

#include "vector.hpp"

#if TILESCOPE_HOST_AVX512BF16
#include "avx512bf16/integer_lanes.hpp"
#endif

TILESCOPE_AIE_BEGIN

namespace detail {

// As many lanes of T as one host register of `Wide` holds.
template <typename T, typename Wide, unsigned Elems>
using narrow_chunk = typename register_of<T, vector<Wide, Elems>::chunk_lanes>::type;

// The same values in lanes of another width.
template <typename To, typename From>
TILESCOPE_INLINE To convert_lanes(From value) {
  if constexpr (std::is_same_v<To, From>)
    return value;
  else
#if TILESCOPE_HOST_AVX512BF16
    return (To)lane_conversion(To{}, value);
#else
    return __builtin_convertvector(value, To);
#endif
}

// Accumulators value * 2^shift.
template <typename Wide, typename T, unsigned Elems>
TILESCOPE_INLINE vector<Wide, Elems> widen(const vector<T, Elems>& value, int shift) {
  using Narrow = narrow_chunk<T, Wide, Elems>;
  using V = vector<Wide, Elems>;
  using Bits = typename register_of<std::make_unsigned_t<Wide>, V::chunk_lanes>::type;
  V result;
  for (unsigned i = 0; i < V::chunks; ++i) {
    Narrow narrow;
    std::memcpy(&narrow, reinterpret_cast<const char*>(&value) + i * sizeof narrow, sizeof narrow);
    const auto wide = convert_lanes<typename V::chunk>(narrow);
    result.part[i] = (typename V::chunk)((Bits)wide << shift);
  }
  return result;
}

// value / 2^shift, rounded; the shift is below the width of an accumulator.
template <typename Chunk>
TILESCOPE_INLINE Chunk shift_down(Chunk value, int shift) {
  using Lane = std::remove_cvref_t<decltype(value[0])>;
  if (shift == 0) return value;
  const Lane half = Lane{1} << (shift - 1);
  const Chunk quotient = value >> shift;
  const Chunk rest = value & static_cast<Lane>(2 * half - 1);
  return quotient - (rest + (quotient & 1) > half);  // a comparison that holds is -1
}

template <typename T, typename Wide, unsigned Elems>
TILESCOPE_INLINE vector<T, Elems> narrow(const vector<Wide, Elems>& value, int shift) {
  using Narrow = narrow_chunk<T, Wide, Elems>;
  constexpr Wide least = std::numeric_limits<T>::min(), most = std::numeric_limits<T>::max();
  vector<T, Elems> result;
  for (unsigned i = 0; i < vector<Wide, Elems>::chunks; ++i) {
    auto chunk = shift_down(value.part[i], shift);
    if constexpr (sizeof(T) < sizeof(Wide)) {
      chunk = chunk < least ? least : chunk;
      chunk = chunk > most ? most : chunk;
    }
    const Narrow narrowed = convert_lanes<Narrow>(chunk);
    std::memcpy(reinterpret_cast<char*>(&result) + i * sizeof narrowed, &narrowed,
                sizeof narrowed);
  }
  return result;
}

}  // namespace detail

TILESCOPE_AIE_END
