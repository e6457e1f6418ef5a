// Copies of planes whose rows are the other side's columns, the kernel of every permuting copy.
#pragma once
#include <cstddef>
#include <cstdint>

namespace gradus {

// to[i·to_stride + j] = from[j·from_stride + i] for i < rows, j < columns: elements of 1, 2, 4 or 8 bytes, strides in elements. One thread.
void transpose_plane(const void* from, std::int64_t from_stride, void* to, std::int64_t to_stride, std::int64_t rows, std::int64_t columns,
                     std::size_t element);

}  // namespace gradus
