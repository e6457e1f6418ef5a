#include <gradus/autograd/kernels/products/gemm_tile.h>

#include <algorithm>
#include <utility>

namespace gradus::kernels::GRADUS_SIMD_LEVEL {
namespace {

// Inlined for certain, so that arrays of sums are registers.
#define GRADUS_INLINED __attribute__((always_inline))

// act(0), act(1), … act(n − 1), of constants.
template <std::int64_t n, class Act>
GRADUS_INLINED inline void each(const Act& act) {
  [&]<std::int64_t... i>(std::integer_sequence<std::int64_t, i...>) GRADUS_INLINED {
    (act(std::integral_constant<std::int64_t, i>()), ...);
  }(std::make_integer_sequence<std::int64_t, n>());
}

// The first rows of the tiles, and so many registers of their columns; the last of those may be a part of one. `apart`: a's rows are, its
// terms lie side by side.
template <std::int64_t rows, std::int64_t registers, bool apart, class T>
void add_tile(const Tiles<T>& p) {
  constexpr std::int64_t w = Vec<T>::size;
  const std::int64_t last = p.columns - (registers - 1) * w, step = apart ? p.a_row : p.a_term;
  const T *a = p.a, *b = p.b;
  Vec<T> sums[rows][registers], line[registers];
  each<registers>([&](auto r) GRADUS_INLINED {
    const bool whole = r < registers - 1 || last >= w;
    line[r] = !p.bias ? Vec<T>(0) : whole ? Vec<T>::load(p.bias + r * w) : Vec<T>::load(p.bias + r * w, last);
  });
  each<rows>([&](auto i) GRADUS_INLINED { each<registers>([&](auto r) GRADUS_INLINED { sums[i][r] = line[r]; }); });
  for (std::int64_t t = 0; t < p.terms; ++t, b += p.b_term, a += apart ? 1 : step) {
    each<registers>([&](auto r) GRADUS_INLINED { line[r] = Vec<T>::load(b + r * w); });
    each<rows>([&](auto i) GRADUS_INLINED {
      const Vec<T> factor = static_cast<double>(a[apart ? i * step : i]);
      each<registers>([&](auto r) GRADUS_INLINED { sums[i][r] = fma(factor, line[r], sums[i][r]); });
    });
  }
  each<rows>([&](auto i) GRADUS_INLINED {
    T* const row = p.c + i * p.c_stride;
    each<registers>([&](auto r) GRADUS_INLINED {
      T* const to = row + r * w;
      if (r < registers - 1 || last >= w)
        (p.from_c ? sums[i][r] + Vec<T>::load(to) : sums[i][r]).store(to);
      else
        (p.from_c ? sums[i][r] + Vec<T>::load(to, last) : sums[i][r]).store(to, last);
    });
  });
}

// Tiles that are narrower than most are taller. Inlined, like its caller, so that the description is numbers in registers: copied as a
// whole at each call, right after its parts had been written, it cost more than a small tile.
template <std::int64_t registers, bool apart, class T>
GRADUS_INLINED inline void add_column(Tiles<T> p) {
  constexpr std::int64_t tall = many_registers && registers <= 2 ? 12 : 6;
  const auto go = [&p](auto rows) {
    for (; p.rows >= rows; p.rows -= rows, p.a += rows * p.a_row, p.c += rows * p.c_stride) add_tile<rows, registers, apart>(p);
  };
  go(std::integral_constant<std::int64_t, tall>());
  if constexpr (tall > 6) go(std::integral_constant<std::int64_t, 4>());
  go(std::integral_constant<std::int64_t, 2>());
  go(std::integral_constant<std::int64_t, 1>());
}

template <bool apart, class T>
GRADUS_INLINED inline void add_columns(const volatile Tiles<T>& all) {   // volatile: read number by number, not two or more in one
  Tiles<T> p{all.rows, all.columns, all.terms, all.a, all.a_row, all.a_term, all.b, all.b_term, all.c, all.c_stride, all.bias, all.from_c};
  constexpr std::int64_t w = Vec<T>::size;
  const auto go = [&p](auto registers) {
    constexpr std::int64_t length = registers * w;
    add_column<registers, apart>(Tiles<T>{p.rows, std::min(p.columns, length), p.terms, p.a, p.a_row, p.a_term, p.b, p.b_term, p.c,
                                          p.c_stride, p.bias, p.from_c});
    p.columns -= length, p.b += length, p.c += length;
    if (p.bias) p.bias += length;
  };
  using std::integral_constant;
  if constexpr (many_registers)
    while (p.columns > 3 * w) go(integral_constant<std::int64_t, 4>());
  while (p.columns > w) go(integral_constant<std::int64_t, 2>());
  if (p.columns > 0) go(integral_constant<std::int64_t, 1>());
}

template <class T>
void add(const Tiles<T>& p) {
  if (static_cast<const volatile Tiles<T>&>(p).a_row == 1) add_columns<false>(p);
  else add_columns<true>(p);
}

#undef GRADUS_INLINED

}  // namespace

void add_tiles(const Tiles<float>& tiles) { add(tiles); }
void add_tiles(const Tiles<double>& tiles) { add(tiles); }

}  // namespace gradus::kernels::GRADUS_SIMD_LEVEL
