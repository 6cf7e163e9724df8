// Loop hints in each compiler's own words: chess, Peano (clang) or the host's GCC.
//
//   UNROLLED for (...)    a short loop of constant length, unrolled in whole
//   PIPELINED for (...)   the inner loop, worth software pipelining on the NPU
#pragma once

#if defined(__chess__)
#define UNROLLED [[chess::unroll_loop]]
#define PIPELINED [[chess::prepare_for_pipelining]]
#elif defined(__clang__)
#define UNROLLED _Pragma("clang loop unroll(full)")
#define PIPELINED _Pragma("clang loop pipeline(enable)")
#else
#define UNROLLED _Pragma("GCC unroll 16")
#define PIPELINED
#endif
