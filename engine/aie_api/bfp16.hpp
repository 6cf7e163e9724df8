// bfp16: eight values share an exponent and keep eight bits each, sign included (nine bytes).
//
// A block's exponent is that of its largest value, and every value is a whole multiple of
// 2^(exponent - 6), rounded to nearest even.  Where a positive value would round to 128 multiples
// the exponent rises by one and the block is rounded again, as was seen on the NPU under conv_even.
// A value below 2^-126 counts as zero; a block that holds an infinity or a NaN becomes NaN.
//
// Every such value is a bfloat16 too, which is how the host holds it.
#pragma once

#include <utility>

#include "vector.hpp"

TILESCOPE_AIE_BEGIN

namespace detail {

// Magnitudes in order and a positive value above its negative: bits moved up by one, and below
// them whether it is positive.
template <typename Chunk>
TILESCOPE_INLINE Chunk bfp16_key(Chunk bits) {
  return (Chunk)((bits << 1) | (bits >> 15)) ^ 1;
}

template <typename Chunk>
TILESCOPE_INLINE Chunk larger(Chunk a, Chunk b) {
  return a > b ? a : b;
}

// Each lane next to the one whose number differs from its own by `Distance` in one bit.
template <unsigned Distance, typename Chunk, std::size_t... Lane>
TILESCOPE_INLINE Chunk exchanged(Chunk value, std::index_sequence<Lane...>) {
  constexpr Chunk from = {static_cast<std::uint16_t>(Lane ^ Distance)...};
  return __builtin_shuffle(value, from);
}

template <unsigned Distance, typename Chunk>
TILESCOPE_INLINE Chunk larger_of_pair(Chunk value) {
  constexpr auto lanes = std::make_index_sequence<sizeof(Chunk) / 2>{};
  return larger(value, exchanged<Distance>(value, lanes));
}

// The bits rounded to the block whose largest key is given, lane by lane.
template <typename Chunk>
TILESCOPE_INLINE Chunk round_to_block(Chunk bits, Chunk largest_key) {
  constexpr Chunk zero{}, nine = zero + 9, nan = zero + 0x7fc0;
  const Chunk shared = (largest_key + 1) >> 8;  // all ones below: it rises
  const Chunk magnitude = bits & 0x7fff, exponent = magnitude >> 7;
  const Chunk significand = (magnitude & 0x7f) | 0x80;
  // A significand has eight bits, a value of the block seven at most: so many are lost.  At nine
  // nothing is left.
  const Chunk drop = shared - exponent + 1;
  const Chunk lost = drop > nine ? nine : drop;
  const Chunk odd = (significand >> lost) & 1;
  const Chunk kept = (magnitude + ((zero + 1) << (lost - 1)) - 1 + odd) & ((zero + 0xffff) << lost);
  // Where all eight are lost the value is under one multiple: more than half of it makes a whole.
  const Chunk whole = significand > 0x80 ? (magnitude & 0x7f80) + 0x80 : zero;
  const Chunk rounded = lost < 8 ? kept : (lost == 8 ? whole : zero);
  const Chunk finite = exponent == 0 ? zero : rounded;
  return (largest_key >= 0xfeff ? nan : finite) | (bits & 0x8000);
}

// A block of A, eight values of k to a row: each row is a block.
template <unsigned Elems>
TILESCOPE_INLINE vector<bfloat16, Elems> bfp16_rows(const vector<bfloat16, Elems>& value) {
  vector<bfloat16, Elems> result;
  for (unsigned i = 0; i < vector<bfloat16, Elems>::chunks; ++i) {
    auto key = bfp16_key(value.part[i]);
    key = larger_of_pair<1>(larger_of_pair<2>(larger_of_pair<4>(key)));
    result.part[i] = round_to_block(value.part[i], key);
  }
  return result;
}

// An 8x8 block of B, k by columns: each column is a block.
TILESCOPE_INLINE vector<bfloat16, 64> bfp16_columns(const vector<bfloat16, 64>& value) {
  using V = vector<bfloat16, 64>;
  V result;
  auto key = bfp16_key(value.part[0]);
  for (unsigned i = 1; i < V::chunks; ++i) key = larger(key, bfp16_key(value.part[i]));
  if constexpr (V::chunk_lanes == 32) key = larger_of_pair<8>(larger_of_pair<16>(key));
  for (unsigned i = 0; i < V::chunks; ++i) result.part[i] = round_to_block(value.part[i], key);
  return result;
}

}  // namespace detail

TILESCOPE_AIE_END
