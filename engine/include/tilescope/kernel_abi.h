/* What a kernel library offers the engine: one table of functions, all called in one way. */
#ifndef TILESCOPE_KERNEL_ABI_H
#define TILESCOPE_KERNEL_ABI_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Calls one kernel: `pointers` and `scalars` hold its arguments in the order of its signature,
 * pointers first; they must be as many as the entry says. */
typedef void (*TilescopeKernelThunk)(void* const* pointers, const int32_t* scalars);

typedef struct TilescopeKernelEntry {
  const char* symbol;         /* the function's name in cc/ */
  TilescopeKernelThunk thunk;
  int32_t pointers;           /* how many pointer arguments */
  int32_t scalars;            /* how many int32 arguments */
} TilescopeKernelEntry;

/* The library's entries, which live as long as it is loaded; writes their number to `count`. */
const TilescopeKernelEntry* tilescope_kernel_table(int32_t* count);

/* The instruction set the library was built for: "portable" or "avx512bf16". */
const char* tilescope_kernel_isa(void);

/* Calls a kernel `count` times with the same scalars; call i takes its pointers from
 * `pointers + i * stride`.  For benchmarks, which would otherwise time their own loop. */
void tilescope_call_many(TilescopeKernelThunk thunk, void* const* pointers, int32_t stride,
                         const int32_t* scalars, int32_t count);

/* The fastest instruction set that this CPU and its operating system run, of those that were built.
 * Offered by the portable library alone. */
const char* tilescope_best_isa(void);

#ifdef __cplusplus
}
#endif

#endif /* TILESCOPE_KERNEL_ABI_H */
