#include <gradus/autograd/kernels/fourier/fourier.h>

#include <cstring>
#include <utility>

#include <gradus/autograd/kernels/axes/reduce_blocks.h>

namespace gradus::kernels::GRADUS_SIMD_LEVEL {
namespace {

// A register, or a number where rows are too short for one.
template <class V, class T, class... Lanes>
V get(const T* p, Lanes... lanes) {
  if constexpr (std::is_same_v<V, T>)
    return *p;
  else
    return V::load(p, lanes...);
}
template <class V, class T, class... Lanes>
void put(V v, T* p, Lanes... lanes) {
  if constexpr (std::is_same_v<V, T>)
    *p = v;
  else
    v.store(p, lanes...);
}

template <class V>
struct Complex {
  V re, im;
  friend Complex operator+(Complex a, Complex b) { return {a.re + b.re, a.im + b.im}; }
  friend Complex operator-(Complex a, Complex b) { return {a.re - b.re, a.im - b.im}; }
  friend Complex operator*(Complex a, Complex b) { return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re}; }
  Complex over_i() const { return {im, V(0) - re}; }  // times −i
  Complex conjugate() const { return {re, V(0) - im}; }
};
template <class V, class T, class... Lanes>
Complex<V> get(Planes<T> p, std::int64_t i, Lanes... lanes) {
  return {get<V>(p.re + i, lanes...), get<V>(p.im + i, lanes...)};
}
template <class V, class T, class... Lanes>
void put(Complex<V> v, Planes<T> p, std::int64_t i, Lanes... lanes) {
  put(v.re, p.re + i, lanes...), put(v.im, p.im + i, lanes...);
}
template <class V, class T>
Complex<V> spread(Planes<const T> p, std::int64_t i) {
  return {V(p.re[i]), V(p.im[i])};
}

// step(i) for registers of n numbers and for the rest of them, of numbers alone where n fills no register.
template <class T, class Step>
void along(std::int64_t n, Step step) {
  if (n >= Vec<T>::size) return for_batches<T>(n, [=](std::int64_t i, auto... lanes) { step(Vec<T>(0), i, lanes...); });
  for (std::int64_t i = 0; i < n; ++i) step(T(0), i);
}

// Transforms of R numbers; R = 0: of `radix`, odd. Pairs a[j] ± a[R − j] halve the products.
template <int R, class V, class T>
void transform(std::int64_t radix, Complex<V>* a, Planes<const T> roots) {
  if constexpr (R == 2) {
    const Complex<V> b = a[0] - a[1];
    a[0] = a[0] + a[1], a[1] = b;
  } else if constexpr (R == 4) {
    const Complex<V> even = a[0] + a[2], odd = a[0] - a[2], sum = a[1] + a[3], difference = (a[1] - a[3]).over_i();
    a[0] = even + sum, a[1] = odd + difference, a[2] = even - sum, a[3] = odd - difference;
  } else if constexpr (R == 8) {
    const V root(T(0.70710678118654752440));
    Complex<V> even[] = {a[0], a[2], a[4], a[6]}, odd[] = {a[1], a[3], a[5], a[7]};
    transform<4>(4, even, roots), transform<4>(4, odd, roots);
    odd[1] = {root * (odd[1].re + odd[1].im), root * (odd[1].im - odd[1].re)};  // times e^(−πi/4)
    odd[2] = odd[2].over_i();
    odd[3] = {root * (odd[3].im - odd[3].re), root * (V(0) - odd[3].re - odd[3].im)};
    for (int k = 0; k < 4; ++k) a[k] = even[k] + odd[k], a[k + 4] = even[k] - odd[k];
  } else {
    const std::int64_t r = R ? R : radix, half = r / 2;
    constexpr std::int64_t most = R ? R : most_radix;
    Complex<V> plus[most / 2], minus[most / 2], first = a[0];
    for (std::int64_t j = 1; j <= half; ++j) {
      plus[j - 1] = a[j] + a[r - j], minus[j - 1] = (a[j] - a[r - j]).over_i();
      first = first + plus[j - 1];
    }
    for (std::int64_t k = 1; k <= half; ++k) {
      Complex<V> with_cos = a[0], with_sin{V(0), V(0)};
      for (std::int64_t j = 1, at = k; j <= half; ++j, at = at + k < r ? at + k : at + k - r) {
        const V c(roots.re[at]), s(roots.im[at]);
        with_cos = {with_cos.re + c * plus[j - 1].re, with_cos.im + c * plus[j - 1].im};
        with_sin = {with_sin.re + s * minus[j - 1].re, with_sin.im + s * minus[j - 1].im};
      }
      // a[k] and a[r − k] are not read again but through the pairs
      a[k] = with_cos + with_sin, a[r - k] = with_cos - with_sin;
    }
    a[0] = first;
  }
}

template <int R, class T>
void pass_of(const FourierPass<T>& pass, std::int64_t width, Planes<const T> x, std::int64_t pitch, Planes<T> y) {
  const std::int64_t r = R ? R : pass.radix, m = pass.m, n = pass.stride * width, apart = pass.stride * pitch;
  const Planes<const T> turns = pass.turns, roots = pass.roots;
  for (std::int64_t p = 0; p < m; ++p)
    along<T>(n, [=](auto kind, std::int64_t i, auto... lanes) {
      using V = decltype(kind);
      Complex<V> a[R ? R : most_radix];
      a[0] = get<V>(x, p * apart + i, lanes...);
      for (std::int64_t k = 1; k < r; ++k) a[k] = get<V>(x, (p + m * k) * apart + i, lanes...);
      transform<R>(r, a, roots);
      put(a[0], y, p * r * n + i, lanes...);
      for (std::int64_t k = 1; k < r; ++k)
        put(m > 1 ? a[k] * spread<V>(turns, p * (r - 1) + k - 1) : a[k], y, (p * r + k) * n + i, lanes...);
    });
}

template <class T>
void pass(const FourierPass<T>& pass, std::int64_t width, Planes<const T> x, std::int64_t pitch, Planes<T> y) {
  switch (pass.radix) {
    case 2:
      return pass_of<2>(pass, width, x, pitch, y);
    case 3:
      return pass_of<3>(pass, width, x, pitch, y);
    case 4:
      return pass_of<4>(pass, width, x, pitch, y);
    case 5:
      return pass_of<5>(pass, width, x, pitch, y);
    case 8:
      return pass_of<8>(pass, width, x, pitch, y);
    default:
      return pass_of<0>(pass, width, x, pitch, y);
  }
}

template <class T>
void twist(std::int64_t rows, std::int64_t width, Planes<const T> x, std::int64_t pitch, Planes<const T> factors, Planes<T> y) {
  for (std::int64_t k = 0; k < rows; ++k)
    along<T>(width, [=](auto kind, std::int64_t i, auto... lanes) {
      using V = decltype(kind);
      put(get<V>(x, k * pitch + i, lanes...) * spread<V>(factors, k), y, k * width + i, lanes...);
    });
}

template <class T>
void scale(std::int64_t count, T factor, T* x) {
  for_batches<T>(count, [=](std::int64_t i, auto... lanes) { (Vec<T>::load(x + i, lanes...) * Vec<T>(factor)).store(x + i, lanes...); });
}

// Squares of as many rows as a register has numbers: rows i and i + half interleaved, until the bits of row and column have changed places.
template <class T, std::size_t n>
struct Square {
  typedef T Row __attribute__((vector_size(n * sizeof(T))));
  template <std::size_t first, std::size_t... i>
  static Row interleaved(Row a, Row b, std::index_sequence<i...>) {
    return __builtin_shufflevector(a, b, (first + i / 2 + (i % 2) * n)...);
  }
  static void turn(const T* x, std::int64_t x_pitch, T* y, std::int64_t y_pitch) {
    Row rows[n], next[n];
    for (std::size_t i = 0; i < n; ++i) std::memcpy(&rows[i], x + static_cast<std::int64_t>(i) * x_pitch, sizeof(Row));
    for (std::size_t round = 1; round < n; round *= 2) {
      for (std::size_t i = 0; i < n / 2; ++i) {
        next[2 * i] = interleaved<0>(rows[i], rows[i + n / 2], std::make_index_sequence<n>{});
        next[2 * i + 1] = interleaved<n / 2>(rows[i], rows[i + n / 2], std::make_index_sequence<n>{});
      }
      for (std::size_t i = 0; i < n; ++i) rows[i] = next[i];
    }
    for (std::size_t i = 0; i < n; ++i) std::memcpy(y + static_cast<std::int64_t>(i) * y_pitch, &rows[i], sizeof(Row));
  }
};

// By squares of `side`, what is left by smaller ones and then number by number.
template <class T, std::size_t side>
void turn_by(std::int64_t rows, std::int64_t columns, const T* x, std::int64_t x_pitch, T* y, std::int64_t y_pitch) {
  if constexpr (side < 4) {
    for (std::int64_t i = 0; i < rows; ++i)
      for (std::int64_t j = 0; j < columns; ++j) y[j * y_pitch + i] = x[i * x_pitch + j];
  } else {
    constexpr std::int64_t n = side;
    const std::int64_t high = rows / n * n, wide = columns / n * n;
    for (std::int64_t i = 0; i < high; i += n)
      for (std::int64_t j = 0; j < wide; j += n) Square<T, side>::turn(x + i * x_pitch + j, x_pitch, y + j * y_pitch + i, y_pitch);
    if (wide < columns) turn_by<T, side / 2>(rows, columns - wide, x + wide, x_pitch, y + wide * y_pitch, y_pitch);
    if (high < rows) turn_by<T, side / 2>(rows - high, wide, x + high * x_pitch, x_pitch, y + high, y_pitch);
  }
}

template <class T>
void turn(std::int64_t rows, std::int64_t columns, const T* x, std::int64_t x_pitch, T* y, std::int64_t y_pitch) {
  turn_by<T, static_cast<std::size_t>(Vec<T>::size)>(rows, columns, x, x_pitch, y, y_pitch);
}

// y[k] = E + e^(−πi·k/h)·O: of the even numbers E = (z[k] + z̄[h − k])/2, of the odd ones O = (z[k] − z̄[h − k])/2i
template <class T>
void split(std::int64_t h, std::int64_t width, Planes<const T> z, Planes<const T> half_turns, T scale, T twins, Planes<T> y) {
  for (std::int64_t k = 0; k <= h; ++k) {
    const std::int64_t there = k % h * width, back = (h - k) % h * width;
    const T factor = scale * (k == 0 || k == h ? 1 : twins) / 2;
    along<T>(width, [=](auto kind, std::int64_t i, auto... lanes) {
      using V = decltype(kind);
      const Complex<V> a = get<V>(z, there + i, lanes...), b = get<V>(z, back + i, lanes...).conjugate();
      const Complex<V> sum = (a + b) + (a - b).over_i() * spread<V>(half_turns, k);
      put(Complex<V>{V(factor) * sum.re, V(factor) * sum.im}, y, k * width + i, lanes...);
    });
  }
}

// z[k] = (y[k] + ȳ[h − k]) + i·(y[k] − ȳ[h − k])·e^(πi·k/h), of numbers that stand for two halved
template <class T>
void join(std::int64_t h, std::int64_t width, Planes<const T> y, std::int64_t pitch, Planes<const T> half_turns, T scale, T twins,
          Planes<T> z) {
  for (std::int64_t k = 0; k < h; ++k) {
    const T factor = k == 0 ? scale : scale * twins / 2, turn_re = half_turns.re[k], turn_im = -half_turns.im[k];
    along<T>(width, [=](auto kind, std::int64_t i, auto... lanes) {
      using V = decltype(kind);
      Complex<V> a = get<V>(y, k * pitch + i, lanes...), b = get<V>(y, (h - k) * pitch + i, lanes...).conjugate();
      if (k == 0) a.im = b.im = V(0);
      const Complex<V> sum = a + b, turned = (a - b) * Complex<V>{V(turn_re), V(turn_im)};
      put(Complex<V>{V(factor) * (sum.re - turned.im), V(factor) * (sum.im + turned.re)}, z, k * width + i, lanes...);
    });
  }
}

}  // namespace

const FourierLoops& fourier_loops() {
  static constexpr FourierLoops loops(
      []<class T>(T) { return FourierLoops1<T>{&pass<T>, &twist<T>, &scale<T>, &turn<T>, &split<T>, &join<T>}; });
  return loops;
}

}  // namespace gradus::kernels::GRADUS_SIMD_LEVEL
