// The formats that have more than arrays: open_weights() chooses.
#pragma once
#include "weights.h"

namespace gradus::tool {

std::unique_ptr<Weights> pt_weights(const FileName& file);
std::unique_ptr<Weights> onnx_weights(const FileName& file);

}  // namespace gradus::tool
