// Copies of elements from one layout to another, as they are, along the longest runs that both have.
#pragma once
#include <cstddef>

#include <gradus/autograd/array/shape.h>

namespace gradus {

// `element` is the size of one in bytes; strides are in elements and may be negative, or zero in `from`: then from and to are where the
// first element stands.
void copy_strided(const void* from, const Shape& from_strides, void* to, const Shape& to_strides, const Shape& shape, std::size_t element);

// memcpy, but for what a processor takes long for: where the target lies a little behind the source but for whole pages.
void copy_run(const void* from, void* to, std::size_t bytes);

}  // namespace gradus
