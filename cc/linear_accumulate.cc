// c_out = c_in + p: adds a launch's partial sums into C.
#include "linear.h"
#include "loop_hints.h"

namespace {

// Through accumulators: floats are rounded once, narrow whole numbers saturate.
template <typename Tag, unsigned lanes, typename T, typename Sum>
inline void accumulate(const T* c_in, const T* p, T* c_out, std::int32_t elements, Sum sum_of) {
  aie::set_rounding(aie::rounding_mode::conv_even);
  aie::set_saturation(aie::saturation_mode::saturate);
  std::int32_t i = 0;
  PIPELINED for (; i + static_cast<std::int32_t>(lanes) <= elements; i += lanes) {
    const aie::accum<Tag, lanes> sum(aie::load_v<lanes>(c_in + i));
    aie::store_v(c_out + i, aie::add(sum, aie::load_v<lanes>(p + i)).template to_vector<T>());
  }
  for (; i < elements; ++i) c_out[i] = sum_of(c_in[i], p[i]);
}

template <typename T>
T float_sum(T a, T b) {
  return static_cast<T>(static_cast<float>(a) + static_cast<float>(b));
}

// The sum, or the end of T that it passes; T is narrower than int.
template <typename T>
T saturated_sum(T a, T b) {
  constexpr int most = (1 << (8 * sizeof(T) - 1)) - 1, least = -most - 1;
  const int sum = a + b;
  return static_cast<T>(sum < least ? least : sum > most ? most : sum);
}

}  // namespace

extern "C" void linear_accumulate_float32(float* c_in, float* p, float* c_out,
                                          std::int32_t elements) {
  accumulate<accfloat, 16>(c_in, p, c_out, elements, float_sum<float>);
}

extern "C" void linear_accumulate_bfloat16(bfloat16* c_in, bfloat16* p, bfloat16* c_out,
                                           std::int32_t elements) {
  accumulate<accfloat, 16>(c_in, p, c_out, elements, float_sum<bfloat16>);
}

extern "C" void linear_accumulate_int16(std::int16_t* c_in, std::int16_t* p, std::int16_t* c_out,
                                        std::int32_t elements) {
  accumulate<acc32, 32>(c_in, p, c_out, elements, saturated_sum<std::int16_t>);
}

extern "C" void linear_accumulate_int8(std::int8_t* c_in, std::int8_t* p, std::int8_t* c_out,
                                       std::int32_t elements) {
  accumulate<acc32, 32>(c_in, p, c_out, elements, saturated_sum<std::int8_t>);
}

// Whole numbers of 32 bits are added as they are, and wrap.
extern "C" void linear_accumulate_int32(std::int32_t* c_in, std::int32_t* p, std::int32_t* c_out,
                                        std::int32_t elements) {
  constexpr std::int32_t lanes = 16;
  std::int32_t i = 0;
  PIPELINED for (; i + lanes <= elements; i += lanes)
    aie::store_v(c_out + i, aie::add(aie::load_v<lanes>(c_in + i), aie::load_v<lanes>(p + i)));
  for (; i < elements; ++i)
    c_out[i] = static_cast<std::int32_t>(static_cast<std::uint32_t>(c_in[i]) +
                                         static_cast<std::uint32_t>(p[i]));
}
