// c_out = c_in + p: adds a launch's partial sums into C.
#include "linear.h"
#include "loop_hints.h"

namespace {

constexpr unsigned lanes = 16;

template <typename T>
inline void accumulate(const T* c_in, const T* p, T* c_out, std::int32_t elements) {
  aie::set_rounding(aie::rounding_mode::conv_even);
  std::int32_t i = 0;
  PIPELINED for (; i + static_cast<std::int32_t>(lanes) <= elements; i += lanes) {
    const aie::accum<accfloat, lanes> sum(aie::load_v<lanes>(c_in + i));
    aie::store_v(c_out + i, aie::add(sum, aie::load_v<lanes>(p + i)).template to_vector<T>());
  }
  for (; i < elements; ++i)
    c_out[i] = static_cast<T>(static_cast<float>(c_in[i]) + static_cast<float>(p[i]));
}

}  // namespace

extern "C" void linear_accumulate_float32(float* c_in, float* p, float* c_out,
                                          std::int32_t elements) {
  accumulate(c_in, p, c_out, elements);
}

extern "C" void linear_accumulate_bfloat16(bfloat16* c_in, bfloat16* p, bfloat16* c_out,
                                           std::int32_t elements) {
  accumulate(c_in, p, c_out, elements);
}
