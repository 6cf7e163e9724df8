// The blocked matrix product that the vector kernels share.
#pragma once

#include <cstdint>

#include <aie_api/aie.hpp>

#include "loop_hints.h"

namespace linear {

// The block of one aie::mmul (A is r x s, B is s x t, C is r x t), and how many of them, Rows x
// Columns, a register block has: their accumulators stay in registers over all of K.
template <unsigned R, unsigned S, unsigned T, unsigned Rows, unsigned Columns>
struct Blocking {
  static constexpr unsigned r = R, s = S, t = T, rows = Rows, columns = Columns;
};

// How the blocks of B lie: s x t, or t x s, which is how they come where B is held by columns.
enum class BLayout { row, column };

template <typename B, BLayout Layout, typename T>
inline __attribute__((always_inline)) auto load_b(const T* b) {
  const auto block = aie::load_v<B::s * B::t>(b);
  if constexpr (Layout == BLayout::column)
    return aie::transpose(block, B::t, B::s);
  else
    return block;
}

// C block row `row`, block column `column` onwards, += A x B.  Whole numbers: C counts in units of
// 2^Shift.
template <typename B, BLayout Layout, int Shift, unsigned Rows, unsigned Columns, typename T,
          typename TypeC>
inline __attribute__((always_inline)) void matmul_register_block(const T* __restrict a,
                                                                 const T* __restrict b,
                                                                 TypeC* __restrict c, unsigned row,
                                                                 unsigned column,
                                                                 unsigned k_blocks,
                                                                 unsigned n_blocks) {
  using MMUL = aie::mmul<B::r, B::s, B::t, T, T, accauto>;

  TypeC* c_block = c + (row * n_blocks + column) * MMUL::size_C;
  const T* a_block = a + row * k_blocks * MMUL::size_A;
  const T* b_block = b + column * MMUL::size_B;

  MMUL sum[Rows][Columns];
  UNROLLED for (unsigned i = 0; i < Rows; ++i)
    UNROLLED for (unsigned j = 0; j < Columns; ++j)
      sum[i][j] =
          MMUL(aie::load_v<MMUL::size_C>(c_block + (i * n_blocks + j) * MMUL::size_C), Shift);

  PIPELINED for (unsigned step = 0; step < k_blocks; ++step) {
    aie::vector<T, MMUL::size_A> a_step[Rows];
    aie::vector<T, MMUL::size_B> b_step[Columns];
    UNROLLED for (unsigned i = 0; i < Rows; ++i)
      a_step[i] = aie::load_v<MMUL::size_A>(a_block + i * k_blocks * MMUL::size_A);
    UNROLLED for (unsigned j = 0; j < Columns; ++j)
      b_step[j] = load_b<B, Layout>(b_block + j * MMUL::size_B);
    a_block += MMUL::size_A;
    b_block += n_blocks * MMUL::size_B;

    UNROLLED for (unsigned i = 0; i < Rows; ++i)
      UNROLLED for (unsigned j = 0; j < Columns; ++j)
        sum[i][j].mac(a_step[i], b_step[j]);
  }

  UNROLLED for (unsigned i = 0; i < Rows; ++i)
    UNROLLED for (unsigned j = 0; j < Columns; ++j)
      aie::store_v(c_block + (i * n_blocks + j) * MMUL::size_C,
                   sum[i][j].template to_vector<TypeC>(Shift));
}

// All register blocks of `Rows` block rows: as wide as the blocking says, then one column at a time.
template <typename B, BLayout Layout, int Shift, unsigned Rows, typename T, typename TypeC>
inline __attribute__((always_inline)) void matmul_rows(const T* a, const T* b, TypeC* c,
                                                       unsigned row, unsigned k_blocks,
                                                       unsigned n_blocks) {
  unsigned column = 0;
  for (; column + B::columns <= n_blocks; column += B::columns)
    matmul_register_block<B, Layout, Shift, Rows, B::columns>(a, b, c, row, column, k_blocks,
                                                              n_blocks);
  for (; column < n_blocks; ++column)
    matmul_register_block<B, Layout, Shift, Rows, 1>(a, b, c, row, column, k_blocks, n_blocks);
}

// C += A x B for any multiple of the block; whole register blocks as far as they fit.
template <typename B, BLayout Layout, int Shift, typename T, typename TypeC>
inline __attribute__((always_inline)) void matmul(const T* a, const T* b, TypeC* c, std::int32_t m,
                                                  std::int32_t k, std::int32_t n) {
  aie::set_rounding(aie::rounding_mode::conv_even);
  aie::set_saturation(aie::saturation_mode::saturate);
  const unsigned m_blocks = m / B::r, k_blocks = k / B::s, n_blocks = n / B::t;
  unsigned row = 0;
  for (; row + B::rows <= m_blocks; row += B::rows)
    matmul_rows<B, Layout, Shift, B::rows>(a, b, c, row, k_blocks, n_blocks);
  for (; row < m_blocks; ++row)
    matmul_rows<B, Layout, Shift, 1>(a, b, c, row, k_blocks, n_blocks);
}

}  // namespace linear

// Defines a kernel and its twin for B by columns, whose name ends in _bt.
#define LINEAR_MATMUL(name, T, TypeC, blocking, shift)                                            \
  extern "C" void name(T* a, T* b, TypeC* c, std::int32_t m, std::int32_t k, std::int32_t n) {    \
    linear::matmul<blocking, linear::BLayout::row, shift>(a, b, c, m, k, n);                      \
  }                                                                                               \
  extern "C" void name##_bt(T* a, T* b, TypeC* c, std::int32_t m, std::int32_t k,                 \
                            std::int32_t n) {                                                     \
    linear::matmul<blocking, linear::BLayout::column, shift>(a, b, c, m, k, n);                   \
  }
