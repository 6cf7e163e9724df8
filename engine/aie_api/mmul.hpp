// aie::mmul<M, K, N, TypeA, TypeB>: one block product, accumulated in registers.
//
// A is M x K, B is K x N and C is M x N, each a row-major block in one vector.  A mode is present
// when an overload of detail::multiply_accumulate takes its operands.
#pragma once

#include "accum.hpp"

#if TILESCOPE_HOST_AVX512BF16
#include "avx512bf16/mmul.hpp"
#else
#include "portable/mmul.hpp"
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
  TILESCOPE_INLINE mmul(const vector<TypeC, size_C>& initial) : acc_(initial) {}

  // C += A x B
  TILESCOPE_INLINE void mac(const vector<TypeA, size_A>& a, const vector<TypeB, size_B>& b) {
    detail::multiply_accumulate(detail::block_shape<M, K, N>{}, acc_.values(), a, b);
  }

  TILESCOPE_INLINE accum_type to_accum() const { return acc_; }

  template <typename TypeC>
  TILESCOPE_INLINE vector<TypeC, size_C> to_vector() const {
    return acc_.template to_vector<TypeC>();
  }

 private:
  accum_type acc_;
};

TILESCOPE_AIE_END
