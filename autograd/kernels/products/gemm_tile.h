// The inside of products by loops of our own: tiles of c that stay in registers while rows of b and numbers of a stream past them. For the
// *.simd.cpp files of products, attention and recurrent layers; compiled once for each level, in gemm_tile.simd.cpp.
//   add_tiles({.rows = 6, .columns = 64, .terms = k, .a = a, .a_row = k, .a_term = 1, .b = panel, .b_term = 64, .c = c, .c_stride = n});
// A sum's terms are added in their order, one after the other, so a number does not depend on the tile that it lies in.
#pragma once
#include <cstdint>

#include <gradus/autograd/simd/simd.h>

namespace gradus::kernels::GRADUS_SIMD_NAMESPACE {

// With 32 registers (AVX-512) a tile is four registers wide and six rows tall, with 16 two wide: a row of b and a column of a, which are
// loaded for each term, are together shorter than with a tall tile, and loads run out before multiply-adds do.
inline constexpr bool many_registers = sizeof(Vec<float>) == 64;
template <class T>
inline constexpr std::int64_t wide = (many_registers ? 4 : 2) * Vec<T>::size;

// c [rows, columns] = a [rows, terms] · b [terms, columns] + bias (+ c). Either the elements of a's rows lie side by side or those of its
// columns; rows of b can be read to the end of their last register.
template <class T>
struct Tiles {
  std::int64_t rows, columns, terms;
  const T* a;
  std::int64_t a_row, a_term;
  const T* b;
  std::int64_t b_term;
  T* c;
  std::int64_t c_stride;
  const T* bias = nullptr;   // of each column, or null
  bool from_c = false;
};
void add_tiles(const Tiles<float>& tiles);
void add_tiles(const Tiles<double>& tiles);

}  // namespace gradus::kernels::GRADUS_SIMD_NAMESPACE
