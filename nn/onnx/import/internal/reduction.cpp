// Sums and their kin over axes, extremes and their places, running sums.
#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/rearrange.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/scan.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/ops/sort.h>
#include <gradus/nn/onnx/import/internal/node_reader.h>
#include <gradus/nn/onnx/import/internal/operands.h>

namespace gradus::nn::onnx {
namespace {

using Reduction = Tensor (*)(const Tensor& x, const Axes& axes, bool keepdim);

// In f64 and back, where whole numbers have not the function itself.
template <class F>
Tensor through_floats(const Tensor& x, F f) {
  return is_floating(x.dtype()) ? f(x) : f(x.to(f64)).to(x.dtype());
}

Tensor reduce_sum(const Tensor& x, const Axes& axes, bool keepdim) { return sum(x, axes, keepdim); }
Tensor reduce_mean(const Tensor& x, const Axes& axes, bool keepdim) {
  return through_floats(x, [&](const Tensor& y) { return mean(y, axes, keepdim); });
}
Tensor reduce_product(const Tensor& x, const Axes& axes, bool keepdim) { return prod(x, axes, keepdim); }
// Of no elements the smallest number there is, as ONNX has it.
Tensor reduce_max(const Tensor& x, const Axes& axes, bool keepdim) {
  if (x.size() == 0 && is_floating(x.dtype())) return log(sum(exp(x), axes, keepdim));
  return x.dtype() == boolean ? gradus::any(x, axes, keepdim) : amax(x, axes, keepdim);
}
Tensor reduce_min(const Tensor& x, const Axes& axes, bool keepdim) {
  if (x.size() == 0 && is_floating(x.dtype())) return -log(sum(exp(x), axes, keepdim));
  return x.dtype() == boolean ? all(x, axes, keepdim) : amin(x, axes, keepdim);
}
Tensor reduce_l1(const Tensor& x, const Axes& axes, bool keepdim) { return sum(abs(x), axes, keepdim); }
Tensor reduce_l2(const Tensor& x, const Axes& axes, bool keepdim) {
  return through_floats(x, [&](const Tensor& y) { return norm(y, 2, axes, keepdim); });
}
Tensor reduce_log_sum(const Tensor& x, const Axes& axes, bool keepdim) {
  return through_floats(x, [&](const Tensor& y) { return log(sum(y, axes, keepdim)); });
}
Tensor reduce_log_sum_exp(const Tensor& x, const Axes& axes, bool keepdim) {
  return through_floats(x, [&](const Tensor& y) { return logsumexp(y, axes, keepdim); });
}
Tensor reduce_sum_square(const Tensor& x, const Axes& axes, bool keepdim) { return sum(square(x), axes, keepdim); }

// A reduction over no axes at all does to each element what it does to one.
template <Reduction f>
Tensor reduced(const Tensor& x, const std::vector<std::int64_t>& axes, bool keepdim, bool empty_is_none) {
  if (axes.empty() && empty_is_none) {
    if constexpr (f == reduce_sum || f == reduce_mean || f == reduce_product || f == reduce_max || f == reduce_min) return x;
    else return squeeze(f(unsqueeze(x, -1), -1, true), -1).to(x.dtype());
  }
  if (x.rank() == 0) return f(x, {}, keepdim).to(x.dtype());
  return f(x, axes, keepdim).to(x.dtype());
}
template <Reduction f>
Run reduce_by_attribute(NodeReader& node) {
  const auto axes = node.integers("axes");
  const bool keepdim = node.flag("keepdims", true);
  return one([axes, keepdim](In x) { return reduced<f>(x[0], axes, keepdim, false); });
}
template <Reduction f>
Run reduce_by_input(NodeReader& node) {
  const bool keepdim = node.flag("keepdims", true), none = node.flag("noop_with_empty_axes", false);
  return one([keepdim, none](In x) {
    return reduced<f>(x[0], x[1].defined() ? whole_numbers(x[1]) : std::vector<std::int64_t>(), keepdim, none);
  });
}

template <bool largest>
Run place_of_extreme(NodeReader& node) {
  const std::int64_t axis = node.integer("axis", 0);
  const bool keepdim = node.flag("keepdims", true), last = node.flag("select_last_index", false);
  return one([=](In x) {
    const auto find = [&](const Tensor& y) { return largest ? argmax(y, axis, keepdim) : argmin(y, axis, keepdim); };
    return last ? (x[0].dim(Axis(axis)) - 1) - find(flip(x[0], axis)) : find(x[0]);
  });
}

Run cumulative(NodeReader& node) {
  const bool exclusive = node.flag("exclusive", false), reverse = node.flag("reverse", false);
  return one([=](In x) {
    const Axis axis = static_cast<std::int64_t>(only_number(x[1]));
    const Tensor forward = reverse ? flip(x[0], axis.number) : x[0];
    Tensor sums = cumsum(forward, axis).to(x[0].dtype());
    if (exclusive) sums = sums - forward;
    return reverse ? flip(sums, axis.number) : sums;
  });
}

Run top(NodeReader& node) {
  const std::int64_t axis = node.integer("axis", -1);
  const bool largest = node.flag("largest", true);
  node.flag("sorted", true);
  return [=](In x) {
    auto [values, indices] = topk(x[0], static_cast<std::int64_t>(only_number(x[1])), axis, largest);
    return std::vector<Tensor>{values, indices};
  };
}

constexpr Operator reduction_rows[] = {
    {"ArgMax", 1, 1, 1, 1, place_of_extreme<true>},
    {"ArgMin", 1, 1, 1, 1, place_of_extreme<false>},
    {"CumSum", 11, 2, 2, 1, cumulative},
    {"ReduceL1", 1, 1, 1, 1, reduce_by_attribute<reduce_l1>},
    {"ReduceL1", 18, 1, 2, 1, reduce_by_input<reduce_l1>},
    {"ReduceL2", 1, 1, 1, 1, reduce_by_attribute<reduce_l2>},
    {"ReduceL2", 18, 1, 2, 1, reduce_by_input<reduce_l2>},
    {"ReduceLogSum", 1, 1, 1, 1, reduce_by_attribute<reduce_log_sum>},
    {"ReduceLogSum", 18, 1, 2, 1, reduce_by_input<reduce_log_sum>},
    {"ReduceLogSumExp", 1, 1, 1, 1, reduce_by_attribute<reduce_log_sum_exp>},
    {"ReduceLogSumExp", 18, 1, 2, 1, reduce_by_input<reduce_log_sum_exp>},
    {"ReduceMax", 1, 1, 1, 1, reduce_by_attribute<reduce_max>, 0, folds},
    {"ReduceMax", 18, 1, 2, 1, reduce_by_input<reduce_max>, 0, folds},
    {"ReduceMean", 1, 1, 1, 1, reduce_by_attribute<reduce_mean>},
    {"ReduceMean", 18, 1, 2, 1, reduce_by_input<reduce_mean>},
    {"ReduceMin", 1, 1, 1, 1, reduce_by_attribute<reduce_min>, 0, folds},
    {"ReduceMin", 18, 1, 2, 1, reduce_by_input<reduce_min>, 0, folds},
    {"ReduceProd", 1, 1, 1, 1, reduce_by_attribute<reduce_product>, 0, folds},
    {"ReduceProd", 18, 1, 2, 1, reduce_by_input<reduce_product>, 0, folds},
    {"ReduceSum", 1, 1, 1, 1, reduce_by_attribute<reduce_sum>, 0, folds},
    {"ReduceSum", 13, 1, 2, 1, reduce_by_input<reduce_sum>, 0, folds},
    {"ReduceSumSquare", 1, 1, 1, 1, reduce_by_attribute<reduce_sum_square>},
    {"ReduceSumSquare", 18, 1, 2, 1, reduce_by_input<reduce_sum_square>},
    {"TopK", 10, 2, 2, 2, top},
};

}  // namespace

std::span<const Operator> reduction_operators() { return reduction_rows; }

}  // namespace gradus::nn::onnx
