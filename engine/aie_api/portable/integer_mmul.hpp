// Block products of whole numbers on any CPU, in accumulators that wrap.
#pragma once

#include <cstring>
#include <type_traits>

#include "../vector.hpp"

TILESCOPE_AIE_BEGIN

namespace detail {

// Element by element; x86 has something faster for int8 and int16, and prefers that.
template <unsigned M, unsigned K, unsigned N, typename Wide, typename T>
  requires std::is_integral_v<T>
TILESCOPE_INLINE void multiply_accumulate(block_shape<M, K, N>, vector<Wide, M * N>& c,
                                          const vector<T, M * K>& a, const vector<T, K * N>& b) {
  using Bits = std::make_unsigned_t<Wide>;
  T left[M * K], right[K * N];
  Bits sum[M * N];
  std::memcpy(left, &a, sizeof left);
  std::memcpy(right, &b, sizeof right);
  std::memcpy(sum, &c, sizeof sum);
  for (unsigned i = 0; i < M; ++i)
    for (unsigned j = 0; j < N; ++j)
      for (unsigned k = 0; k < K; ++k)
        sum[i * N + j] += static_cast<Bits>(Wide{left[i * K + k]} * Wide{right[k * N + j]});
  std::memcpy(&c, sum, sizeof sum);
}

}  // namespace detail

TILESCOPE_AIE_END

#if defined(__SSE2__)
#include "sse2_integer_mmul.hpp"
#endif
