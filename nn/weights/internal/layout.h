// What a WeightLayout does to arrays: the file's into the model's, and back. ValueError, a part of a sentence without a name, where the
// shapes do not allow it.
#pragma once
#include <vector>

#include <gradus/nn/weights/weight_map.h>

namespace gradus::nn::detail {

Array into_model(const Array& x, const WeightLayout& layout);
Array into_file(const Array& x, const WeightLayout& layout);

Array joined(const std::vector<Array>& pieces, const WeightLayout& layout);
std::vector<Array> divided(const Array& whole, const WeightLayout& layout, std::size_t count);

}  // namespace gradus::nn::detail
