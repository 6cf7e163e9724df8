// Which bfloat16 products stand for one float32 product, by the accuracy compiled for.
//
// Three terms of eight bits hold a float32's 24 exactly, whichever way each is rounded.  Where all
// nine products are summed the terms are cut, which is cheaper; where products are dropped they are
// rounded, which keeps the dropped ones small.
#pragma once

#include "isa.hpp"

TILESCOPE_AIE_BEGIN

namespace detail {

struct split_pair {
  unsigned a, b;
};

// An operand is the sum of `split_count` bfloat16 terms, term 0 the leading one; products are
// listed from the smallest to the largest, the order in which they are summed.
#if TILESCOPE_FP32_TERMS == 9
inline constexpr unsigned split_count = 3;
inline constexpr bool terms_are_cut = true;
inline constexpr split_pair split_pairs[] = {{2, 2}, {1, 2}, {2, 1}, {1, 1}, {0, 2},
                                             {2, 0}, {0, 1}, {1, 0}, {0, 0}};
#elif TILESCOPE_FP32_TERMS == 6
inline constexpr unsigned split_count = 3;
inline constexpr bool terms_are_cut = false;
inline constexpr split_pair split_pairs[] = {{1, 1}, {0, 2}, {2, 0}, {0, 1}, {1, 0}, {0, 0}};
#else
inline constexpr unsigned split_count = 2;
inline constexpr bool terms_are_cut = false;
inline constexpr split_pair split_pairs[] = {{0, 1}, {1, 0}, {0, 0}};
#endif

inline constexpr unsigned split_products = TILESCOPE_FP32_TERMS;
static_assert(split_products == sizeof split_pairs / sizeof split_pairs[0]);

}  // namespace detail

TILESCOPE_AIE_END
