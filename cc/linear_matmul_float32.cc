// C += A x B in float32, emulated by bfloat16 MACs.
//
// Compiled once for each accuracy: AIE2_FP32_EMULATION_ACCURACY_FAST and _LOW are the NPU
// compiler's own macros, and neither means SAFE.
#include "linear.h"
#include "linear_matmul.h"

#if defined(AIE2_FP32_EMULATION_ACCURACY_LOW)
#define LINEAR_MATMUL_FLOAT32 linear_matmul_float32_low
#elif defined(AIE2_FP32_EMULATION_ACCURACY_FAST)
#define LINEAR_MATMUL_FLOAT32 linear_matmul_float32_fast
#else
#define LINEAR_MATMUL_FLOAT32 linear_matmul_float32_safe
#endif

extern "C" void LINEAR_MATMUL_FLOAT32(float* a, float* b, float* c, std::int32_t m, std::int32_t k,
                                      std::int32_t n) {
  linear::matmul(a, b, c, m, k, n);
}
