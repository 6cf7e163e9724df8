// aie::mmul<M, K, N, TypeA, TypeB>: one block product, accumulated in registers.
//
// A is M x K, B is K x N and C is M x N, each a row-major block in one vector.  A mode is present
// when an overload of detail::multiply_accumulate takes its operands:
//
//   bfloat16   4x8x4, 4x8x8; 8x8x8 by way of bfp16, as on the NPU
//   float      4x8x4, from bfloat16 products
//   int8       4x8x8, 8x8x8      int16   4x4x4, 4x4x8      int32   4x2x4
#pragma once

#include "accum.hpp"
#include "surplus.hpp"

#if TILESCOPE_HOST_AVX512BF16
#include "avx512bf16/bfloat16_mmul.hpp"
#include "avx512bf16/float_mmul.hpp"
#include "avx512bf16/integer_mmul.hpp"
#else
#include "portable/float_mmul.hpp"
#include "portable/integer_mmul.hpp"
#endif

TILESCOPE_AIE_BEGIN

namespace detail {

// The accumulator that `accauto` stands for.
template <typename Tag, typename TypeA, typename TypeB>
struct accumulator_tag {
  using type = Tag;
};
template <>
struct accumulator_tag<accauto, float, float> {
  using type = accfloat;
};
template <>
struct accumulator_tag<accauto, bfloat16, bfloat16> {
  using type = accfloat;
};
template <>
struct accumulator_tag<accauto, std::int8_t, std::int8_t> {
  using type = acc32;
};
template <>
struct accumulator_tag<accauto, std::int16_t, std::int16_t> {
  using type = acc64;
};
template <>
struct accumulator_tag<accauto, std::int32_t, std::int32_t> {
  using type = acc64;
};

}  // namespace detail

template <unsigned M, unsigned K, unsigned N, typename TypeA, typename TypeB = TypeA,
          typename AccumTag = accauto>
class mmul {
 public:
  static constexpr unsigned size_A = M * K;
  static constexpr unsigned size_B = K * N;
  static constexpr unsigned size_C = M * N;
  using accum_type =
      accum<typename detail::accumulator_tag<AccumTag, TypeA, TypeB>::type, size_C>;

  mmul() = default;

  template <typename TypeC>
  TILESCOPE_INLINE mmul(const vector<TypeC, size_C>& initial, int shift = 0)
      : acc_(initial, shift) {}

  // C += A x B
  TILESCOPE_INLINE void mac(const vector<TypeA, size_A>& a, const vector<TypeB, size_B>& b) {
    if constexpr (surplus::present)
      detail::multiply_accumulate(detail::block_shape<M, K, N>{}, acc_.values(), surplus_, a, b);
    else
      detail::multiply_accumulate(detail::block_shape<M, K, N>{}, acc_.values(), a, b);
  }

  TILESCOPE_INLINE accum_type to_accum() const { return surplus_.taken_off(acc_); }

  template <typename TypeC>
  TILESCOPE_INLINE vector<TypeC, size_C> to_vector(int shift = 0) const {
    return to_accum().template to_vector<TypeC>(shift);
  }

 private:
  using surplus = detail::surplus<TypeA>;

  accum_type acc_;
  [[no_unique_address]] surplus surplus_;
};

TILESCOPE_AIE_END
