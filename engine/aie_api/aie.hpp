// The part of the AIE API that cc/ uses, for the host.
//
// cc/ is written against AMD's documented AIE API; on the NPU that header comes with the compiler,
// here this one takes its place, so the simulated NPU runs the very kernels.  Names, template
// parameters and layouts follow the documentation; only what cc/ uses is present.
#pragma once

#include "bfloat16.hpp"
#include "vector.hpp"

#include "accum.hpp"
#include "memory.hpp"
#include "mmul.hpp"
#include "operations.hpp"
#include "transpose.hpp"
