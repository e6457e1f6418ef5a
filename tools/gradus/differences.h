// How far two tensors are from each other.
//   const Difference d = difference_of(a, b, 1e-6, 1e-5);      d.elements == 0: as near as that
#pragma once
#include <cstdint>

#include <gradus/autograd/array/array.h>

namespace gradus::tool {

struct Difference {
  std::int64_t elements = 0;          // that differ: |a − b| > absolute + relative · |b|; NaN is only equal to NaN, ∞ to itself
  double absolute = 0, relative = 0;  // the largest |a − b|, and |a − b| / |b|; ∞ where one of them is no number
};

// Of equal shapes; dtypes may differ, and numbers are compared as doubles, whole ones of one dtype exactly.
Difference difference_of(const Array& a, const Array& b, double absolute, double relative);

}  // namespace gradus::tool
