// C += A x B with bfloat16 operands, on the NPU's native matrix unit; C in bfloat16 or in float32.
#include "linear.h"
#include "linear_matmul.h"

extern "C" void linear_matmul_bfloat16(bfloat16* a, bfloat16* b, bfloat16* c, std::int32_t m,
                                       std::int32_t k, std::int32_t n) {
  linear::matmul(a, b, c, m, k, n);
}

extern "C" void linear_matmul_bfloat16_float32(bfloat16* a, bfloat16* b, float* c, std::int32_t m,
                                               std::int32_t k, std::int32_t n) {
  linear::matmul(a, b, c, m, k, n);
}
