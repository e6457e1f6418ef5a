// The exponential of matrices (Higham 2005, "The scaling and squaring method for the matrix exponential revisited").
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <gradus/autograd/base/internal/scratch.h>
#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/kernels/linalg/lapack.h>
#include <gradus/autograd/kernels/linalg/matrices.h>
#include <gradus/autograd/kernels/products/gemm.h>

namespace gradus::kernels {
namespace {

// Up to this 1-norm an approximation of degree 3, 5, … is exact in f64, and the coefficients of its numerator.
struct Pade {
  double norm;
  std::vector<double> b;
};
const std::vector<Pade>& approximations() {
  static const std::vector<Pade> all{
      {1.495585217958292e-2, {120, 60, 12, 1}},
      {2.539398330063230e-1, {30240, 15120, 3360, 420, 30, 1}},
      {9.504178996162932e-1, {17297280, 8648640, 1995840, 277200, 25200, 1512, 56, 1}},
      {2.097847961257068, {17643225600, 8821612800, 2075673600, 302702400, 30270240, 2162160, 110880, 3960, 90, 1}},
      {5.371920351148152,
       {64764752532480000, 32382376266240000, 7771770303897600, 1187353796428800, 129060195264000, 10559470521600, 670442572800,
        33522128640, 1323241920, 40840800, 960960, 16380, 182, 1}}};
  return all;
}

template <class T>
void multiply(std::int64_t n, const T* a, const T* b, T* c) {
  gemm(Product<T>{.m = n, .n = n, .k = n, .a = {a, n}, .b = {b, n}, .c = c, .c_stride = n});
}

template <class T>
void exponential(std::int64_t n, T* a) {
  const std::int64_t size = n * n;
  double norm = 0;
  for (std::int64_t c = 0; c < n; ++c) {
    double sum = 0;
    for (std::int64_t r = 0; r < n; ++r) sum += std::abs(static_cast<double>(a[r * n + c]));
    norm = std::isnan(sum) ? sum : std::max(norm, sum);
  }
  if (!std::isfinite(norm)) {
    std::fill_n(a, size, std::numeric_limits<T>::quiet_NaN());
    return;
  }
  std::size_t which = 0;
  while (which < 4 && norm > approximations()[which].norm) ++which;
  const auto& [most, b] = approximations()[which];
  int squarings = 0;
  if (norm > most) std::frexp(norm / most, &squarings);
  for (std::int64_t i = 0; i < size; ++i) a[i] = std::ldexp(a[i], -squarings);

  // Numerator and denominator V ± A·U, where U and V are sums of even powers, each of which is the one before times A².
  const pool::Scratch<T> room(5 * size);
  T *const square = room.data(), *power = square + size, *next = power + size, *const u = next + size, *const v = u + size;
  multiply(n, a, a, square);
  for (std::int64_t i = 0; i < size; ++i) {
    const bool diagonal = i % (n + 1) == 0;
    u[i] = diagonal ? static_cast<T>(b[1]) : T(0), v[i] = diagonal ? static_cast<T>(b[0]) : T(0);
  }
  for (std::size_t k = 2; k < b.size(); k += 2) {
    if (k == 2)
      std::copy_n(square, size, power);
    else
      multiply(n, power, square, next), std::swap(power, next);
    for (std::int64_t i = 0; i < size; ++i) u[i] += static_cast<T>(b[k + 1]) * power[i], v[i] += static_cast<T>(b[k]) * power[i];
  }
  multiply(n, a, u, power);
  // X·(V − A·U) = V + A·U, whose factors commute: each row of X solves with the transpose.
  std::vector<std::int64_t> pivots(static_cast<std::size_t>(n));
  for (std::int64_t i = 0; i < size; ++i) next[i] = v[i] - power[i], a[i] = v[i] + power[i];
  for_matrices(1, 1, [&](std::int64_t) {
    Lapack<T>::lu(n, next, pivots.data());
    Lapack<T>::solve(n, n, next, pivots.data(), true, a);
  });
  for (; squarings > 0; --squarings) {
    multiply(n, a, a, power);
    std::copy_n(power, size, a);
  }
}

}  // namespace

Array matrix_exp(const Array& a) {
  Array out = a.contiguous_copy();
  const std::int64_t n = a.dim(-1), count = n == 0 ? 0 : a.size() / (n * n);
  visit_floating(a.dtype(), "matrix_exp", [&]<class T>(T) {
    T* const to = out.mutable_data<T>();
    parallel_for(count, items_worth(1 << 14, 20 * n * n * n), [=](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) exponential(n, to + i * n * n);
    });
  });
  return out;
}

}  // namespace gradus::kernels
