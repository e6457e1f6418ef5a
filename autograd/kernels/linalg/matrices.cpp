#include <gradus/autograd/kernels/linalg/matrices.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <gradus/autograd/base/internal/scratch.h>
#include <gradus/autograd/kernels/linalg/lapack.h>

namespace gradus::kernels {
namespace {

Shape leading(const Array& a) { return Shape(std::span(a.shape().begin(), static_cast<std::size_t>(a.rank() - 2))); }

Shape with(Shape lead, std::initializer_list<std::int64_t> more) {
  for (const std::int64_t size : more) lead.push_back(size);
  return lead;
}

// Calls f(i) for each matrix; the first whose answer is not 0.
template <class F>
Failure first_failure(std::int64_t count, std::int64_t steps, F f) {
  std::vector<std::int64_t> rows(static_cast<std::size_t>(count), 0);
  for_matrices(count, steps, [&](std::int64_t i) { rows[static_cast<std::size_t>(i)] = f(i); });
  const auto failed = std::find_if(rows.begin(), rows.end(), [](std::int64_t row) { return row != 0; });
  return failed == rows.end() ? Failure{} : Failure{failed - rows.begin(), *failed};
}

template <class T>
bool all_finite(std::int64_t n, const T* a) {
  return std::all_of(a, a + n, [](T x) { return std::isfinite(x); });
}

}  // namespace

Lu lu(const Array& a) {
  const std::int64_t n = a.dim(-1);
  const Shape lead = leading(a);
  Lu out{a.contiguous_copy(), Array(with(lead, {n}), i64)};
  visit_floating(a.dtype(), "lu", [&]<class T>(T) {
    T* const factors = out.factors.mutable_data<T>();
    std::int64_t* const pivots = out.pivots.mutable_data<std::int64_t>();
    out.singular =
        first_failure(lead.elements(), n * n * n, [=](std::int64_t i) { return Lapack<T>::lu(n, factors + i * n * n, pivots + i * n); });
  });
  return out;
}

Array inverse(const Lu& lu) {
  Array out = lu.factors.contiguous_copy();
  const std::int64_t n = out.dim(-1);
  visit_floating(out.dtype(), "inv", [&]<class T>(T) {
    T* const to = out.mutable_data<T>();
    const std::int64_t* const pivots = lu.pivots.data<std::int64_t>();
    for_matrices(leading(out).elements(), 2 * n * n * n, [=](std::int64_t i) { Lapack<T>::invert(n, to + i * n * n, pivots + i * n); });
  });
  return out;
}

Array solve(const Lu& lu, const Array& b, bool transposed) {
  Array out = b.transpose(b.rank() - 2, b.rank() - 1).contiguous_copy();
  const std::int64_t n = out.dim(-1), count = out.dim(-2);
  visit_floating(out.dtype(), "solve", [&]<class T>(T) {
    T* const to = out.mutable_data<T>();
    const T* const factors = lu.factors.data<T>();
    const std::int64_t* const pivots = lu.pivots.data<std::int64_t>();
    for_matrices(leading(out).elements(), n * n * count,
                 [=](std::int64_t i) { Lapack<T>::solve(n, count, factors + i * n * n, pivots + i * n, transposed, to + i * n * count); });
  });
  return out.transpose(b.rank() - 2, b.rank() - 1);
}

namespace {

// f(i, signs, diagonal) for each matrix, where the sign is that of the exchanges.
template <class T, class F>
void diagonals(const Lu& lu, F f) {
  const std::int64_t n = lu.factors.dim(-1);
  const T* factors = lu.factors.data<T>();
  const std::int64_t* pivots = lu.pivots.data<std::int64_t>();
  for (std::int64_t i = 0; i < leading(lu.factors).elements(); ++i, factors += n * n, pivots += n) {
    double sign = 1;
    for (std::int64_t k = 0; k < n; ++k) sign = pivots[k] == k ? sign : -sign;
    f(i, sign, [=](std::int64_t k) { return static_cast<double>(factors[k * (n + 1)]); });
  }
}

}  // namespace

Array determinant(const Lu& lu) {
  Array out(leading(lu.factors), lu.factors.dtype());
  visit_floating(out.dtype(), "det", [&]<class T>(T) {
    T* const to = out.mutable_data<T>();
    diagonals<T>(lu, [&](std::int64_t i, double sign, auto diagonal) {
      for (std::int64_t k = 0; k < lu.factors.dim(-1); ++k) sign *= diagonal(k);
      to[i] = static_cast<T>(sign);
    });
  });
  return out;
}

std::array<Array, 2> log_determinant(const Lu& lu) {
  std::array<Array, 2> out{Array(leading(lu.factors), lu.factors.dtype()), Array(leading(lu.factors), lu.factors.dtype())};
  visit_floating(lu.factors.dtype(), "slogdet", [&]<class T>(T) {
    T *const signs = out[0].mutable_data<T>(), *const logs = out[1].mutable_data<T>();
    diagonals<T>(lu, [&](std::int64_t i, double sign, auto diagonal) {
      double log = 0;
      for (std::int64_t k = 0; k < lu.factors.dim(-1); ++k) {
        const double d = diagonal(k);
        sign = std::isnan(d) ? d : d == 0 ? 0 : d < 0 ? -sign : sign;
        log += std::log(std::abs(d));
      }
      signs[i] = static_cast<T>(sign), logs[i] = static_cast<T>(log);
    });
  });
  return out;
}

Array cholesky(const Array& a, Failure& failure) {
  Array out = a.contiguous_copy();
  const std::int64_t n = a.dim(-1);
  visit_floating(a.dtype(), "cholesky", [&]<class T>(T) {
    T* const to = out.mutable_data<T>();
    failure = first_failure(leading(a).elements(), n * n * n / 3, [=](std::int64_t i) {
      T* const m = to + i * n * n;
      const std::int64_t row = Lapack<T>::cholesky(n, m);
      for (std::int64_t r = 0; r < n; ++r) std::fill(m + r * n + r + 1, m + (r + 1) * n, T(0));
      return row;
    });
  });
  return out;
}

Array solve_triangular(const Array& a, const Array& b, bool upper, bool unit) {
  Array out = b.contiguous_copy();
  const Array from = a.as_contiguous();
  const std::int64_t n = out.dim(-2), k = out.dim(-1);
  visit_floating(a.dtype(), "solve_triangular", [&]<class T>(T) {
    T* const to = out.mutable_data<T>();
    const T* const triangle = from.data<T>();
    for_matrices(leading(out).elements(), n * n * k, [=](std::int64_t i) {
      if (k > 0) Lapack<T>::solve_triangular(n, k, triangle + i * n * n, upper, unit, to + i * n * k);
    });
  });
  return out;
}

std::array<Array, 2> qr(const Array& a) {
  const std::int64_t m = a.dim(-2), n = a.dim(-1);
  std::array<Array, 2> out{a.contiguous_copy(), Array(with(leading(a), {n, n}), a.dtype())};
  visit_floating(a.dtype(), "qr", [&]<class T>(T) {
    T *const q = out[0].mutable_data<T>(), *const r = out[1].mutable_data<T>();
    for_matrices(leading(a).elements(), 4 * m * n * n, [=](std::int64_t i) {
      if (n > 0) Lapack<T>::qr(m, n, q + i * m * n, r + i * n * n);
    });
  });
  return out;
}

Array completion(const Array& q) {
  const std::int64_t m = q.dim(-2), k = q.dim(-1), rest = m - k;
  const Array from = q.as_contiguous();
  Array out(with(leading(q), {m, rest}), q.dtype());
  visit_floating(q.dtype(), "completion", [&]<class T>(T) {
    T* const to = out.mutable_data<T>();
    const T* const known = from.data<T>();
    for_matrices(rest == 0 ? 0 : leading(q).elements(), 4 * m * m * (k + 1), [=](std::int64_t i) {
      const pool::Scratch<T> columns(m * k), triangle(k * k), all(m * m);
      std::copy_n(known + i * m * k, m * k, columns.data());
      if (k > 0) Lapack<T>::qr(m, k, columns.data(), triangle.data(), all.data());
      for (std::int64_t r = 0; r < m; ++r)
        for (std::int64_t c = 0; c < rest; ++c) to[(i * m + r) * rest + c] = k > 0 ? all.data()[r * m + k + c] : T(r == c);
    });
  });
  return out;
}

std::array<Array, 3> svd(const Array& a, bool values_alone, Failure& failure) {
  const std::int64_t m = a.dim(-2), n = a.dim(-1), k = std::min(m, n);
  const Shape lead = leading(a);
  Array lost = a.contiguous_copy();
  std::array<Array, 3> out{values_alone ? Array() : Array(with(lead, {m, k}), a.dtype()), Array(with(lead, {k}), a.dtype()),
                           values_alone ? Array() : Array(with(lead, {k, n}), a.dtype())};
  visit_floating(a.dtype(), "svd", [&]<class T>(T) {
    T *const from = lost.mutable_data<T>(), *const s = out[1].mutable_data<T>();
    T *const u = values_alone ? nullptr : out[0].mutable_data<T>(), *const vh = values_alone ? nullptr : out[2].mutable_data<T>();
    failure = first_failure(k == 0 ? 0 : lead.elements(), 20 * m * n * k, [=](std::int64_t i) {
      T* const x = from + i * m * n;
      return all_finite(m * n, x) && Lapack<T>::svd(m, n, x, u ? u + i * m * k : u, s + i * k, vh ? vh + i * k * n : vh) ? 0 : 1;
    });
  });
  return out;
}

std::array<Array, 2> eigh(const Array& a, bool values_alone, Failure& failure) {
  const std::int64_t n = a.dim(-1);
  const Shape lead = leading(a);
  Array vectors = a.contiguous_copy(), values(with(lead, {n}), a.dtype());
  visit_floating(a.dtype(), "eigh", [&]<class T>(T) {
    T *const v = vectors.mutable_data<T>(), *const w = values.mutable_data<T>();
    failure = first_failure(n == 0 ? 0 : lead.elements(), 10 * n * n * n, [=](std::int64_t i) {
      T* const x = v + i * n * n;
      return all_finite(n * n, x) && Lapack<T>::eigh(n, x, w + i * n, !values_alone) ? 0 : 1;
    });
  });
  return {values, values_alone ? Array() : vectors.transpose(a.rank() - 2, a.rank() - 1)};
}

}  // namespace gradus::kernels
