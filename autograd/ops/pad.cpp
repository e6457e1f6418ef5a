// Something around a tensor: a number, or its own elements.
#include <algorithm>
#include <numeric>

#include <gradus/autograd/kernels/axes/place.h>
#include <gradus/autograd/ops/internal/picks.h>
#include <gradus/autograd/ops/internal/cutout.h>
#include <gradus/autograd/ops/internal/whole.h>
#include <gradus/autograd/ops/rearrange.h>
#include <gradus/autograd/tape/internal/described.h>
#include <gradus/autograd/tape/op.h>

namespace gradus {
namespace {

constexpr const char* names[] = {"constant", "reflect", "replicate", "circular"};

// How many come before and after, of each axis.
struct Margins {
  Shape before, after;
};

// What is cut off is cut off first, then the rest is put into its place.
Tensor pad_constant(const Tensor& x, const Margins& margins, double value) {
  detail::Cutout inner, outer;
  Shape shape;
  for (int i = 0; i < x.rank(); ++i) {
    const std::int64_t before = margins.before[i], after = margins.after[i];
    const std::int64_t n = x.dim(i), begin = std::clamp<std::int64_t>(-before, 0, n);
    const std::int64_t end = std::clamp<std::int64_t>(n + std::min<std::int64_t>(after, 0), begin, n);
    shape.push_back(n + before + after);
    const std::int64_t count = std::min(end - begin, shape[i]);
    inner.begin.push_back(begin), inner.step.push_back(1), inner.count.push_back(count);
    outer.begin.push_back(std::clamp<std::int64_t>(before, 0, shape[i])), outer.step.push_back(1), outer.count.push_back(count);
  }
  checked_elements(shape, "pad");
  const Tensor kept = inner.whole(x.shape()) ? x : detail::region(x, inner);
  return detail::into_full(kept, outer, shape, value);
}

// Where each element of an axis with its margins comes from.
Array sources(std::int64_t n, std::int64_t before, std::int64_t after, PadMode mode) {
  Array index({n + before + after}, i64);
  std::int64_t* from = index.mutable_data<std::int64_t>();
  const std::int64_t first = std::max<std::int64_t>(0, -before), last = std::min(n, n + after);   // of its own elements
  if (first < last) std::iota(from + before + first, from + before + last, first);
  const auto outside = [=](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i)
      from[before + i] = mode == PadMode::replicate  ? std::clamp<std::int64_t>(i, 0, n - 1)
                         : mode == PadMode::circular ? (i + n) % n
                                                     : i < 0 ? -i : 2 * (n - 1) - i;
  };
  outside(-before, 0), outside(n, n + after);
  return index;
}

// All axes at once; the gradient goes back along one axis after the other.
struct PadByElements final : Op, detail::Described {
  std::string_view name() const override { return "pad"; }
  void describe(detail::OpOptions& o) const override {
    o("before", margins.before)("after", margins.after)("mode", names[static_cast<int>(mode)]);
  }
  Margins margins;
  PadMode mode;
  Shape shape;
  PadByElements(const Margins& margins, PadMode mode) : margins(margins), mode(mode) {}
  Array source(int axis) const { return sources(shape[axis], margins.before[axis], margins.after[axis], mode); }
  Array forward(const Tensor& x) {
    shape = x.shape();
    SmallVector<Array, 4> all;
    for (int axis = 0; axis < x.rank(); ++axis) all.push_back(source(axis));
    return kernels::grid(x.value(), {all.data(), all.size()});
  }
  Grads backward(Tensor g) override {
    for (int axis = shape.rank(); axis-- > 0;) {
      if (margins.before[axis] == 0 && margins.after[axis] == 0) continue;
      Shape narrower = g.shape();
      narrower[axis] = shape[axis];
      g = detail::pick_into_zeros(g, {"pad_backward", {1u << axis, axis}, {Tensor(source(axis))}}, narrower);
    }
    return {g};
  }
  Tensor tangent(std::span<const Tensor> vs) override { return record(PadByElements(margins, mode), vs[0]); }
};

}  // namespace

Tensor pad(const Tensor& x, std::span<const std::int64_t> padding, PadMode mode, double value) {
  check_defined("pad", x);
  const auto pairs = static_cast<int>(padding.size() / 2);
  check<ValueError>(padding.size() % 2 == 0 && padding.size() / 2 <= static_cast<std::size_t>(x.rank()), "pad: ", padding.size(),
                    " numbers are not two for each of the last dimensions of shape ", x.shape());
  Margins margins{Shape::filled(x.rank(), 0), Shape::filled(x.rank(), 0)};
  for (int k = 0; k < pairs; ++k) {
    const int axis = x.rank() - 1 - k;
    const std::int64_t before = padding[static_cast<std::size_t>(2 * k)], after = padding[static_cast<std::size_t>(2 * k + 1)],
                       n = x.dim(axis);
    check<ValueError>(-n <= before && -n <= after && n + before + after >= 0, "pad: ", before, " before and ", after,
                      " after leave less than nothing of axis ", axis, " of shape ", x.shape());
    const std::int64_t most = mode == PadMode::reflect ? n - 1 : mode == PadMode::circular ? n : before;
    check<ValueError>(mode == PadMode::constant || mode == PadMode::replicate || (before <= most && after <= most), "pad: ", before,
                      " before and ", after, " after are more than ", names[static_cast<int>(mode)],
                      " padding has elements for along axis ", axis, " of shape ", x.shape());
    check<ValueError>(mode == PadMode::constant || n > 0 || (before == 0 && after == 0), "pad: axis ", axis, " of shape ", x.shape(),
                      " has no elements for ", names[static_cast<int>(mode)], " padding");
    margins.before[axis] = before, margins.after[axis] = after;
  }
  check<ValueError>(mode == PadMode::constant || value == 0, "pad: a value, ", value, ", is for constant padding, not for ",
                    names[static_cast<int>(mode)]);
  if (mode == PadMode::constant) {
    static_cast<void>(detail::number_like("pad", x, value));
    return pairs == 0 ? x : pad_constant(x, margins, value);
  }
  return pairs == 0 ? x : record(PadByElements(margins, mode), x);
}

}  // namespace gradus
