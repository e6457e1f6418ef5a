// Dropout's masks and slopes that are drawn: tests/autograd/ops/dropout_test.cpp, tests/nn/layers/layers_test.cpp.
#include <gradus/nn/layers/activation.h>
#include <gradus/nn/layers/dropout.h>
#include <gradus/nn/layers/prelu.h>
#include <gradus/nn/layers/rrelu.h>

#include "nn/layers/table.h"

namespace gradus::activation_layers {

const LayerRows family{
    {.layer = "ReLU", .golden = "relu", .make = layer([] { return nn::ReLU{}; })},
    {.layer = "Tanh", .golden = "tanh", .make = layer([] { return nn::Tanh{}; })},
    {.layer = "Sigmoid", .golden = "sigmoid", .make = layer([] { return nn::Sigmoid{}; })},
    {.layer = "Softplus", .golden = "softplus", .make = layer([] { return nn::Softplus{}; })},
    {.layer = "GELU", .golden = "gelu", .make = layer([] { return nn::GELU{}; })},
    {.layer = "SiLU", .golden = "silu", .make = layer([] { return nn::SiLU{}; })},
    {.layer = "Mish", .golden = "mish", .make = layer([] { return nn::Mish{}; })},
    {.layer = "ReLU6", .golden = "relu6", .make = layer([] { return nn::ReLU6{}; })},
    {.layer = "LeakyReLU", .golden = "leakyrelu", .make = layer([] { return nn::LeakyReLU{}; })},
    {.layer = "ELU", .golden = "elu", .make = layer([] { return nn::ELU{}; })},
    {.layer = "CELU", .golden = "celu", .make = layer([] { return nn::CELU{}; })},
    {.layer = "SELU", .golden = "selu", .make = layer([] { return nn::SELU{}; })},
    {.layer = "LogSigmoid", .golden = "logsigmoid", .make = layer([] { return nn::LogSigmoid{}; })},
    {.layer = "Hardtanh", .golden = "hardtanh", .make = layer([] { return nn::Hardtanh{}; })},
    {.layer = "Hardsigmoid", .golden = "hardsigmoid", .make = layer([] { return nn::Hardsigmoid{}; })},
    {.layer = "Hardswish", .golden = "hardswish", .make = layer([] { return nn::Hardswish{}; })},
    {.layer = "Hardshrink", .golden = "hardshrink", .make = layer([] { return nn::Hardshrink{}; })},
    {.layer = "Softshrink", .golden = "softshrink", .make = layer([] { return nn::Softshrink{}; })},
    {.layer = "Tanhshrink", .golden = "tanhshrink", .make = layer([] { return nn::Tanhshrink{}; })},
    {.layer = "Softsign", .golden = "softsign", .make = layer([] { return nn::Softsign{}; })},
    {.layer = "Softplus", .golden = "softplus_options", .make = layer([] { return nn::Softplus{2, 1}; })},
    {.layer = "GELU", .golden = "gelu_tanh", .make = layer([] { return nn::GELU{.approximate = true}; })},
    {.layer = "LeakyReLU", .golden = "leakyrelu_slope", .make = layer([] { return nn::LeakyReLU{0.3}; })},
    {.layer = "ELU", .golden = "elu_alpha", .make = layer([] { return nn::ELU{0.5}; })},
    {.layer = "CELU", .golden = "celu_alpha", .make = layer([] { return nn::CELU{0.5}; })},
    {.layer = "Hardtanh", .golden = "hardtanh_bounds", .make = layer([] { return nn::Hardtanh{-0.5, 0.75}; })},
    {.layer = "Hardshrink", .golden = "hardshrink_lambd", .make = layer([] { return nn::Hardshrink{0.25}; })},
    {.layer = "Softshrink", .golden = "softshrink_lambd", .make = layer([] { return nn::Softshrink{0.25}; })},
    {.layer = "Threshold", .golden = "threshold", .make = layer([] { return nn::Threshold{0.25, -3}; })},
    {.layer = "GLU", .golden = "glu", .make = layer([] { return nn::GLU{}; })},
    {.layer = "GLU", .golden = "glu_axis", .make = layer([] { return nn::GLU{1}; })},
    {.layer = "Softmax", .golden = "softmax", .make = layer([] { return nn::Softmax{}; })},
    {.layer = "Softmax", .golden = "softmax_axis", .make = layer([] { return nn::Softmax{1}; })},
    {.layer = "LogSoftmax", .golden = "log_softmax", .make = layer([] { return nn::LogSoftmax{}; })},
    {.layer = "Softmin", .golden = "softmin", .make = layer([] { return nn::Softmin{}; })},
    {.layer = "Softmin", .golden = "softmin_axis", .make = layer([] { return nn::Softmin{1}; })},
    {.layer = "Softmax2d", .golden = "softmax_2d", .make = layer([] { return nn::Softmax2d{}; })},
    {.layer = "Softmax2d", .golden = "softmax_2d_one_sample", .make = layer([] { return nn::Softmax2d{}; }), .batch = -1},
    {.layer = "Softmax", .golden = "softmax_scalar", .make = layer([] { return nn::Softmax{0}; }), .batch = -1},
    {.layer = "LogSoftmax", .golden = "log_softmax_scalar", .make = layer([] { return nn::LogSoftmax{}; }), .batch = -1},
    {.layer = "Softmin", .golden = "softmin_scalar", .make = layer([] { return nn::Softmin{}; }), .batch = -1},
    {.layer = "PReLU", .golden = "prelu", .make = layer([] { return nn::PReLU{}; })},
    {.layer = "PReLU", .golden = "prelu_channels", .make = layer([] { return nn::PReLU{3}; })},
    {.layer = "RReLU", .golden = "rrelu", .make = layer([] { return nn::RReLU{}; })},
    {.layer = "RReLU", .golden = "rrelu_bounds", .make = layer([] { return nn::RReLU{0.25, 0.5}; })},
    {.layer = "RReLU", .golden = "rrelu_equal_bounds", .make = layer([] { return nn::RReLU{0.25, 0.25}; })},
    {.layer = "Dropout", .golden = "dropout", .make = layer([] { return nn::Dropout{}; })},
    {.layer = "Dropout", .golden = "dropout_never", .make = layer([] { return nn::Dropout{0}; })},
    {.layer = "Dropout", .golden = "dropout_always", .make = layer([] { return nn::Dropout{1}; })},
    {.layer = "Dropout1d", .golden = "dropout_1d", .make = layer([] { return nn::Dropout1d{}; })},
    {.layer = "Dropout1d", .golden = "dropout_1d_always", .make = layer([] { return nn::Dropout1d{1}; }), .batch = -1},
    {.layer = "Dropout2d", .golden = "dropout_2d", .make = layer([] { return nn::Dropout2d{}; })},
    {.layer = "Dropout2d", .golden = "dropout_2d_always", .make = layer([] { return nn::Dropout2d{1}; })},
    {.layer = "Dropout3d", .golden = "dropout_3d", .make = layer([] { return nn::Dropout3d{}; })},
    {.layer = "Dropout3d", .golden = "dropout_3d_always", .make = layer([] { return nn::Dropout3d{1}; }), .batch = -1},
    {.layer = "AlphaDropout", .golden = "alpha_dropout", .make = layer([] { return nn::AlphaDropout{}; })},
    {.layer = "AlphaDropout", .golden = "alpha_dropout_always", .make = layer([] { return nn::AlphaDropout{1}; })},
    {.layer = "FeatureAlphaDropout", .golden = "feature_alpha_dropout", .make = layer([] { return nn::FeatureAlphaDropout{}; })},
    {.layer = "FeatureAlphaDropout", .golden = "feature_alpha_dropout_always", .make = layer([] { return nn::FeatureAlphaDropout{1}; })},
};

}  // namespace gradus::activation_layers
