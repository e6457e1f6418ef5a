// How every loop along one axis sees an array: as [outer, n, inner] around it.
#pragma once
#include <cstdint>

#include <gradus/autograd/array/shape.h>

namespace gradus::kernels {

struct Cut {
  std::int64_t outer = 1, n = 1, inner = 1;
  Cut(std::int64_t outer, std::int64_t n, std::int64_t inner) : outer(outer), n(n), inner(inner) {}
  Cut(const Shape& shape, int axis) : n(shape[axis]) {
    for (int i = 0; i < axis; ++i) outer *= shape[i];
    for (int i = axis + 1; i < shape.rank(); ++i) inner *= shape[i];
  }
};

}  // namespace gradus::kernels
