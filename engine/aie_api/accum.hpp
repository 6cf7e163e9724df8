// aie::accum<Tag, Elems>: accumulators, read from vectors and rounded back to them.
//
// accfloat holds float32, acc32 and acc64 whole numbers of 32 and 64 bits, which wrap.
#pragma once

#include <type_traits>

#include "integer_convert.hpp"
#include "vector.hpp"

#if TILESCOPE_HOST_AVX512BF16
#include "avx512bf16/convert.hpp"
#else
#include "portable/convert.hpp"
#endif

// Tags of accumulator types, global as in the AIE API.
struct accfloat {};
struct acc32 {};
struct acc64 {};
struct accauto {};

TILESCOPE_AIE_BEGIN

namespace detail {

template <typename Tag>
struct accumulator_lane;
template <>
struct accumulator_lane<accfloat> {
  using type = float;
};
template <>
struct accumulator_lane<acc32> {
  using type = std::int32_t;
};
template <>
struct accumulator_lane<acc64> {
  using type = std::int64_t;
};

}  // namespace detail

template <typename Tag, unsigned Elems>
class accum {
 public:
  using lane = typename detail::accumulator_lane<Tag>::type;
  using lanes = vector<lane, Elems>;

  accum() = default;

  // Whole numbers are shifted up by `shift`; floats know no shift.
  template <typename T>
  TILESCOPE_INLINE explicit accum(const vector<T, Elems>& value, int shift = 0) {
    from_vector(value, shift);
  }

  template <typename T>
  TILESCOPE_INLINE void from_vector(const vector<T, Elems>& value, int shift = 0) {
    if constexpr (std::is_same_v<lane, float>)
      lanes_ = detail::to_float(value);
    else
      lanes_ = detail::widen<lane>(value, shift);
  }

  // Rounds to the nearest value of T, ties to even; whole numbers are shifted down by `shift` and
  // saturate.
  template <typename T>
  TILESCOPE_INLINE vector<T, Elems> to_vector(int shift = 0) const {
    if constexpr (std::is_same_v<lane, float>)
      return detail::from_float<T>(lanes_);
    else
      return detail::narrow<T>(lanes_, shift);
  }

  TILESCOPE_INLINE lanes& values() { return lanes_; }
  TILESCOPE_INLINE const lanes& values() const { return lanes_; }

 private:
  lanes lanes_;
};

TILESCOPE_AIE_END
