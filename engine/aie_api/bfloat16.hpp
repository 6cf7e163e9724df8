// bfloat16, the NPU's 16-bit float: the upper half of a float32, in two bytes.
#pragma once

#include <cstdint>
#include <cstring>

struct bfloat16 {
  std::uint16_t bits;

  bfloat16() = default;

  // Rounds to the nearest value, ties to even; a NaN stays a (quiet) NaN.
  explicit bfloat16(float value) {
    std::uint32_t word;
    std::memcpy(&word, &value, sizeof word);
    const bool is_nan = (word & 0x7fffffffu) > 0x7f800000u;
    word = is_nan ? (word | 0x00400000u) : word + 0x7fffu + ((word >> 16) & 1u);
    bits = static_cast<std::uint16_t>(word >> 16);
  }

  operator float() const {
    const std::uint32_t word = static_cast<std::uint32_t>(bits) << 16;
    float value;
    std::memcpy(&value, &word, sizeof value);
    return value;
  }
};

static_assert(sizeof(bfloat16) == 2, "bfloat16 is two bytes in memory, as on the NPU");
