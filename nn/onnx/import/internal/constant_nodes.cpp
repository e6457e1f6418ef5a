// Constants, ranges, and other element types.
#include <cmath>
#include <limits>

#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/diagonal.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/nn/onnx/import/internal/node_reader.h>
#include <gradus/nn/onnx/import/internal/operands.h>

namespace gradus::nn::onnx {
namespace {

Run constant(NodeReader& node) {
  Tensor value;
  if (node.has("value")) value = node.tensor("value");
  else if (node.has("value_float")) value = full({}, node.number("value_float", 0), node.dtype(f32));
  else if (node.has("value_int")) value = Array::from(std::vector<std::int64_t>{node.integer("value_int", 0)}, {});
  else if (node.has("value_floats")) {
    const std::vector<float> all = node.numbers("value_floats");
    value = Tensor(Array::from(all, {all.size()})).to(node.dtype(f32));
  } else if (node.has("value_ints")) {
    const std::vector<std::int64_t> all = node.integers("value_ints");
    value = Array::from(all, {all.size()});
  } else {
    node.refuse("it has no value, or one that is a text or sparse");
  }
  return one([value](In) { return value; });
}

Run constant_of_shape(NodeReader& node) {
  Array value = node.tensor("value");
  if (!value.defined()) value = Array::zeros({1}, node.dtype(f32));
  node.expect(value.size() == 1, "attribute \"value\" has ", value.size(), " elements");
  return one([value = Tensor(value.reshape({1}))](In x) {
    const std::vector<std::int64_t> sizes = whole_numbers(x[0]);
    for (const std::int64_t size : sizes) check<ValueError>(size >= 0, "ConstantOfShape: a dimension of ", size);
    const Shape shape(sizes);
    return expand(shape.rank() == 0 ? reshape(value, {}) : value, checked_size(shape, "ConstantOfShape"));
  });
}

Run range_node(NodeReader& node) {
  if (node.version() >= 27) node.integer("stash_type", 1);
  return one([](In x) {
    const double start = only_number(x[0]), limit = only_number(x[1]), step = only_number(x[2]);
    const double n = std::max(0.0, std::ceil((limit - start) / step));
    check<ValueError>(step != 0 && n < 9e15, "Range: from ", start, " to ", limit, " by ", step);
    const Shape shape{static_cast<std::int64_t>(n)};
    checked_size(shape, "Range");
    const Dtype dtype = is_floating(x[0].dtype()) ? f64 : i64;
    return (arange(n, dtype) * step + start).to(x[0].dtype());
  });
}

Run eye_like(NodeReader& node) {
  const std::int64_t offset = node.integer("k", 0);
  const bool as_input = !node.has("dtype");
  const Dtype dtype = node.dtype(as_input ? 1 : node.integer("dtype", 1));
  return one([=](In x) {
    check<ShapeError>(x[0].rank() == 2, "EyeLike: ", x[0].shape(), " is no matrix");
    const Tensor ones_there = full(x[0].shape(), 1, as_input ? x[0].dtype() : dtype);
    return tril(triu(ones_there, offset), offset);
  });
}

Run cast(NodeReader& node) {
  node.expect(node.has("to"), "attribute \"to\" is missing");
  const Dtype dtype = node.dtype(node.integer("to", 1));
  node.integer("saturate", 1);       // these two are of eight-bit floats
  node.any_text("round_mode");
  return one([dtype](In x) { return x[0].to(dtype); });
}
Run cast_like(NodeReader& node) {
  node.integer("saturate", 1);
  node.any_text("round_mode");
  return one([](In x) { return x[0].to(x[1].dtype()); });
}

Run trilu(NodeReader& node) {
  const bool upper = node.flag("upper", true);
  return one([upper](In x) {
    const std::int64_t k = x[1].defined() ? static_cast<std::int64_t>(only_number(x[1])) : 0;
    return upper ? triu(x[0], k) : tril(x[0], k);
  });
}

constexpr Operator constant_rows[] = {
    {"Cast", 6, 1, 1, 1, cast, 0, folds},
    {"CastLike", 15, 2, 2, 1, cast_like, 0, folds},
    {"Constant", 1, 0, 0, 1, constant, 0, folds},
    {"ConstantOfShape", 9, 1, 1, 1, constant_of_shape, 0, folds},
    {"EyeLike", 9, 1, 1, 1, eye_like},
    {"Range", 11, 3, 3, 1, range_node, 0b111, folds},
    {"Trilu", 14, 1, 2, 1, trilu},
};

}  // namespace

std::span<const Operator> constant_operators() { return constant_rows; }

}  // namespace gradus::nn::onnx
