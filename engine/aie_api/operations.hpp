// Free functions of the AIE API: zeros, add, the rounding and saturation modes.
#pragma once

#include "accum.hpp"

TILESCOPE_AIE_BEGIN

// The host rounds to nearest even and saturates, always; a kernel that wants another mode does not
// compile here.
enum class rounding_mode { conv_even };
enum class saturation_mode { saturate };

TILESCOPE_INLINE void set_rounding(rounding_mode) {}
TILESCOPE_INLINE void set_saturation(saturation_mode) {}

template <typename T, unsigned Elems>
TILESCOPE_INLINE vector<T, Elems> zeros() {
  vector<T, Elems> result{};
  return result;
}

template <typename Tag, unsigned Elems, typename T>
TILESCOPE_INLINE accum<Tag, Elems> add(const accum<Tag, Elems>& a, const vector<T, Elems>& b) {
  accum<Tag, Elems> result = a;
  const auto addend = accum<Tag, Elems>(b).values();
  for (unsigned i = 0; i < decltype(addend)::chunks; ++i)
    result.values().part[i] += addend.part[i];
  return result;
}

// Whole numbers wrap.
template <typename T, unsigned Elems>
TILESCOPE_INLINE vector<T, Elems> add(const vector<T, Elems>& a, const vector<T, Elems>& b) {
  using V = vector<T, Elems>;
  vector<T, Elems> result;
  for (unsigned i = 0; i < V::chunks; ++i) {
    if constexpr (std::is_integral_v<T>) {
      using Bits = typename detail::register_of<std::make_unsigned_t<T>, V::chunk_lanes>::type;
      result.part[i] = (typename V::chunk)((Bits)a.part[i] + (Bits)b.part[i]);
    } else {
      static_assert(std::is_same_v<T, float>, "bfloat16 is added in accumulators");
      result.part[i] = a.part[i] + b.part[i];
    }
  }
  return result;
}

TILESCOPE_AIE_END
