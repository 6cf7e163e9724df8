// C += A x B in float32, emulated by bfloat16 MACs.
//
// Compiled once for each accuracy: AIE2_FP32_EMULATION_ACCURACY_FAST and _LOW are the NPU
// compiler's own macros, and neither means SAFE.
#include "linear.h"
#include "linear_blocks.h"

#if defined(AIE2_FP32_EMULATION_ACCURACY_LOW)
LINEAR_MATMUL(linear_matmul_float32_low, float, float, linear::Float32, 0)
#elif defined(AIE2_FP32_EMULATION_ACCURACY_FAST)
LINEAR_MATMUL(linear_matmul_float32_fast, float, float, linear::Float32, 0)
#else
LINEAR_MATMUL(linear_matmul_float32_safe, float, float, linear::Float32, 0)
#endif
