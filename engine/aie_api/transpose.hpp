// aie::transpose: a row-major block turned on its side.
#pragma once

#include <cstring>
#include <utility>

#include "vector.hpp"

TILESCOPE_AIE_BEGIN

namespace detail {

// Chunk `Chunk` of the transpose: element i of the whole comes from row i % Rows, column i / Rows.
template <unsigned Rows, unsigned Chunk, typename T, unsigned Elems, std::size_t... Lane>
TILESCOPE_INLINE typename vector<T, Elems>::chunk transposed_chunk(const vector<T, Elems>& value,
                                                                   std::index_sequence<Lane...>) {
  using V = vector<T, Elems>;
  using Index = typename register_of<
      std::conditional_t<sizeof(T) == 1, std::int8_t,
                         std::conditional_t<sizeof(T) == 2, std::int16_t, std::int32_t>>,
      V::chunk_lanes>::type;
  constexpr unsigned columns = Elems / Rows, first = Chunk * V::chunk_lanes;
  constexpr Index from = {static_cast<std::remove_cvref_t<decltype(Index{}[0])>>(
      (first + Lane) % Rows * columns + (first + Lane) / Rows)...};
  return __builtin_shuffle(value.part[0], value.part[V::chunks - 1], from);
}

template <unsigned Rows, typename T, unsigned Elems>
TILESCOPE_INLINE vector<T, Elems> transposed(const vector<T, Elems>& value) {
  using V = vector<T, Elems>;
  V result;
  if constexpr (V::chunks <= 2) {
    constexpr auto lanes = std::make_index_sequence<V::chunk_lanes>{};
    result.part[0] = transposed_chunk<Rows, 0>(value, lanes);
    if constexpr (V::chunks == 2) result.part[1] = transposed_chunk<Rows, 1>(value, lanes);
  } else {
    typename V::lane from[Elems], to[Elems];
    std::memcpy(from, &value, sizeof from);
    for (unsigned i = 0; i < Elems; ++i) to[i] = from[i % Rows * (Elems / Rows) + i / Rows];
    std::memcpy(&result, to, sizeof to);
  }
  return result;
}

}  // namespace detail

// The value as `rows` rows of `columns` elements, turned into `columns` rows of `rows`.
template <typename T, unsigned Elems>
TILESCOPE_INLINE vector<T, Elems> transpose(const vector<T, Elems>& value, unsigned rows,
                                            unsigned) {
  static_assert(Elems % 8 == 0, "blocks have two, four or eight rows");
  if (rows == 8) return detail::transposed<8>(value);
  if (rows == 4) return detail::transposed<4>(value);
  return detail::transposed<2>(value);
}

TILESCOPE_AIE_END
