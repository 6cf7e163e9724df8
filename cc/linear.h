// The kernels of the linear projections: every function that a core program may call.
//
// All sizes are in elements and arrive at run time.  Matrices of the vector products lie in L1 in
// blocks: A in 4x8, B in 8x4 and C in 4x4, blocks in row-major order, row-major inside; m and n are
// multiples of 4, k of 8.
#pragma once

#include <cstdint>

#include <aie_api/aie.hpp>

extern "C" {

// C += A x B with bfloat16 operands; accumulates in float32 and rounds C once, at the end.
void linear_matmul_bfloat16(bfloat16* a, bfloat16* b, bfloat16* c, std::int32_t m, std::int32_t k,
                            std::int32_t n);

// The same with C in float32: nothing is lost between the calls that share a C.
void linear_matmul_bfloat16_float32(bfloat16* a, bfloat16* b, float* c, std::int32_t m,
                                    std::int32_t k, std::int32_t n);

// C += A x B in float32, which the NPU emulates by 9 (safe), 6 (fast) or 3 (low) bfloat16 MACs.
void linear_matmul_float32_safe(float* a, float* b, float* c, std::int32_t m, std::int32_t k,
                                std::int32_t n);
void linear_matmul_float32_fast(float* a, float* b, float* c, std::int32_t m, std::int32_t k,
                                std::int32_t n);
void linear_matmul_float32_low(float* a, float* b, float* c, std::int32_t m, std::int32_t k,
                               std::int32_t n);

// C += A x B in scalar float32; plain row-major matrices of any size.
void linear_matmul_float32_scalar(float* a, float* b, float* c, std::int32_t m, std::int32_t k,
                                  std::int32_t n);

// c_out = c_in + p, element by element; c_out may be c_in.
void linear_accumulate_float32(float* c_in, float* p, float* c_out, std::int32_t elements);
void linear_accumulate_bfloat16(bfloat16* c_in, bfloat16* p, bfloat16* c_out,
                                std::int32_t elements);

// c_out = c_in rounded to bfloat16, nearest, ties to even.
void linear_round_bfloat16(float* c_in, bfloat16* c_out, std::int32_t elements);

// c = 0
void linear_zero_float32(float* c, std::int32_t elements);
void linear_zero_bfloat16(bfloat16* c, std::int32_t elements);
}
