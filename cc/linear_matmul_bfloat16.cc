// C += A x B in bfloat16, on the NPU's native matrix unit.
#include "linear.h"
#include "linear_matmul.h"

extern "C" void linear_matmul_bfloat16(bfloat16* a, bfloat16* b, bfloat16* c, std::int32_t m,
                                       std::int32_t k, std::int32_t n) {
  linear::matmul(a, b, c, m, k, n);
}
