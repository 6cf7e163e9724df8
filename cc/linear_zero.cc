// c = 0: clears C before the first step of K.
#include "linear.h"
#include "loop_hints.h"

namespace {

// One 512-bit store at a time.
template <typename T>
inline void zero(T* c, std::int32_t elements) {
  constexpr std::int32_t lanes = 64 / sizeof(T);
  const auto nothing = aie::zeros<T, lanes>();
  std::int32_t i = 0;
  PIPELINED for (; i + lanes <= elements; i += lanes) aie::store_v(c + i, nothing);
  for (; i < elements; ++i) c[i] = static_cast<T>(0.0f);
}

}  // namespace

extern "C" void linear_zero_float32(float* c, std::int32_t elements) { zero(c, elements); }

extern "C" void linear_zero_bfloat16(bfloat16* c, std::int32_t elements) { zero(c, elements); }

extern "C" void linear_zero_int32(std::int32_t* c, std::int32_t elements) { zero(c, elements); }

extern "C" void linear_zero_int16(std::int16_t* c, std::int32_t elements) { zero(c, elements); }

extern "C" void linear_zero_int8(std::int8_t* c, std::int32_t elements) { zero(c, elements); }
