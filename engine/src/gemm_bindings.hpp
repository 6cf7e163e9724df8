// What Python sees of gemm.hpp and batch.hpp.
#pragma once

#include <nanobind/nanobind.h>

namespace tilescope {

void bind_gemm(nanobind::module_& m);

}  // namespace tilescope
