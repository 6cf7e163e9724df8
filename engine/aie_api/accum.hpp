// aie::accum<accfloat, Elems>: float32 accumulators, read from and rounded to vectors.
#pragma once

#include "vector.hpp"

#if TILESCOPE_HOST_AVX512BF16
#include "avx512bf16/convert.hpp"
#else
#include "portable/convert.hpp"
#endif

// Tags of accumulator types, global as in the AIE API.
struct accfloat {};
struct accauto {};

TILESCOPE_AIE_BEGIN

template <typename Tag, unsigned Elems>
class accum;

template <unsigned Elems>
class accum<accfloat, Elems> {
 public:
  using lanes = vector<float, Elems>;

  accum() = default;

  template <typename T>
  TILESCOPE_INLINE explicit accum(const vector<T, Elems>& value) : lanes_(detail::to_float(value)) {}

  template <typename T>
  TILESCOPE_INLINE void from_vector(const vector<T, Elems>& value) {
    lanes_ = detail::to_float(value);
  }

  // Rounds to the nearest value of T, ties to even.
  template <typename T>
  TILESCOPE_INLINE vector<T, Elems> to_vector() const {
    return detail::from_float<T>(lanes_);
  }

  TILESCOPE_INLINE lanes& values() { return lanes_; }
  TILESCOPE_INLINE const lanes& values() const { return lanes_; }

 private:
  lanes lanes_;
};

TILESCOPE_AIE_END
