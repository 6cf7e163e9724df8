// c_out = c_in rounded to bfloat16: the last step of a product that kept its C in float32.
#include "linear.h"
#include "loop_hints.h"

extern "C" void linear_round_bfloat16(float* c_in, bfloat16* c_out, std::int32_t elements) {
  constexpr std::int32_t lanes = 16;
  aie::set_rounding(aie::rounding_mode::conv_even);
  std::int32_t i = 0;
  PIPELINED for (; i + lanes <= elements; i += lanes) {
    const aie::accum<accfloat, lanes> value(aie::load_v<lanes>(c_in + i));
    aie::store_v(c_out + i, value.to_vector<bfloat16>());
  }
  for (; i < elements; ++i) c_out[i] = static_cast<bfloat16>(c_in[i]);
}
