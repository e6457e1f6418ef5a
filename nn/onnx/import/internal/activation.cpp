// Activations, softmax and its kin, dropout as evaluation has it.
#include <gradus/autograd/ops/activation.h>

#include <cmath>

#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/mask.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/ops/softmax.h>
#include <gradus/nn/onnx/import/internal/node_reader.h>
#include <gradus/nn/onnx/import/internal/operands.h>

namespace gradus::nn::onnx {
namespace {

template <Tensor (*f)(const Tensor&)>
Run activation(NodeReader&) {
  return one([](In x) { return f(x[0]); });
}

Tensor relu_of_any(const Tensor& x) { return is_floating(x.dtype()) ? relu(x) : maximum(x, 0); }

Run leaky(NodeReader& node) {
  const double slope = node.number("alpha", 0.01f);
  return one([slope](In x) { return leaky_relu(x[0], slope); });
}
Run elu_node(NodeReader& node) {
  const double alpha = node.number("alpha", 1);
  return one([alpha](In x) { return elu(x[0], alpha); });
}
Run celu_node(NodeReader& node) {
  const double alpha = node.number("alpha", 1);
  return one([alpha](In x) { return celu(x[0], alpha); });
}
Run selu_node(NodeReader& node) {
  const double alpha = node.number("alpha", 1.67326319217681884765625), gamma = node.number("gamma", 1.05070102214813232421875);
  if (std::abs(alpha - 1.6732632423543772) < 1e-6 && std::abs(gamma - 1.0507009873554805) < 1e-6)
    return one([](In x) { return selu(x[0]); });
  return one([alpha, gamma](In x) { return elu(x[0], alpha) * gamma; });
}
Run thresholded(NodeReader& node) {
  const double alpha = node.number("alpha", 1);
  return one([alpha](In x) { return threshold(x[0], alpha, 0); });
}
Run hard_sigmoid(NodeReader& node) {
  const double alpha = node.number("alpha", 0.2f), beta = node.number("beta", 0.5);
  if (std::abs(alpha - 1. / 6) < 1e-7 && beta == 0.5) return one([](In x) { return hardsigmoid(x[0]); });
  return one([alpha, beta](In x) { return clamp(x[0] * alpha + beta, 0, 1); });
}
Run shrink(NodeReader& node) {
  const double lambda = node.number("lambd", 0.5), bias = node.number("bias", 0);
  return one([lambda, bias](In x) { return where(x[0] < -lambda, x[0] + bias, where(x[0] > lambda, x[0] - bias, 0.0)); });
}
Run gelu_node(NodeReader& node) {
  if (node.text("approximate", "none", {"none", "tanh"}) == "tanh") return one([](In x) { return gelu_tanh(x[0]); });
  return one([](In x) { return gelu(x[0]); });
}
Run swish(NodeReader& node) {
  const double alpha = node.number("alpha", 1);
  return one([alpha](In x) { return alpha == 1 ? silu(x[0]) : x[0] * sigmoid(x[0] * alpha); });
}
// The slope broadcasts to x as in arithmetic, where a vector of ours would be one for each channel.
Run prelu_node(NodeReader&) {
  return one([](In x) {
    Shape shape = x[1].shape();
    while (shape.rank() < x[0].rank()) shape.insert(0, 1);
    return where(x[0] < 0, x[0] * reshape(x[1], shape), x[0]);
  });
}

enum class Soft { softmax, log_softmax, hardmax };
Tensor soft(Soft kind, const Tensor& x, std::int64_t axis) {
  switch (kind) {
    case Soft::softmax: return softmax(x, axis);
    case Soft::log_softmax: return log_softmax(x, axis);
    case Soft::hardmax: break;
  }
  const int place = normal_axis(Axis(axis).number, x.rank(), "Hardmax");
  return movedim(one_hot(argmax(x, place), x.dim(place)), -1, place).to(x.dtype());
}
template <Soft kind>
Run along_axis(NodeReader& node) {
  const std::int64_t axis = node.integer("axis", -1);
  return one([axis](In x) { return soft(kind, x[0], axis); });
}
// Before version 13 all dimensions from the axis on were one.
template <Soft kind>
Run from_axis(NodeReader& node) {
  const std::int64_t axis = node.integer("axis", 1);
  return one([axis](In x) {
    const int rank = x[0].rank(), first = axis == rank ? rank : normal_axis(Axis(axis).number, rank, "Softmax");
    std::int64_t columns = 1;
    for (int i = first; i < rank; ++i) columns *= x[0].shape()[i];
    return reshape(soft(kind, reshape(x[0], {columns == 0 ? 0 : x[0].size() / columns, columns}), 1), x[0].shape());
  });
}

std::vector<Tensor> kept(const Tensor& x, bool mask) {
  std::vector<Tensor> out{x};
  if (mask) out.push_back(ones_like(x, boolean));
  return out;
}
Run dropout_by_attribute(NodeReader& node) {
  node.number("ratio", 0.5);
  const bool mask = node.wants(1);
  return [mask](In x) { return kept(x[0], mask); };
}
Run dropout_node(NodeReader& node) {
  node.integer("seed", 0);
  const bool mask = node.wants(1);
  return [mask](In x) {
    const bool training = x[2].defined() && only_number(x[2]) != 0 && (!x[1].defined() || only_number(x[1]) != 0);
    check<ValueError>(!training, "Dropout in training mode, which an imported model has not");
    return kept(x[0], mask);
  };
}

constexpr Operator activation_rows[] = {
    {"Celu", 12, 1, 1, 1, celu_node},
    {"Dropout", 7, 1, 1, 2, dropout_by_attribute},
    {"Dropout", 12, 1, 3, 2, dropout_node, 0b10},
    {"Elu", 6, 1, 1, 1, elu_node},
    {"Gelu", 20, 1, 1, 1, gelu_node},
    {"HardSigmoid", 6, 1, 1, 1, hard_sigmoid},
    {"HardSwish", 14, 1, 1, 1, activation<hardswish>},
    {"Hardmax", 1, 1, 1, 1, from_axis<Soft::hardmax>},
    {"Hardmax", 13, 1, 1, 1, along_axis<Soft::hardmax>},
    {"LeakyRelu", 6, 1, 1, 1, leaky},
    {"LogSoftmax", 1, 1, 1, 1, from_axis<Soft::log_softmax>},
    {"LogSoftmax", 13, 1, 1, 1, along_axis<Soft::log_softmax>},
    {"Mish", 18, 1, 1, 1, activation<mish>},
    {"PRelu", 7, 2, 2, 1, prelu_node},
    {"Relu", 6, 1, 1, 1, activation<relu_of_any>},
    {"Selu", 6, 1, 1, 1, selu_node},
    {"Shrink", 9, 1, 1, 1, shrink},
    {"Sigmoid", 6, 1, 1, 1, activation<sigmoid>},
    {"Softmax", 1, 1, 1, 1, from_axis<Soft::softmax>},
    {"Softmax", 13, 1, 1, 1, along_axis<Soft::softmax>},
    {"Softplus", 1, 1, 1, 1, activation<softplus>},
    {"Softsign", 1, 1, 1, 1, activation<softsign>},
    {"Swish", 24, 1, 1, 1, swish},
    {"ThresholdedRelu", 10, 1, 1, 1, thresholded},
};

}  // namespace

std::span<const Operator> activation_operators() { return activation_rows; }

}  // namespace gradus::nn::onnx
