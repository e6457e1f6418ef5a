// Layers and models against PyTorch: results, gradients of input and parameters, running statistics, weights that PyTorch saved.
#include "nn/layers/golden.h"

#include <cmath>

#include <gradus/autograd/ops/activation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/nn/init/init.h>
#include <gradus/nn/layers/activation.h>
#include <gradus/nn/layers/batch_norm.h>
#include <gradus/nn/layers/conv.h>
#include <gradus/nn/layers/linear.h>
#include <gradus/nn/layers/pool.h>
#include <gradus/nn/losses/loss.h>
#include <gradus/nn/model/sequential.h>
#include <gradus/nn/model/state.h>

namespace golden_test {

using namespace gradus;

constexpr double tolerance = 1e-9;

// One call and its backward; the layer has the state already.
template <class M>
void check_call(M& layer, const std::string& name) {
  const Tensor x = variable(golden::array(name + ".x"));
  const Tensor y = layer(x);
  golden::expect_near(y.value(), golden::array(name + ".y"), tolerance, name + ".y");
  nn::zero_grad(layer);
  y.backward(Tensor(golden::array(name + ".g")));
  golden::expect_near(x.grad().value(), golden::array(name + ".grad.x"), tolerance, name + ".grad.x");
  const nn::State wanted = golden::below(name + ".grad.");
  const Parameters parameters = nn::parameters(layer);
  EXPECT_EQ(parameters.size() + 1, wanted.arrays.size()) << name;
  for (const NamedParameter& p : parameters) {
    ASSERT_TRUE(wanted.arrays.contains(p.name)) << name << " has no " << p.name;
    golden::expect_near(p.leaf->grad.value(), wanted.arrays.at(p.name), tolerance, name + ".grad." + p.name);
  }
  const nn::State after = golden::below(name + ".after."), state = nn::state(layer);
  EXPECT_EQ(state.arrays.size(), after.arrays.size()) << name;
  for (const auto& [key, value] : after.arrays) golden::expect_near(state.arrays.at(key), value, tolerance, name + ".after." + key);
}

template <class M>
void check_layer(M layer, const std::string& name) {
  nn::to(layer, f64);
  nn::load_state(layer, golden::below(name + ".state."));
  check_call(layer, name);
}

// Three batches in training and one in evaluation, with nothing reset in between.
template <class M>
void check_batches(M layer, const std::string& name) {
  nn::to(layer, f64);
  nn::load_state(layer, golden::below(name + ".0.state."));
  for (int i = 0; i < 3; ++i) check_call(layer, name + "." + std::to_string(i));
  nn::eval(layer);
  check_call(layer, name + ".eval");
}

TEST(Golden, Linear) {
  check_layer(nn::Linear{5, 3}, "linear");
  check_layer(nn::Linear{5, 3, {.bias = false}}, "linear_without_bias");
}

TEST(Golden, Conv2d) {
  check_layer(nn::Conv2d{2, 3, {.kernel = 3, .padding = 1}}, "conv");
  check_layer(nn::Conv2d{4, 6, {.kernel = {3, 2}, .stride = {2, 1}, .padding = {1, 2}, .dilation = {1, 2}, .groups = 2}},
              "conv_all_options");
  check_layer(nn::Conv2d{2, 2, {.kernel = 2, .stride = 2, .bias = false}}, "conv_without_bias");
}

TEST(Golden, BatchNorm) {
  check_batches(nn::BatchNorm1d{3}, "batch_norm_1d");
  check_batches(nn::BatchNorm1d{3, {.eps = 1e-3, .momentum = 0.3}}, "batch_norm_1d_length");
  check_batches(nn::BatchNorm2d{2}, "batch_norm_2d");
  check_batches(nn::BatchNorm2d{2, {.momentum = std::nullopt, .affine = false}}, "batch_norm_2d_plain");
  check_batches(nn::BatchNorm2d{2, {.track_running_stats = false}}, "batch_norm_2d_untracked");
}

TEST(Golden, Pooling) {
  check_layer(nn::MaxPool2d{{.kernel = 3, .stride = 2, .padding = 1}}, "max_pool");
  check_layer(nn::AvgPool2d{2}, "avg_pool");
  check_layer(nn::AvgPool2d{{.kernel = 3, .stride = 1, .padding = 1, .count_include_pad = false}}, "avg_pool_unpadded");
  check_layer(nn::AdaptiveAvgPool2d{{2, 3}}, "adaptive_pool");
}

TEST(Golden, MultilayerPerceptron) {
  check_layer(nn::Sequential{nn::Linear{4, 8}, nn::Tanh{}, nn::Linear{8, 8}, nn::GELU{}, nn::Linear{8, 8}, nn::GELU{.approximate = true},
                             nn::Linear{8, 6}, nn::ReLU{}, nn::Linear{6, 3}, nn::LogSoftmax{}},
              "mlp");
  check_layer(nn::Sequential{nn::Flatten{}, nn::Sigmoid{}, nn::Softplus{}, nn::Softmax{}}, "squashed");
}

struct GatedBlock {
  nn::Linear data, gate;
  Tensor operator()(const Tensor& x) const { return data(x) * sigmoid(gate(x)); }
};

struct Net {
  nn::Chain features{nn::Conv2d{1, 4, {.padding = 1, .bias = false}}, nn::BatchNorm2d{4}, nn::ReLU{}, nn::MaxPool2d{2}, nn::Flatten{}};
  std::vector<GatedBlock> blocks{{.data{16, 16}, .gate{16, 16}}, {.data{16, 16}, .gate{16, 16}}};
  nn::Linear output{16, 3};
  Tensor operator()(const Tensor& image) const {
    Tensor x = features(image);
    for (auto& block : blocks) x = block(x);
    return output(x);
  }
};

TEST(Golden, ConvolutionalNetworkWithItsLoss) {
  Net net;
  nn::to(net, f64);
  nn::load_state(net, golden::below("cnn.state."));
  check_call(net, "cnn");

  nn::zero_grad(net);
  const Tensor loss = nn::cross_entropy(net(golden::array("cnn.x")), golden::array("cnn.label"));
  EXPECT_NEAR(loss.item(), golden::array("cnn.loss").item(), tolerance);
  loss.backward();
  for (const NamedParameter& p : nn::parameters(net))
    golden::expect_near(p.leaf->grad.value(), golden::array("cnn.loss_grad." + p.name), tolerance, p.name);
}

TEST(Golden, WeightsThatPyTorchSavedGivePyTorchsOutputs) {
  Net net;
  nn::load(net, GRADUS_GOLDEN "/saved/net.safetensors");
  nn::eval(net);
  golden::expect_near(net(golden::array("saved.x")).value(), golden::array("saved.y"), 1e-5, "saved.y");
}

TEST(Golden, Gains) {
  using nn::init::Nonlinearity;
  const auto gain = [](const char* name) { return golden::array(std::string("gain.") + name).item(); };
  EXPECT_DOUBLE_EQ(nn::init::calculate_gain(Nonlinearity::linear), gain("linear"));
  EXPECT_DOUBLE_EQ(nn::init::calculate_gain(Nonlinearity::sigmoid), gain("sigmoid"));
  EXPECT_DOUBLE_EQ(nn::init::calculate_gain(Nonlinearity::tanh), gain("tanh"));
  EXPECT_DOUBLE_EQ(nn::init::calculate_gain(Nonlinearity::relu), gain("relu"));
  EXPECT_DOUBLE_EQ(nn::init::calculate_gain(Nonlinearity::leaky_relu, 0.2), gain("leaky_relu"));
  EXPECT_DOUBLE_EQ(nn::init::calculate_gain(Nonlinearity::selu), gain("selu"));
}

}  // namespace golden_test
