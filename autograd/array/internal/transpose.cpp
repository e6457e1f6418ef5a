#include <gradus/autograd/array/internal/transpose.h>

#include <algorithm>
#include <cstring>

namespace gradus {
namespace {

// A tile is turned in the cache and then copied row by row: with strides that are powers of two, rows of the target would push each
// other out of the cache before they are full.
template <class T>
struct Tile {
  static constexpr std::int64_t rows = sizeof(T) == 8 ? 32 : 64, columns = 64;
  alignas(64) T at[rows][columns];
};

// Square blocks of one 16-byte register a row.
template <class T>
struct Block {
  static constexpr std::int64_t side = 1;
  static void turn(const T* from, std::int64_t, T* to, std::int64_t) { *to = *from; }
};

template <class T>
struct Register {
  typedef T Type __attribute__((vector_size(16)));
};
template <class T>
typename Register<T>::Type load(const T* p) {
  typename Register<T>::Type v;
  std::memcpy(&v, p, sizeof v);
  return v;
}

template <>
struct Block<std::uint32_t> {
  static constexpr std::int64_t side = 4;
  static void turn(const std::uint32_t* from, std::int64_t from_stride, std::uint32_t* to, std::int64_t to_stride) {
    const auto a = load(from), b = load(from + from_stride), c = load(from + 2 * from_stride), d = load(from + 3 * from_stride);
    const auto ac = __builtin_shufflevector(a, c, 0, 4, 1, 5), bd = __builtin_shufflevector(b, d, 0, 4, 1, 5);
    const auto ac_high = __builtin_shufflevector(a, c, 2, 6, 3, 7), bd_high = __builtin_shufflevector(b, d, 2, 6, 3, 7);
    const decltype(ac) turned[] = {__builtin_shufflevector(ac, bd, 0, 4, 1, 5), __builtin_shufflevector(ac, bd, 2, 6, 3, 7),
                                   __builtin_shufflevector(ac_high, bd_high, 0, 4, 1, 5),
                                   __builtin_shufflevector(ac_high, bd_high, 2, 6, 3, 7)};
    for (int i = 0; i < 4; ++i) std::memcpy(to + i * to_stride, &turned[i], 16);
  }
};

template <>
struct Block<std::uint64_t> {
  static constexpr std::int64_t side = 2;
  static void turn(const std::uint64_t* from, std::int64_t from_stride, std::uint64_t* to, std::int64_t to_stride) {
    const auto a = load(from), b = load(from + from_stride);
    const auto first = __builtin_shufflevector(a, b, 0, 2), second = __builtin_shufflevector(a, b, 1, 3);
    std::memcpy(to, &first, 16);
    std::memcpy(to + to_stride, &second, 16);
  }
};

template <>
struct Block<std::uint16_t> {
  static constexpr std::int64_t side = 8;
  static void turn(const std::uint16_t* from, std::int64_t from_stride, std::uint16_t* to, std::int64_t to_stride) {
    using Row = Register<std::uint16_t>::Type;
    Row rows[side];
    for (int i = 0; i < side; ++i) rows[i] = load(from + i * from_stride);
    for (int round = 0; round < 3; ++round) {   // row i and row i + 4 interleaved, three times: the bits of row and column change places
      Row next[side];
      for (int i = 0; i < side / 2; ++i) {
        next[2 * i] = __builtin_shufflevector(rows[i], rows[i + side / 2], 0, 8, 1, 9, 2, 10, 3, 11);
        next[2 * i + 1] = __builtin_shufflevector(rows[i], rows[i + side / 2], 4, 12, 5, 13, 6, 14, 7, 15);
      }
      std::copy(next, next + side, rows);
    }
    for (int i = 0; i < side; ++i) std::memcpy(to + i * to_stride, &rows[i], sizeof(Row));
  }
};

template <class T>
void turn_tile(const T* from, std::int64_t stride, Tile<T>& tile, std::int64_t rows, std::int64_t columns) {
  constexpr std::int64_t side = Block<T>::side;
  const std::int64_t whole_rows = rows / side * side, whole_columns = columns / side * side;
  for (std::int64_t j = 0; j < whole_columns; j += side)
    for (std::int64_t i = 0; i < whole_rows; i += side) Block<T>::turn(from + j * stride + i, stride, &tile.at[i][j], Tile<T>::columns);
  for (std::int64_t j = 0; j < columns; ++j)
    for (std::int64_t i = j < whole_columns ? whole_rows : 0; i < rows; ++i) tile.at[i][j] = from[j * stride + i];
}

template <class T>
void transpose(const void* source, std::int64_t from_stride, void* target, std::int64_t to_stride, std::int64_t rows,
               std::int64_t columns) {
  const T* from = static_cast<const T*>(source);
  T* to = static_cast<T*>(target);
  Tile<T> tile;
  for (std::int64_t i = 0; i < rows; i += tile.rows)
    for (std::int64_t j = 0; j < columns; j += tile.columns) {
      const std::int64_t height = std::min(tile.rows, rows - i), width = std::min(tile.columns, columns - j);
      turn_tile(from + j * from_stride + i, from_stride, tile, height, width);
      for (std::int64_t r = 0; r < height; ++r)
        std::memcpy(to + (i + r) * to_stride + j, tile.at[r], static_cast<std::size_t>(width) * sizeof(T));
    }
}

}  // namespace

void transpose_plane(const void* from, std::int64_t from_stride, void* to, std::int64_t to_stride, std::int64_t rows, std::int64_t columns,
                     std::size_t element) {
  if (element == 8) transpose<std::uint64_t>(from, from_stride, to, to_stride, rows, columns);
  else if (element == 4) transpose<std::uint32_t>(from, from_stride, to, to_stride, rows, columns);
  else if (element == 2) transpose<std::uint16_t>(from, from_stride, to, to_stride, rows, columns);
  else transpose<std::uint8_t>(from, from_stride, to, to_stride, rows, columns);
}

}  // namespace gradus
