// Which host implementation this translation unit is compiled for.
//
// Every name of the API lives in an inline namespace of its implementation, and of the float32
// emulation it was compiled with, so that no two meanings of one template ever meet in a linker.
#pragma once

#if !defined(TILESCOPE_HOST_PORTABLE) && defined(__AVX512F__) && defined(__AVX512BW__) &&   \
    defined(__AVX512VL__) && defined(__AVX512DQ__) && defined(__AVX512BF16__) &&            \
    defined(__AVX512VNNI__)
#define TILESCOPE_HOST_AVX512BF16 1
#define TILESCOPE_HOST_ISA avx512bf16
#define TILESCOPE_HOST_CHUNK_BYTES 64
#else
#define TILESCOPE_HOST_AVX512BF16 0
#define TILESCOPE_HOST_ISA portable
#define TILESCOPE_HOST_CHUNK_BYTES 16
#endif

// The accuracy macros are the NPU compiler's own; SAFE is its default.
#if defined(AIE2_FP32_EMULATION_ACCURACY_LOW)
#define TILESCOPE_FP32_TERMS 3
#define TILESCOPE_FP32_ACCURACY fp32_low
#elif defined(AIE2_FP32_EMULATION_ACCURACY_FAST)
#define TILESCOPE_FP32_TERMS 6
#define TILESCOPE_FP32_ACCURACY fp32_fast
#else
#define TILESCOPE_FP32_TERMS 9
#define TILESCOPE_FP32_ACCURACY fp32_safe
#endif

#define TILESCOPE_INLINE inline __attribute__((always_inline))

#define TILESCOPE_AIE_BEGIN                     \
  namespace aie {                               \
  inline namespace TILESCOPE_HOST_ISA {         \
  inline namespace TILESCOPE_FP32_ACCURACY {
#define TILESCOPE_AIE_END \
  }                       \
  }                       \
  }
