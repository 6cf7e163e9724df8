// The kernels of cc/ that the host build offers, one line each (two where B may
// come by columns).
#include "../../cc/linear.h"
#include "thunk.hpp"

#define TILESCOPE_EXPORT extern "C" __attribute__((visibility("default")))
#define KERNEL(function) tilescope::Thunk<&function>::entry(#function)
#define MATMUL(function) KERNEL(function), KERNEL(function##_bt)

#define TILESCOPE_TEXT(name) TILESCOPE_TEXT_OF(name)
#define TILESCOPE_TEXT_OF(name) #name

namespace {

constexpr TilescopeKernelEntry table[] = {
    MATMUL(linear_matmul_bfloat16),
    MATMUL(linear_matmul_bfloat16_float32),
    MATMUL(linear_matmul_bfloat16_bfp16),
    MATMUL(linear_matmul_bfloat16_float32_bfp16),
    MATMUL(linear_matmul_bfloat16_native),
    MATMUL(linear_matmul_bfloat16_float32_native),
    MATMUL(linear_matmul_float32_safe),
    MATMUL(linear_matmul_float32_fast),
    MATMUL(linear_matmul_float32_low),
    KERNEL(linear_matmul_float32_scalar),
    MATMUL(linear_matmul_int8_int32),
    MATMUL(linear_matmul_int8_int16),
    MATMUL(linear_matmul_int8_int8),
    MATMUL(linear_matmul_int16_int32),
    MATMUL(linear_matmul_int16_int16),
    MATMUL(linear_matmul_int8_int32_aie2p),
    MATMUL(linear_matmul_int8_int16_aie2p),
    MATMUL(linear_matmul_int8_int8_aie2p),
    MATMUL(linear_matmul_int16_int32_aie2p),
    MATMUL(linear_matmul_int16_int16_aie2p),
    MATMUL(linear_matmul_int32_int32),
    KERNEL(linear_accumulate_float32),
    KERNEL(linear_accumulate_bfloat16),
    KERNEL(linear_accumulate_int32),
    KERNEL(linear_accumulate_int16),
    KERNEL(linear_accumulate_int8),
    KERNEL(linear_round_bfloat16),
    KERNEL(linear_zero_float32),
    KERNEL(linear_zero_bfloat16),
    KERNEL(linear_zero_int32),
    KERNEL(linear_zero_int16),
    KERNEL(linear_zero_int8),
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
