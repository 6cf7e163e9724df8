// aie::vector<T, Elems>: a fixed number of elements held in host registers.
#pragma once

#include <cstdint>

#include "bfloat16.hpp"
#include "isa.hpp"

TILESCOPE_AIE_BEGIN

namespace detail {

// The integer or float type that carries an element inside a host register.
template <typename T>
struct lane_of {
  using type = T;
};
template <>
struct lane_of<bfloat16> {
  using type = std::uint16_t;
};

// A host register's worth of lanes, as the compiler's own vector type.
template <typename Lane, unsigned Lanes>
struct register_of {
  typedef Lane type __attribute__((vector_size(Lanes * sizeof(Lane))));
};

// The shape of one block product, passed as a type.
template <unsigned M, unsigned K, unsigned N>
struct block_shape {};

constexpr unsigned smaller(unsigned a, unsigned b) { return a < b ? a : b; }

}  // namespace detail

template <typename T, unsigned Elems>
class vector {
 public:
  using value_type = T;
  using lane = typename detail::lane_of<T>::type;
  static constexpr unsigned chunk_bytes =
      detail::smaller(TILESCOPE_HOST_CHUNK_BYTES, Elems * sizeof(T));
  static constexpr unsigned chunk_lanes = chunk_bytes / sizeof(T);
  static constexpr unsigned chunks = Elems / chunk_lanes;
  using chunk = typename detail::register_of<lane, chunk_lanes>::type;

  static_assert(Elems % chunk_lanes == 0, "a vector fills whole host registers");

  static constexpr unsigned size() { return Elems; }

  // The elements in order, a host register at a time; for the API's implementation, not for cc/.
  chunk part[chunks];
};

TILESCOPE_AIE_END
