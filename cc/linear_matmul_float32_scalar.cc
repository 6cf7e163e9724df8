// C += A x B in scalar float32: what a compiler makes of a plain loop nest on a core without a
// scalar float unit.  Row-major matrices.
#include "linear.h"

extern "C" void linear_matmul_float32_scalar(float* __restrict a, float* __restrict b,
                                             float* __restrict c, std::int32_t m, std::int32_t k,
                                             std::int32_t n) {
  for (std::int32_t i = 0; i < m; ++i)
    for (std::int32_t l = 0; l < k; ++l)
      for (std::int32_t j = 0; j < n; ++j) c[i * n + j] += a[i * k + l] * b[l * n + j];
}
