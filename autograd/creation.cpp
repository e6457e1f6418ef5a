#include <gradus/autograd/creation.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include <gradus/autograd/kernels/random/draws.h>

namespace gradus {
Array normal(Array a, double mean, double deviation, Generator& generator) {
  const std::uint64_t key = generator.fork();
  if (a.dtype() == f32)
    return kernels::fill_f32(std::move(a), [=](std::uint64_t block, std::int64_t n, float* y) {
      kernels::random_loops().normal(block, key, n, mean, deviation, y);
    });
  return kernels::fill_pairs(std::move(a), key, [=](double u, double v) {
    const double radius = deviation * std::sqrt(-2 * std::log(1 - u)), angle = 2 * std::numbers::pi * v;
    return std::pair(mean + radius * std::cos(angle), mean + radius * std::sin(angle));
  });
}

Array uniform(Array a, double low, double high, Generator& generator) {
  // Rounding to f32 could reach `high`, which is excluded.
  const double last = visit_floating(a.dtype(), "random numbers", [&]<class T>(T) {
    return static_cast<double>(std::nextafter(static_cast<T>(high), static_cast<T>(low)));
  });
  const std::uint64_t key = generator.fork();
  if (a.dtype() == f32)
    return kernels::fill_f32(std::move(a), [=](std::uint64_t block, std::int64_t n, float* y) {
      kernels::random_loops().uniform(block, key, n, low, high - low, last, y);
    });
  return kernels::fill_pairs(std::move(a), key, [=](double u, double v) {
    return std::pair(std::min(low + (high - low) * u, last), std::min(low + (high - low) * v, last));
  });
}

void detail::check_row(std::size_t width, std::size_t size) {
  check<ShapeError>(size == width, "tensor: the rows have different lengths: ", width, " and ", size);
}

Tensor tensor(std::initializer_list<Number> values, Dtype dtype) {
  Array a({static_cast<std::int64_t>(values.size())}, f64);
  std::transform(values.begin(), values.end(), a.mutable_data<double>(), [](Number n) { return n.value; });
  return a.to(dtype);
}

Tensor tensor(std::initializer_list<std::initializer_list<double>> rows, Dtype dtype) {
  const std::size_t width = rows.size() ? rows.begin()->size() : 0;
  std::vector<double> all;
  for (const auto& row : rows) {
    detail::check_row(width, row.size());
    all.insert(all.end(), row.begin(), row.end());
  }
  return Array::from(all, {rows.size(), width}).to(dtype);
}

Tensor zeros(const Shape& shape, Dtype dtype) { return Array::zeros(shape, dtype); }
Tensor ones(const Shape& shape, Dtype dtype) { return Array::full(shape, 1, dtype); }
Tensor full(const Shape& shape, double value, Dtype dtype) { return Array::full(shape, value, dtype); }
Tensor empty(const Shape& shape, Dtype dtype) { return Array(shape, dtype); }

Tensor zeros_like(const Tensor& x, Dtype dtype) {
  check_defined("zeros_like", x);
  return zeros(x.shape(), dtype);
}
Tensor ones_like(const Tensor& x, Dtype dtype) {
  check_defined("ones_like", x);
  return ones(x.shape(), dtype);
}
Tensor full_like(const Tensor& x, double value, Dtype dtype) {
  check_defined("full_like", x);
  return full(x.shape(), value, dtype);
}
Tensor empty_like(const Tensor& x, Dtype dtype) {
  check_defined("empty_like", x);
  return empty(x.shape(), dtype);
}
Tensor zeros_like(const Tensor& x) { return zeros_like(x, x.dtype()); }
Tensor ones_like(const Tensor& x) { return ones_like(x, x.dtype()); }
Tensor full_like(const Tensor& x, double value) { return full_like(x, value, x.dtype()); }
Tensor empty_like(const Tensor& x) { return empty_like(x, x.dtype()); }

Tensor eye(std::int64_t n, Dtype dtype) { return eye(n, n, dtype); }
Tensor eye(std::int64_t rows, std::int64_t columns, Dtype dtype) {
  check<ShapeError>(rows >= 0 && columns >= 0, "eye: sizes must not be negative: ", Shape{rows, columns});
  Array a = Array::zeros({rows, columns}, dtype);
  visit(dtype, [&]<class T>(T) {
    T* p = a.mutable_data<T>();
    for (std::int64_t i = 0; i < std::min(rows, columns); ++i) p[i * columns + i] = static_cast<T>(1);
  });
  return a;
}

Tensor arange(double begin, double end, double step, Dtype dtype) {
  check<ValueError>(std::isfinite(begin) && std::isfinite(end) && std::isfinite(step) && step != 0, "arange: from ", begin, " to ", end,
                    " in steps of ", step, ": numbers must be finite and the step not zero");
  check<ValueError>((end - begin) * step >= 0, "arange: from ", begin, " to ", end, " in steps of ", step,
                    ": the step leads away from the end");
  const double count = std::max(0.0, std::ceil((end - begin) / step));
  Array a({static_cast<std::int64_t>(count)}, f64);
  double* p = a.mutable_data<double>();
  for (std::int64_t i = 0; i < a.size(); ++i) p[i] = begin + static_cast<double>(i) * step;
  return a.to(dtype);
}

Tensor linspace(double first, double last, std::int64_t n, Dtype dtype) {
  check<ValueError>(n >= 0, "linspace: the number of points must not be negative: ", n);
  Array a({n}, f64);
  double* p = a.mutable_data<double>();
  for (std::int64_t i = 0; i < n; ++i)
    p[i] = i == n - 1 && n > 1 ? last : first + (last - first) * static_cast<double>(i) / std::max<double>(1, n - 1);
  return a.to(dtype);
}

Tensor logspace(double first, double last, std::int64_t n, double base, Dtype dtype) {
  check<ValueError>(n >= 0, "logspace: the number of points must not be negative: ", n);
  Array a = linspace(first, last, n, f64).value();
  for (double& x : a.mutable_span<double>()) x = std::pow(base, x);
  return a.to(dtype);
}

Tensor randn_like(const Tensor& x, Generator& generator, Dtype dtype) {
  check_defined("randn_like", x);
  return randn(x.shape(), generator, dtype);
}
Tensor rand_like(const Tensor& x, Generator& generator, Dtype dtype) {
  check_defined("rand_like", x);
  return rand(x.shape(), generator, dtype);
}
Tensor randn_like(const Tensor& x, Generator& generator) { return randn_like(x, generator, x.dtype()); }
Tensor rand_like(const Tensor& x, Generator& generator) { return rand_like(x, generator, x.dtype()); }
Tensor randn(const Shape& shape, Generator& generator, Dtype dtype) { return normal(Array(shape, dtype), 0, 1, generator); }
Tensor rand(const Shape& shape, Generator& generator, Dtype dtype) { return uniform(Array(shape, dtype), 0, 1, generator); }

}  // namespace gradus
