// Moving vectors between L1 memory and registers.
//
// The NPU needs a vector's address aligned to its size; the host takes any address, and an aligned
// one is faster.
#pragma once

#include <cstring>

#include "vector.hpp"

TILESCOPE_AIE_BEGIN

template <unsigned Elems, typename T>
TILESCOPE_INLINE vector<T, Elems> load_v(const T* source) {
  using V = vector<T, Elems>;
  V result;
  for (unsigned i = 0; i < V::chunks; ++i)
    std::memcpy(&result.part[i], source + i * V::chunk_lanes, V::chunk_bytes);
  return result;
}

template <typename T, unsigned Elems>
TILESCOPE_INLINE void store_v(T* target, const vector<T, Elems>& value) {
  using V = vector<T, Elems>;
  for (unsigned i = 0; i < V::chunks; ++i)
    std::memcpy(target + i * V::chunk_lanes, &value.part[i], V::chunk_bytes);
}

TILESCOPE_AIE_END
