// The blocks of each generation's matrix unit, and the shifts of the narrow whole-number kernels.
//
// A file that depends on the generation is compiled once for each: LINEAR_AIE2P, or a compiler for
// AIE2P, means the second, and the names of whole-number kernels then end in _aie2p.
#pragma once

#include "linear_matmul.h"

#if !defined(LINEAR_AIE2P) && defined(__AIE_ARCH__) && __AIE_ARCH__ == 21
#define LINEAR_AIE2P 1
#endif

#if defined(LINEAR_AIE2P)
#define LINEAR_NAME(name) name##_aie2p
#define LINEAR_GENERATION aie2p
#else
#define LINEAR_NAME(name) name
#define LINEAR_GENERATION aie2
#endif

// A kernel named for the generation it is compiled for.  The name is made before it is defined.
#define LINEAR_MATMUL_OF(name, T, TypeC, blocking, shift) \
  LINEAR_MATMUL_NAMED(LINEAR_NAME(name), T, TypeC, blocking, shift)
#define LINEAR_MATMUL_NAMED(name, T, TypeC, blocking, shift) \
  LINEAR_MATMUL(name, T, TypeC, blocking, shift)

namespace linear {

namespace aie2 {
using Int8 = Blocking<4, 8, 8, 4, 2>;
using Int16 = Blocking<4, 4, 4, 2, 2>;
using Bfloat16 = Blocking<4, 8, 4, 4, 4>;
}  // namespace aie2

namespace aie2p {
using Int8 = Blocking<8, 8, 8, 2, 2>;
using Int16 = Blocking<4, 4, 8, 2, 2>;
using NativeBfloat16 = Blocking<4, 8, 8, 2, 2>;
using Bfp16 = Blocking<8, 8, 8, 2, 2>;
}  // namespace aie2p

// Both generations make these of several instructions.
using Int32 = Blocking<4, 2, 4, 2, 2>;
using Float32 = Blocking<4, 8, 4, 4, 4>;

// A narrow C counts in units of 2^shift.  With the whole numbers that profiling draws (any int8,
// int16 up to 836 either way) and K = 3072, the longest K of the projections, C then reaches its
// ends at 3.5, 3.4 and 5.2 standard deviations.
constexpr int int8_to_int16 = 5;
constexpr int int8_to_int8 = 13;
constexpr int int16_to_int16 = 11;

}  // namespace linear
