// Comparisons and selection, elementwise with broadcasting, for every dtype.
#pragma once
#include <gradus/autograd/array/array.h>

namespace gradus::kernels {

enum class Comparison { equal, not_equal, less, less_equal, greater, greater_equal };

Array compare(Comparison how, const Array& a, const Array& b, const Shape& shape);              // dtypes equal → bool
Array select(const Array& condition, const Array& a, const Array& b, const Shape& shape);       // condition bool; dtypes of a, b equal

}  // namespace gradus::kernels
