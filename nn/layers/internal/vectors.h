// The tables of embedding layers.
#pragma once
#include <optional>

#include <gradus/autograd/base/random.h>
#include <gradus/autograd/tape/parameter.h>

namespace gradus::nn::internal {

// The row counted from the front. ValueError unless it is one of n.
std::optional<std::int64_t> padding_row(const char* layer, std::optional<std::int64_t> row, std::int64_t n);
// Normal with mean 0 and deviation 1, the row of padding 0. ValueError unless n, d >= 1.
Parameter drawn_vectors(const char* layer, std::int64_t n, std::int64_t d, std::optional<std::int64_t> padding, Dtype dtype,
                        Generator* generator);
// Those vectors [n, d], f32 or f64. ShapeError, DtypeError.
Parameter given_vectors(const char* layer, const Array& vectors, bool freeze);

}  // namespace gradus::nn::internal
