// What a host's block product adds beside the true one, gathered apart and taken off when the sum
// is read: nothing, unless an instruction set says otherwise.
#pragma once

#include "isa.hpp"

TILESCOPE_AIE_BEGIN

namespace detail {

template <typename T>
struct surplus {
  static constexpr bool present = false;

  template <typename Sum>
  TILESCOPE_INLINE Sum taken_off(const Sum& sum) const {
    return sum;
  }
};

}  // namespace detail

TILESCOPE_AIE_END
