// Triangles of matrices.
#pragma once
#include <cstdint>

#include <gradus/autograd/array/array.h>

namespace gradus::kernels {

// x [..., M, N], contiguous: what is not above (lower) or not below the diagonal `offset`, and zeros.
Array triangle(const Array& x, bool lower, std::int64_t offset);

}  // namespace gradus::kernels
