#include <gradus/nn/layers/activation.h>
#include <gradus/nn/layers/linear.h>

#include "nn/layers/table.h"

namespace gradus::linear_layers {

const LayerRows family{
    {.layer = "Linear", .golden = "linear_plain", .make = layer([] { return nn::Linear{5, 3}; })},
    {.layer = "Linear", .golden = "linear_without_bias", .make = layer([] { return nn::Linear{5, 3, {.bias = false}}; })},
    {.layer = "Linear", .golden = "linear_one_sample", .make = layer([] { return nn::Linear{5, 3}; }), .batch = -1},
    {.layer = "Identity", .golden = "identity", .make = layer([] { return nn::Identity{}; })},
    {.layer = "Flatten", .golden = "flatten_plain", .make = layer([] { return nn::Flatten{}; })},
    {.layer = "Flatten", .golden = "flatten_middle", .make = layer([] { return nn::Flatten{1, 2}; })},
};

}  // namespace gradus::linear_layers
