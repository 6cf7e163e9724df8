// C += A x B with int8 operands and 32-bit accumulators; C in int32, or narrower.
#include "linear.h"
#include "linear_blocks.h"

using Block = linear::LINEAR_GENERATION::Int8;

LINEAR_MATMUL_OF(linear_matmul_int8_int32, std::int8_t, std::int32_t, Block, 0)
LINEAR_MATMUL_OF(linear_matmul_int8_int16, std::int8_t, std::int16_t, Block, linear::int8_to_int16)
LINEAR_MATMUL_OF(linear_matmul_int8_int8, std::int8_t, std::int8_t, Block, linear::int8_to_int8)
