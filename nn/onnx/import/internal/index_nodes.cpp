// Elements picked by index, and put.
#include <algorithm>

#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/index.h>
#include <gradus/autograd/ops/mask.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/scatter.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/nn/onnx/import/internal/node_reader.h>
#include <gradus/nn/onnx/import/internal/operands.h>

namespace gradus::nn::onnx {
namespace {

// Indices from the back become such from the front, in i64.
Tensor from_front(const Tensor& index, std::int64_t n) {
  check<DtypeError>(is_integer(index.dtype()), "an index is of whole numbers, not ", index.dtype());
  const Tensor wide = index.to(i64);
  return where(wide < 0, wide + static_cast<double>(n), wide);
}

Run gather_node(NodeReader& node) {
  const std::int64_t along = node.integer("axis", 0);
  return one([along](In x) {
    const int axis = normal_axis(Axis(along).number, x[0].rank(), "Gather");
    const std::int64_t n = x[0].shape()[axis];
    const Tensor index = from_front(x[1], n);
    if (index.rank() == 0) {
      const double at = only_number(index);
      check<ValueError>(at >= 0 && at < static_cast<double>(n), "Gather: index ", only_number(x[1]), " in a dimension of ", n);
      return select(x[0], axis, static_cast<std::int64_t>(at));
    }
    Shape shape;
    for (int i = 0; i < axis; ++i) shape.push_back(x[0].shape()[i]);
    for (const std::int64_t size : index.shape()) shape.push_back(size);
    for (int i = axis + 1; i < x[0].rank(); ++i) shape.push_back(x[0].shape()[i]);
    return reshape(index_select(x[0], axis, reshape(index, {index.size()})), shape);
  });
}

Run gather_elements(NodeReader& node) {
  const std::int64_t axis = node.integer("axis", 0);
  return one([axis](In x) { return gather(x[0], axis, from_front(x[1], x[0].dim(Axis(axis)))); });
}

// The last dimension of the indices as an index for each of the first dimensions of x, behind the batch's.
std::vector<Index> places(const Tensor& x, const Tensor& indices, int batch, const char* op) {
  check<ShapeError>(indices.rank() >= 1 && batch >= 0 && batch < indices.rank() && batch + indices.dim(-1) <= x.rank(), op, ": indices ",
                    indices.shape(), " into ", x.shape(), " behind ", batch, " dimensions of a batch");
  std::vector<Index> at;
  const int rank = indices.rank() - 1;
  for (int b = 0; b < batch; ++b) {
    Shape shape = Shape::filled(rank, 1);
    shape[b] = x.shape()[b];
    at.push_back(reshape(arange(static_cast<double>(x.shape()[b]), i64), shape));
  }
  const Tensor wide = indices.to(i64);
  for (std::int64_t k = 0; k < indices.dim(-1); ++k) at.push_back(Index(select(wide, -1, k)));
  return at;
}

Run gather_nd(NodeReader& node) {
  const std::int64_t batch = node.integer("batch_dims", 0);
  return one([batch](In x) {
    return index(x[0], places(x[0], x[1], static_cast<int>(std::clamp<std::int64_t>(batch, -1, Shape::max_rank)), "GatherND"));
  });
}

enum class Into { none, add, mul, max, min };
Into reduction_of(NodeReader& node) {
  const std::string word = node.text("reduction", "none", {"none", "add", "mul", "max", "min"});
  return word == "none" ? Into::none : word == "add" ? Into::add : word == "mul" ? Into::mul : word == "max" ? Into::max : Into::min;
}
Reduce reduce_of(Into into) { return into == Into::mul ? Reduce::prod : into == Into::max ? Reduce::amax : Reduce::amin; }

Run scatter_nd(NodeReader& node) {
  const Into into = node.version() >= 16 ? reduction_of(node) : Into::none;
  return one([into](In x) {
    const auto at = places(x[0], x[1], 0, "ScatterND");
    if (into == Into::none || into == Into::add) return index_put(x[0], at, x[2], into == Into::add);
    // Along one axis, which the indexed ones become.
    std::int64_t rows = 1, columns = 1;
    Tensor row = zeros_like(at.front().tensor);
    const int depth = static_cast<int>(at.size());
    for (int i = 0; i < x[0].rank(); ++i) (i < depth ? rows : columns) *= x[0].shape()[i];
    for (int i = 0; i < depth; ++i)
      row = row * static_cast<double>(x[0].shape()[i]) + from_front(at[static_cast<std::size_t>(i)].tensor, x[0].shape()[i]);
    const Tensor flat = index_reduce(reshape(x[0], {rows, columns}), 0, reshape(row, {row.size()}), reshape(x[2], {row.size(), columns}),
                                     reduce_of(into));
    return reshape(flat, x[0].shape());
  });
}

Run scatter_elements(NodeReader& node) {
  const std::int64_t axis = node.integer("axis", 0);
  const Into into = node.version() >= 16 ? reduction_of(node) : Into::none;
  return one([=](In x) {
    const Tensor index = from_front(x[1], x[0].dim(Axis(axis)));
    if (into == Into::none) return scatter(x[0], axis, index, x[2]);
    if (into == Into::add) return scatter_add(x[0], axis, index, x[2]);
    return scatter_reduce(x[0], axis, index, x[2], reduce_of(into));
  });
}

Run one_hot_node(NodeReader& node) {
  const std::int64_t along = node.integer("axis", -1);
  return one([along](In x) {
    const auto depth = static_cast<std::int64_t>(only_number(x[1]));
    check<ValueError>(depth >= 1, "OneHot: a depth of ", depth);
    const int axis = normal_axis(Axis(along).number, x[0].rank() + 1, "OneHot");
    const Tensor index = from_front(x[0].to(i64), depth);
    Shape shape = Shape::filled(x[0].rank() + 1, 1), whole = x[0].shape();
    shape[axis] = depth;
    whole.insert(axis, depth);
    checked_size(whole, "OneHot");
    const Tensor hot = unsqueeze(index, axis) == reshape(arange(static_cast<double>(depth), i64), shape);
    check<ShapeError>(x[2].rank() == 1 && x[2].size() == 2, "OneHot: values ", x[2].shape(), ", not [off, on]");
    return where(hot, select(x[2], 0, 1), select(x[2], 0, 0));
  });
}

Run nonzero_node(NodeReader&) {
  return one([](In x) { return transpose(nonzero(x[0]), 0, 1).contiguous(); });
}

Run compress(NodeReader& node) {
  const bool flat = !node.has("axis");
  const std::int64_t axis = node.integer("axis", 0);
  return one([=](In x) {
    const Tensor data = flat ? reshape(x[0], {x[0].size()}) : x[0];
    return index_select(data, axis, squeeze(nonzero(x[1]), {1}));
  });
}

constexpr Operator index_rows[] = {
    {"Compress", 9, 2, 2, 1, compress},
    {"Gather", 1, 2, 2, 1, gather_node, 0, folds},
    {"GatherElements", 11, 2, 2, 1, gather_elements},
    {"GatherND", 11, 2, 2, 1, gather_nd},
    {"NonZero", 9, 1, 1, 1, nonzero_node, 0, folds},
    {"OneHot", 9, 3, 3, 1, one_hot_node, 0b111},
    {"ScatterElements", 11, 3, 3, 1, scatter_elements},
    {"ScatterND", 11, 3, 3, 1, scatter_nd},
};

}  // namespace

std::span<const Operator> index_operators() { return index_rows; }

}  // namespace gradus::nn::onnx
