// Making tensors. f32 unless said otherwise.
//   Tensor x = tensor({{1, 2}, {3, 4}});   Tensor n = randn({64, 10});
#pragma once
#include <initializer_list>
#include <type_traits>

#include <gradus/autograd/base/random.h>
#include <gradus/autograd/tensor.h>

namespace gradus {

// An element in braces. A type of its own, so that {{1}, {2}} can only mean two rows.
struct Number {
  double value;
  template <class T> requires std::is_arithmetic_v<T>
  Number(T number) : value(static_cast<double>(number)) {}
};
Tensor tensor(double value, Dtype dtype = f32);                                                        // a scalar
Tensor tensor(std::initializer_list<Number> values, Dtype dtype = f32);                                // [n]
Tensor tensor(std::initializer_list<std::initializer_list<double>> rows, Dtype dtype = f32);           // [m, n]; ShapeError when ragged
Tensor zeros(const Shape& shape, Dtype dtype = f32);
Tensor ones(const Shape& shape, Dtype dtype = f32);
Tensor full(const Shape& shape, double value, Dtype dtype = f32);
Tensor zeros_like(const Tensor& x);
Tensor ones_like(const Tensor& x);
Tensor arange(double begin, double end, double step = 1, Dtype dtype = f32);                           // begin, begin + step, … below end
Tensor linspace(double first, double last, std::int64_t n, Dtype dtype = f32);                         // n numbers, both ends included
Tensor randn(const Shape& shape, Generator& generator = default_generator(), Dtype dtype = f32);       // normal, mean 0, variance 1
Tensor rand(const Shape& shape, Generator& generator = default_generator(), Dtype dtype = f32);        // uniform in [0, 1)

// Fillers for initialisation; each returns `a` filled.
Array normal(Array a, double mean, double deviation, Generator& generator);
Array uniform(Array a, double low, double high, Generator& generator);

}  // namespace gradus
