// Free functions of the AIE API: zeros, add, the rounding mode.
#pragma once

#include "accum.hpp"

TILESCOPE_AIE_BEGIN

// The host rounds to nearest even, always; a kernel that wants another mode does not compile here.
enum class rounding_mode { conv_even };

TILESCOPE_INLINE void set_rounding(rounding_mode) {}

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

template <unsigned Elems>
TILESCOPE_INLINE vector<float, Elems> add(const vector<float, Elems>& a,
                                          const vector<float, Elems>& b) {
  vector<float, Elems> result;
  for (unsigned i = 0; i < vector<float, Elems>::chunks; ++i)
    result.part[i] = a.part[i] + b.part[i];
  return result;
}

TILESCOPE_AIE_END
