// C += A x B with bfloat16 operands and float32 accumulators; C in bfloat16 or in float32.
//
// AIE2 has a matrix instruction for it.  AIE2P has none: with the AIE API's own macro below, its
// operands become bfp16, which it multiplies natively; without, each product is made of
// element-wise MACs.
#include "linear.h"
#include "linear_blocks.h"

#if !defined(LINEAR_AIE2P)
LINEAR_MATMUL(linear_matmul_bfloat16, bfloat16, bfloat16, linear::aie2::Bfloat16, 0)
LINEAR_MATMUL(linear_matmul_bfloat16_float32, bfloat16, float, linear::aie2::Bfloat16, 0)
#elif defined(AIE_API_EMULATE_BFLOAT16_MMUL_WITH_BFP16)
LINEAR_MATMUL(linear_matmul_bfloat16_bfp16, bfloat16, bfloat16, linear::aie2p::Bfp16, 0)
LINEAR_MATMUL(linear_matmul_bfloat16_float32_bfp16, bfloat16, float, linear::aie2p::Bfp16, 0)
#else
LINEAR_MATMUL(linear_matmul_bfloat16_native, bfloat16, bfloat16,
              linear::aie2p::NativeBfloat16, 0)
LINEAR_MATMUL(linear_matmul_bfloat16_float32_native, bfloat16, float,
              linear::aie2p::NativeBfloat16, 0)
#endif
