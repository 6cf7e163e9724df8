// The kernels of cc/ that the host build offers, one line each.
#include "../../cc/linear.h"
#include "thunk.hpp"

#define TILESCOPE_EXPORT extern "C" __attribute__((visibility("default")))
#define KERNEL(function) tilescope::Thunk<&function>::entry(#function)

#define TILESCOPE_TEXT(name) TILESCOPE_TEXT_OF(name)
#define TILESCOPE_TEXT_OF(name) #name

namespace {

constexpr TilescopeKernelEntry table[] = {
    KERNEL(linear_matmul_bfloat16),
    KERNEL(linear_matmul_bfloat16_float32),
    KERNEL(linear_matmul_float32_safe),
    KERNEL(linear_matmul_float32_fast),
    KERNEL(linear_matmul_float32_low),
    KERNEL(linear_matmul_float32_scalar),
    KERNEL(linear_accumulate_float32),
    KERNEL(linear_accumulate_bfloat16),
    KERNEL(linear_round_bfloat16),
    KERNEL(linear_zero_float32),
    KERNEL(linear_zero_bfloat16),
};

}  // namespace

TILESCOPE_EXPORT const TilescopeKernelEntry* tilescope_kernel_table(std::int32_t* count) {
  *count = static_cast<std::int32_t>(sizeof table / sizeof table[0]);
  return table;
}

TILESCOPE_EXPORT const char* tilescope_kernel_isa() { return TILESCOPE_TEXT(TILESCOPE_HOST_ISA); }

TILESCOPE_EXPORT void tilescope_call_many(TilescopeKernelThunk thunk, void* const* pointers,
                                          std::int32_t stride, const std::int32_t* scalars,
                                          std::int32_t count) {
  for (std::int32_t i = 0; i < count; ++i) thunk(pointers + std::ptrdiff_t{i} * stride, scalars);
}
