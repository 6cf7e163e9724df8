// Which of the built instruction sets this CPU runs, by its own word (cpuid, and the operating
// system's leave to use the registers).
#include <tilescope/kernel_abi.h>

extern "C" __attribute__((visibility("default"))) const char* tilescope_best_isa(void) {
#if defined(TILESCOPE_HAS_AVX512BF16)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bf16") && __builtin_cpu_supports("avx512vnni") &&
      __builtin_cpu_supports("fma"))
    return "avx512bf16";
#endif
  return "portable";
}
