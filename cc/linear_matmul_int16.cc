// C += A x B with int16 operands and 64-bit accumulators; C in int32 or int16.
#include "linear.h"
#include "linear_blocks.h"

using Block = linear::LINEAR_GENERATION::Int16;

LINEAR_MATMUL_OF(linear_matmul_int16_int32, std::int16_t, std::int32_t, Block, 0)
LINEAR_MATMUL_OF(linear_matmul_int16_int16, std::int16_t, std::int16_t, Block,
                 linear::int16_to_int16)
