// One tensor cut into several: one operation, so that the gradients of all parts are put together once.
#include <algorithm>

#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/tape/internal/described.h>
#include <gradus/autograd/tape/op.h>

namespace gradus {
namespace {

using Sizes = SmallVector<std::int64_t, 8>;

// The gradients of all parts, zeros for those that there are none of.
template <class ShapeOf>
SmallVector<Tensor, 8> all_defined(std::span<const Tensor> gs, ShapeOf shape_of) {
  const Dtype dtype = std::find_if(gs.begin(), gs.end(), [](const Tensor& g) { return g.defined(); })->dtype();
  SmallVector<Tensor, 8> all;
  for (std::size_t i = 0; i < gs.size(); ++i) all.push_back(gs[i].defined() ? gs[i] : Tensor(Array::zeros(shape_of(i), dtype)));
  return all;
}

struct Split final : Op, detail::Described {
  std::string_view name() const override { return "split"; }
  void describe(detail::OpOptions& o) const override {
    o("axis", axis)("sizes", std::span<const std::int64_t>(sizes.data(), sizes.size()));
  }
  int axis;
  Sizes sizes;
  Shape shape;
  Split(int axis, const Sizes& sizes) : axis(axis), sizes(sizes) {}
  std::vector<Array> forward(const Tensor& x) {
    shape = x.shape();
    std::vector<Array> parts;
    std::int64_t begin = 0;
    for (const std::int64_t size : sizes) parts.push_back(x.value().slice(axis, begin, begin + size)), begin += size;
    return parts;
  }
  Grads backward_all(std::span<Tensor> gs) override {
    const auto parts = all_defined(gs, [&](std::size_t i) {
      Shape part = shape;
      part[axis] = sizes[i];
      return part;
    });
    return {cat(std::span(parts.data(), parts.size()), axis)};
  }
  Tangents tangent_all(std::span<const Tensor> vs) override {
    Tangents all;
    for (const Tensor& part : record(Split(axis, sizes), vs[0])) all.push_back(part);
    return all;
  }
};

struct Unbind final : Op, detail::Described {
  std::string_view name() const override { return "unbind"; }
  void describe(detail::OpOptions& o) const override { o("axis", axis); }
  int axis;
  Shape part;
  explicit Unbind(int axis) : axis(axis) {}
  std::vector<Array> forward(const Tensor& x) {
    part = x.shape();
    part.erase(axis);
    std::vector<Array> parts;
    for (std::int64_t i = 0; i < x.dim(axis); ++i) parts.push_back(x.value().slice(axis, i, i + 1).squeeze(axis));
    return parts;
  }
  Grads backward_all(std::span<Tensor> gs) override {
    const auto parts = all_defined(gs, [&](std::size_t) { return part; });
    return {stack(std::span(parts.data(), parts.size()), axis)};
  }
  Tangents tangent_all(std::span<const Tensor> vs) override {
    Tangents all;
    for (const Tensor& each : record(Unbind(axis), vs[0])) all.push_back(each);
    return all;
  }
};

// Parts of equal sizes, and what is left.
std::vector<Tensor> cut(const Tensor& x, std::int64_t size, int axis) {
  Sizes sizes;
  for (std::int64_t left = x.dim(axis); left > 0; left -= size) sizes.push_back(std::min(size, left));
  if (sizes.empty()) sizes.push_back(0);
  return record(Split(axis, sizes), x);
}

}  // namespace

std::vector<Tensor> split(const Tensor& x, std::int64_t size, Axis axis) {
  check_defined("split", x);
  axis = normal_axis(axis, x.rank(), "split");
  check<ValueError>(size > 0 || (size == 0 && x.dim(axis) == 0), "split: the size must be at least 1, not ", size, ", for axis ",
                    axis.number, " of shape ", x.shape());
  return cut(x, size, axis);
}

std::vector<Tensor> split(const Tensor& x, std::span<const std::int64_t> given, Axis axis) {
  check_defined("split", x);
  axis = normal_axis(axis, x.rank(), "split");
  Sizes sizes;
  std::int64_t left = x.dim(axis);
  for (const std::int64_t size : given) {
    check<ValueError>(0 <= size, "split: sizes must not be negative: ", size);
    sizes.push_back(size);
    left = size <= left ? left - size : -1;
    if (left < 0) break;
  }
  check<ValueError>(left == 0 && !sizes.empty(), "split: the sizes must make up axis ", axis.number, " of shape ", x.shape(),
                    ", which has size ", x.dim(axis),
                    [&] { return left < 0 ? text("; they are more") : text("; ", left, " are left over"); });
  return record(Split(axis, sizes), x);
}

std::vector<Tensor> chunk(const Tensor& x, std::int64_t chunks, Axis axis) {
  check_defined("chunk", x);
  axis = normal_axis(axis, x.rank(), "chunk");
  check<ValueError>(chunks >= 1, "chunk: the number of chunks must be at least 1, not ", chunks);
  if (x.dim(axis) > 0) return cut(x, (x.dim(axis) - 1) / chunks + 1, axis);
  Sizes none;
  for (std::int64_t i = 0; i < chunks; ++i) none.push_back(0);
  return record(Split(axis, none), x);
}

std::vector<Tensor> unbind(const Tensor& x, Axis axis) {
  check_defined("unbind", x);
  axis = normal_axis(axis, x.rank(), "unbind");
  if (x.dim(axis) == 0) return {};
  return record(Unbind(axis), x);
}

}  // namespace gradus
