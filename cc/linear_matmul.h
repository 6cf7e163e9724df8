// The blocked matrix product that the vector kernels share.
#pragma once

#include <cstdint>

#include <aie_api/aie.hpp>

#include "loop_hints.h"

namespace linear {

// The block of one aie::mmul: A is r x s, B is s x t, C is r x t.
constexpr unsigned r = 4, s = 8, t = 4;

// A register block is Rows x Columns mmuls, whose accumulators stay in registers over all of K:
// C block row `row`, block column `column` onwards, += A x B.
template <unsigned Rows, unsigned Columns, typename T, typename TypeC>
inline __attribute__((always_inline)) void matmul_register_block(const T* __restrict a,
                                                                 const T* __restrict b,
                                                                 TypeC* __restrict c, unsigned row,
                                                                 unsigned column,
                                                                 unsigned k_blocks,
                                                                 unsigned n_blocks) {
  using MMUL = aie::mmul<r, s, t, T, T, accauto>;

  TypeC* c_block = c + (row * n_blocks + column) * MMUL::size_C;
  const T* a_block = a + row * k_blocks * MMUL::size_A;
  const T* b_block = b + column * MMUL::size_B;

  MMUL sum[Rows][Columns];
  UNROLLED for (unsigned i = 0; i < Rows; ++i)
    UNROLLED for (unsigned j = 0; j < Columns; ++j)
      sum[i][j] = MMUL(aie::load_v<MMUL::size_C>(c_block + (i * n_blocks + j) * MMUL::size_C));

  PIPELINED for (unsigned step = 0; step < k_blocks; ++step) {
    aie::vector<T, MMUL::size_A> a_step[Rows];
    aie::vector<T, MMUL::size_B> b_step[Columns];
    UNROLLED for (unsigned i = 0; i < Rows; ++i)
      a_step[i] = aie::load_v<MMUL::size_A>(a_block + i * k_blocks * MMUL::size_A);
    UNROLLED for (unsigned j = 0; j < Columns; ++j)
      b_step[j] = aie::load_v<MMUL::size_B>(b_block + j * MMUL::size_B);
    a_block += MMUL::size_A;
    b_block += n_blocks * MMUL::size_B;

    UNROLLED for (unsigned i = 0; i < Rows; ++i)
      UNROLLED for (unsigned j = 0; j < Columns; ++j)
        sum[i][j].mac(a_step[i], b_step[j]);
  }

  UNROLLED for (unsigned i = 0; i < Rows; ++i)
    UNROLLED for (unsigned j = 0; j < Columns; ++j)
      aie::store_v(c_block + (i * n_blocks + j) * MMUL::size_C,
                   sum[i][j].template to_vector<TypeC>());
}

// All register blocks of `Rows` block rows: four block columns at a time, then one.
template <unsigned Rows, typename T, typename TypeC>
inline __attribute__((always_inline)) void matmul_rows(const T* a, const T* b, TypeC* c,
                                                       unsigned row, unsigned k_blocks,
                                                       unsigned n_blocks) {
  unsigned column = 0;
  for (; column + 4 <= n_blocks; column += 4)
    matmul_register_block<Rows, 4>(a, b, c, row, column, k_blocks, n_blocks);
  for (; column < n_blocks; ++column)
    matmul_register_block<Rows, 1>(a, b, c, row, column, k_blocks, n_blocks);
}

// C += A x B for any multiple of the block; 4x4 register blocks as far as they fit.
template <typename T, typename TypeC>
inline __attribute__((always_inline)) void matmul(const T* a, const T* b, TypeC* c, std::int32_t m,
                                                  std::int32_t k, std::int32_t n) {
  aie::set_rounding(aie::rounding_mode::conv_even);
  const unsigned m_blocks = m / r, k_blocks = k / s, n_blocks = n / t;
  unsigned row = 0;
  for (; row + 4 <= m_blocks; row += 4) matmul_rows<4>(a, b, c, row, k_blocks, n_blocks);
  for (; row < m_blocks; ++row) matmul_rows<1>(a, b, c, row, k_blocks, n_blocks);
}

}  // namespace linear
