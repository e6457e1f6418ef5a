// Making tensors. f32 unless said otherwise.
//   Tensor x = tensor({{1, 2}, {3, 4}});   Tensor n = randn({64, 10});   std::vector<int> classes = …;
//   Tensor label = tensor(classes, i64);
#pragma once
#include <initializer_list>
#include <type_traits>
#include <vector>

#include <gradus/autograd/base/random.h>
#include <gradus/autograd/tape/tensor.h>

namespace gradus {

namespace detail {
// A vector, array or span of numbers.
template <class R>
concept Numbers = requires(const R& r) {
  r.size();
  requires std::is_arithmetic_v<std::remove_cvref_t<decltype(*r.data())>>;
};
void check_row(std::size_t width, std::size_t size);   // ShapeError unless equal
}  // namespace detail

// An element in braces. A type of its own, so that {{1}, {2}} can only mean two rows.
struct Number {
  double value;
  template <class T> requires std::is_arithmetic_v<T>
  Number(T number) : value(static_cast<double>(number)) {}
};
template <class T> requires std::is_arithmetic_v<T>
Tensor tensor(T value, Dtype dtype = f32) { return Array::full({}, static_cast<double>(value), dtype); }   // a scalar
Tensor tensor(std::initializer_list<Number> values, Dtype dtype = f32);                                // [n]
Tensor tensor(std::initializer_list<std::initializer_list<double>> rows, Dtype dtype = f32);           // [m, n]; ShapeError when ragged
template <detail::Numbers R>
Tensor tensor(const R& values, Dtype dtype = f32) {                                                    // [n]
  return Array::from(std::span(values.data(), values.size()), {values.size()}).to(dtype);
}
template <class T> requires std::is_arithmetic_v<T>
Tensor tensor(const std::vector<std::vector<T>>& rows, Dtype dtype = f32) {                            // [m, n]; ShapeError when ragged
  const std::size_t width = rows.empty() ? 0 : rows[0].size();
  std::vector<T> all;
  for (const std::vector<T>& row : rows) {
    detail::check_row(width, row.size());
    all.insert(all.end(), row.begin(), row.end());
  }
  return Array::from(all, {rows.size(), width}).to(dtype);
}
Tensor zeros(const Shape& shape, Dtype dtype = f32);
Tensor ones(const Shape& shape, Dtype dtype = f32);
Tensor full(const Shape& shape, double value, Dtype dtype = f32);
Tensor empty(const Shape& shape, Dtype dtype = f32);                                                   // whatever lay in its memory
Tensor zeros_like(const Tensor& x);                                                                    // x's shape and dtype
Tensor ones_like(const Tensor& x);
Tensor full_like(const Tensor& x, double value);
Tensor empty_like(const Tensor& x);
Tensor zeros_like(const Tensor& x, Dtype dtype);                                                       // x's shape alone
Tensor ones_like(const Tensor& x, Dtype dtype);
Tensor full_like(const Tensor& x, double value, Dtype dtype);
Tensor empty_like(const Tensor& x, Dtype dtype);
Tensor eye(std::int64_t n, Dtype dtype = f32);                                                         // [n, n]: ones from corner to corner
Tensor eye(std::int64_t rows, std::int64_t columns, Dtype dtype = f32);                                // [rows, columns]
Tensor arange(double begin, double end, double step = 1, Dtype dtype = f32);                           // begin, begin + step, … before end
inline Tensor arange(double begin, double end, Dtype dtype) { return arange(begin, end, 1, dtype); }
inline Tensor arange(double end, Dtype dtype = f32) { return arange(0, end, 1, dtype); }               // 0, 1, … below end
Tensor linspace(double first, double last, std::int64_t n, Dtype dtype = f32);                         // n numbers, both ends included
Tensor logspace(double first, double last, std::int64_t n, double base = 10, Dtype dtype = f32);       // base^x of those
Tensor randn(const Shape& shape, Generator& generator = default_generator(), Dtype dtype = f32);       // normal, mean 0, variance 1
Tensor rand(const Shape& shape, Generator& generator = default_generator(), Dtype dtype = f32);        // uniform in [0, 1)
Tensor randn_like(const Tensor& x, Generator& generator = default_generator());                        // x's shape and dtype
Tensor rand_like(const Tensor& x, Generator& generator = default_generator());
Tensor randn_like(const Tensor& x, Generator& generator, Dtype dtype);                                 // x's shape alone
Tensor rand_like(const Tensor& x, Generator& generator, Dtype dtype);

// Fillers for initialisation; each returns `a` filled.
Array normal(Array a, double mean, double deviation, Generator& generator);
Array uniform(Array a, double low, double high, Generator& generator);

}  // namespace gradus
