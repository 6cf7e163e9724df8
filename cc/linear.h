// The kernels of the linear projections: every function that a core program may call.
//
// All sizes are in elements and arrive at run time.  Matrices of the vector products lie in L1 in
// blocks: A in r x s, B in s x t and C in r x t, blocks in row-major order, row-major inside; m, k
// and n are multiples of r, s and t.  linear_blocks.h has the blocks of each dtype and generation.
//
// A product whose name ends in _bt takes the blocks of B transposed, t x s, in the same order: so
// they come where B is held by columns.
#pragma once

#include <cstdint>

#include <aie_api/aie.hpp>

// A vector product and its twin for B by columns.
#define LINEAR_DECLARE_MATMUL(name, T, TypeC)                                                     \
  void name(T* a, T* b, TypeC* c, std::int32_t m, std::int32_t k, std::int32_t n);                \
  void name##_bt(T* a, T* b, TypeC* c, std::int32_t m, std::int32_t k, std::int32_t n);

extern "C" {

// C += A x B with bfloat16 operands; accumulates in float32 and rounds C once, at the end.  With C
// in float32 nothing is lost between the calls that share a C.
LINEAR_DECLARE_MATMUL(linear_matmul_bfloat16, bfloat16, bfloat16)
LINEAR_DECLARE_MATMUL(linear_matmul_bfloat16_float32, bfloat16, float)

// AIE2P: by way of bfp16, or of element-wise MACs.
LINEAR_DECLARE_MATMUL(linear_matmul_bfloat16_bfp16, bfloat16, bfloat16)
LINEAR_DECLARE_MATMUL(linear_matmul_bfloat16_float32_bfp16, bfloat16, float)
LINEAR_DECLARE_MATMUL(linear_matmul_bfloat16_native, bfloat16, bfloat16)
LINEAR_DECLARE_MATMUL(linear_matmul_bfloat16_float32_native, bfloat16, float)

// C += A x B in float32, which the NPU emulates by 9 (safe), 6 (fast) or 3 (low) bfloat16 MACs.
LINEAR_DECLARE_MATMUL(linear_matmul_float32_safe, float, float)
LINEAR_DECLARE_MATMUL(linear_matmul_float32_fast, float, float)
LINEAR_DECLARE_MATMUL(linear_matmul_float32_low, float, float)

// C += A x B in scalar float32; plain row-major matrices of any size.
void linear_matmul_float32_scalar(float* a, float* b, float* c, std::int32_t m, std::int32_t k,
                                  std::int32_t n);

// C += A x B of whole numbers.  int8 accumulates in 32 bits, which wrap, the others in 64.  A
// narrow C counts in units of 2^shift (linear_blocks.h): C = (C 2^shift + A x B) / 2^shift, rounded
// to nearest even once a call.  C saturates.
LINEAR_DECLARE_MATMUL(linear_matmul_int8_int32, std::int8_t, std::int32_t)
LINEAR_DECLARE_MATMUL(linear_matmul_int8_int16, std::int8_t, std::int16_t)
LINEAR_DECLARE_MATMUL(linear_matmul_int8_int8, std::int8_t, std::int8_t)
LINEAR_DECLARE_MATMUL(linear_matmul_int16_int32, std::int16_t, std::int32_t)
LINEAR_DECLARE_MATMUL(linear_matmul_int16_int16, std::int16_t, std::int16_t)
LINEAR_DECLARE_MATMUL(linear_matmul_int8_int32_aie2p, std::int8_t, std::int32_t)
LINEAR_DECLARE_MATMUL(linear_matmul_int8_int16_aie2p, std::int8_t, std::int16_t)
LINEAR_DECLARE_MATMUL(linear_matmul_int8_int8_aie2p, std::int8_t, std::int8_t)
LINEAR_DECLARE_MATMUL(linear_matmul_int16_int32_aie2p, std::int16_t, std::int32_t)
LINEAR_DECLARE_MATMUL(linear_matmul_int16_int16_aie2p, std::int16_t, std::int16_t)
LINEAR_DECLARE_MATMUL(linear_matmul_int32_int32, std::int32_t, std::int32_t)

// c_out = c_in + p, element by element; c_out may be c_in.  int32 wraps, int16 and int8 saturate.
void linear_accumulate_float32(float* c_in, float* p, float* c_out, std::int32_t elements);
void linear_accumulate_bfloat16(bfloat16* c_in, bfloat16* p, bfloat16* c_out,
                                std::int32_t elements);
void linear_accumulate_int32(std::int32_t* c_in, std::int32_t* p, std::int32_t* c_out,
                             std::int32_t elements);
void linear_accumulate_int16(std::int16_t* c_in, std::int16_t* p, std::int16_t* c_out,
                             std::int32_t elements);
void linear_accumulate_int8(std::int8_t* c_in, std::int8_t* p, std::int8_t* c_out,
                            std::int32_t elements);

// c_out = c_in rounded to bfloat16, nearest, ties to even.
void linear_round_bfloat16(float* c_in, bfloat16* c_out, std::int32_t elements);

// c = 0
void linear_zero_float32(float* c, std::int32_t elements);
void linear_zero_bfloat16(bfloat16* c, std::int32_t elements);
void linear_zero_int32(std::int32_t* c, std::int32_t elements);
void linear_zero_int16(std::int16_t* c, std::int32_t elements);
void linear_zero_int8(std::int8_t* c, std::int32_t elements);
}
