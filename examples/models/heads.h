// What the models of this folder share: rows of a sequence as several heads, and back.
#pragma once
#include <gradus/gradus.h>

namespace models {

using namespace gradus;

// [N, T, heads · D] → [N, heads, T, D]
inline Tensor in_heads(const Tensor& x, std::int64_t heads) { return transpose(reshape(x, {x.dim(0), x.dim(1), heads, -1}), 1, 2); }
// [N, heads, T, D] → [N, T, heads · D]
inline Tensor side_by_side(const Tensor& x) { return flatten(transpose(x, 1, 2), 2); }

}  // namespace models
