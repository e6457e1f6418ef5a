// Normalisation.
#include <gradus/autograd/ops/norm.h>

#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/rearrange.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/ops/statistics.h>
#include <gradus/nn/onnx/import/internal/node_reader.h>
#include <gradus/nn/onnx/import/internal/operands.h>

namespace gradus::nn::onnx {
namespace {

Run batch_norm_node(NodeReader& node) {
  const double eps = node.number("epsilon", 1e-5f);
  node.number("momentum", 0.9f);
  if (node.version() >= 14) node.expect(!node.flag("training_mode", false), "it is in training mode, which an imported model has not");
  if (node.version() < 9) node.expect(node.flag("spatial", true), "statistics of each pixel (spatial = 0), which gradus does not run");
  node.expect(node.outputs() == 1, "it gives statistics back, as in training");
  return one([eps](In x) { return batch_norm_eval(x[0], x[1], x[2], x[3].value(), x[4].value(), eps); });
}

Run instance_norm_node(NodeReader& node) {
  const double eps = node.number("epsilon", 1e-5f);
  return one([eps](In x) { return instance_norm(x[0], x[1], x[2], eps); });
}

Shape from_axis_on(const Tensor& x, std::int64_t axis, const char* op) {
  Shape shape;
  for (int i = normal_axis(Axis(axis).number, x.rank(), op); i < x.rank(); ++i) shape.push_back(x.shape()[i]);
  return shape;
}

Run layer_norm_node(NodeReader& node) {
  const std::int64_t axis = node.integer("axis", -1);
  const double eps = node.number("epsilon", 1e-5f);
  node.integer("stash_type", 1);
  const std::size_t outputs = node.outputs();
  return [=](In x) {
    const Shape shape = from_axis_on(x[0], axis, "LayerNormalization");
    const bool plain = x[1].shape() == shape && (!x[2].defined() || x[2].shape() == shape);
    Tensor y = plain ? layer_norm(x[0], shape, x[1], x[2], eps) : layer_norm(x[0], shape, {}, {}, eps) * x[1];
    if (!plain && x[2].defined()) y = y + x[2];
    std::vector<Tensor> out{y};
    if (outputs < 2) return out;
    std::vector<int> axes;
    for (int i = x[0].rank() - shape.rank(); i < x[0].rank(); ++i) axes.push_back(i);
    const auto [variance, average] = var_mean(x[0], axes, 0, true);
    out.push_back(average);
    if (outputs > 2) out.push_back(rsqrt(variance + eps));
    return out;
  };
}

Run rms_norm_node(NodeReader& node) {
  const std::int64_t axis = node.integer("axis", -1);
  const double eps = node.number("epsilon", 1e-5f);
  node.integer("stash_type", 1);
  return one([=](In x) {
    const Shape shape = from_axis_on(x[0], axis, "RMSNormalization");
    return x[1].shape() == shape ? rms_norm(x[0], shape, x[1], eps) : rms_norm(x[0], shape, {}, eps) * x[1];
  });
}

// Scale and bias were one for each group before version 21, and are one for each channel since.
Run group_norm_node(NodeReader& node) {
  node.expect(node.has("num_groups"), "attribute \"num_groups\" is missing");
  const std::int64_t groups = node.integer("num_groups", 1);
  const double eps = node.number("epsilon", 1e-5f);
  const bool by_channel = node.version() >= 21;
  if (by_channel) node.integer("stash_type", 1);
  return one([=](In x) {
    check<ValueError>(groups >= 1 && x[0].rank() >= 2 && x[0].dim(1) % groups == 0, "GroupNormalization: ", x[0].shape(), " in ", groups,
                      " groups");
    if (by_channel) return group_norm(x[0], groups, x[1], x[2], eps);
    const std::int64_t each = x[0].dim(1) / groups;
    return group_norm(x[0], groups, repeat_interleave(x[1], each, 0), repeat_interleave(x[2], each, 0), eps);
  });
}

// Of an even number of neighbours ONNX takes the odd one from behind, PyTorch and gradus from before.
Run response_norm(NodeReader& node) {
  const double alpha = node.number("alpha", 1e-4f), beta = node.number("beta", 0.75), bias = node.number("bias", 1);
  node.expect(node.has("size"), "attribute \"size\" is missing");
  const std::int64_t size = node.integer("size", 1);
  return one([=](In x) {
    if (size % 2) return local_response_norm(x[0], size, alpha, beta, bias);
    return flip(local_response_norm(flip(x[0], 1), size, alpha, beta, bias), 1);
  });
}

Run lp_norm_node(NodeReader& node) {
  const std::int64_t axis = node.integer("axis", -1), p = node.integer("p", 2);
  return one([=](In x) { return normalize(x[0], static_cast<double>(p), axis); });
}

Run mean_variance(NodeReader& node) {
  const std::vector<std::int64_t> axes = node.integers("axes", {0, 2, 3});
  return one([axes](In x) {
    const auto [deviation, average] = std_mean(x[0], axes, 0, true);
    return (x[0] - average) / (deviation + 1e-9);
  });
}

constexpr Operator norm_rows[] = {
    {"BatchNormalization", 7, 5, 5, 5, batch_norm_node, 0b11000},
    {"GroupNormalization", 18, 3, 3, 1, group_norm_node},
    {"InstanceNormalization", 6, 3, 3, 1, instance_norm_node},
    {"LRN", 1, 1, 1, 1, response_norm},
    {"LayerNormalization", 17, 2, 3, 3, layer_norm_node},
    {"LpNormalization", 1, 1, 1, 1, lp_norm_node},
    {"MeanVarianceNormalization", 9, 1, 1, 1, mean_variance},
    {"RMSNormalization", 23, 2, 2, 1, rms_norm_node},
};

}  // namespace

std::span<const Operator> norm_operators() { return norm_rows; }

}  // namespace gradus::nn::onnx
