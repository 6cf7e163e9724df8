// C += A x B with int32 operands and 64-bit accumulators; one block for both generations.
#include "linear.h"
#include "linear_blocks.h"

LINEAR_MATMUL(linear_matmul_int32_int32, std::int32_t, std::int32_t, linear::Int32, 0)
