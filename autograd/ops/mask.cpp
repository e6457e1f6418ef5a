#include <gradus/autograd/ops/mask.h>

#include <algorithm>
#include <vector>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/kernels/axes/gather.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/internal/parts.h>
#include <gradus/autograd/ops/internal/picks.h>
#include <gradus/autograd/ops/internal/positions.h>
#include <gradus/autograd/ops/internal/scatter.h>
#include <gradus/autograd/ops/internal/whole.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/tape/internal/described.h>

namespace gradus {
namespace {

void check_mask(const char* op, const Tensor& x, const Tensor& mask) {
  check_defined(op, x);
  check_defined(op, mask, "the mask");
  check<DtypeError>(mask.dtype() == boolean, op, ": the mask must be bool, not ", describe(mask), "; compare it, say with x != 0");
}

Tensor vector_of(const Tensor& x, const Shape& shape) { return reshape(expand(x, shape), {shape.elements()}); }
detail::Picks picks_of(const char* op, const Tensor& mask, const Shape& shape) {
  const Tensor all = vector_of(mask, shape);
  return {op, {1, 0}, {Tensor(detail::told("true_places", {&all}, kernels::true_places(all.value().as_contiguous())))}};
}

template <class T>
Array found_in(const Array& x, const Array& values) {
  std::vector<T> sorted;
  for (const T v : values.span<T>())
    if (v == v) sorted.push_back(v);
  std::sort(sorted.begin(), sorted.end());
  Array out(x.shape(), boolean);
  const T* from = x.data<T>();
  bool* to = out.mutable_data<bool>();
  parallel_for(x.size(), 1 << 12, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const auto at = std::lower_bound(sorted.begin(), sorted.end(), from[i]);
      to[i] = at != sorted.end() && *at == from[i];
    }
  });
  return out;
}

Array coordinates_of(const Tensor& x) {
  const Array places = kernels::true_places(x.value().to(boolean).as_contiguous());
  const int rank = x.rank();
  Array out({places.size(), rank}, i64);
  const auto from = places.span<std::int64_t>();
  const auto to = out.mutable_span<std::int64_t>();
  if (out.size() == 0) return out;
  const Shape shape = x.shape();
  const std::int64_t row = shape[rank - 1];
  parallel_for(places.size(), 1 << 13, [&](std::int64_t begin, std::int64_t end) {
    std::int64_t* at = to.data() + begin * rank;
    std::int64_t column = 0, before = 0;   // of the place before
    for (std::int64_t k = begin; k < end; ++k, at += rank) {
      std::int64_t place = from[static_cast<std::size_t>(k)];
      column += place - before;
      before = place;
      if (k > begin && column < row) {   // in the same row
        for (int axis = 0; axis < rank - 1; ++axis) at[axis] = at[axis - rank];
      } else {
        column = place % row;
        place /= row;
        for (int axis = rank - 1; axis-- > 0; place /= shape[axis]) at[axis] = place % shape[axis];
      }
      at[rank - 1] = column;
    }
  });
  return out;
}

}  // namespace

Tensor masked_fill(const Tensor& x, const Tensor& mask, const Tensor& value) {
  check_mask("masked_fill", x, mask);
  check_defined("masked_fill", value, "the value");
  check<DtypeError>(x.dtype() == value.dtype(), "masked_fill: dtypes differ: ", describe(x), " and the value ", describe(value),
                    "; convert one side with b.to(",
                    x.dtype(), ")");
  check<ShapeError>(value.size() == 1, "masked_fill: the value must be one element, not ", value.shape());
  static_cast<void>(broadcast_shapes(x.shape(), mask.shape(), "masked_fill"));
  return where(mask, reshape(value, {}), x);
}

Tensor masked_fill(const Tensor& x, const Tensor& mask, double value) {
  check_mask("masked_fill", x, mask);
  return masked_fill(x, mask, Tensor(detail::number_like("masked_fill", x, value)));
}

Tensor masked_select(const Tensor& x, const Tensor& mask) {
  check_mask("masked_select", x, mask);
  const Shape shape = broadcast_shapes(x.shape(), mask.shape(), "masked_select");
  return detail::pick(vector_of(x, shape), picks_of("masked_select", mask, shape));
}

Tensor masked_scatter(const Tensor& x, const Tensor& mask, const Tensor& source) {
  check_mask("masked_scatter", x, mask);
  check_defined("masked_scatter", source, "source");
  check<DtypeError>(x.dtype() == source.dtype(), "masked_scatter: dtypes differ: ", describe(x), " and source ", describe(source),
                    "; convert one side with b.to(", x.dtype(), ")");
  const Shape shape = broadcast_shapes(x.shape(), mask.shape(), "masked_scatter");
  const detail::Picks picks = picks_of("masked_scatter", mask, shape);
  const std::int64_t n = picks.positions[0].size();
  check<ValueError>(n <= source.size(), "masked_scatter: source ", source.shape(), " has ", source.size(), " elements for ", n,
                    " places of the mask ",
                    mask.shape());
  const Tensor values = detail::slice_range(reshape(source, {source.size()}), {0, 0, n, 1});
  return reshape(detail::put(vector_of(x, shape), picks, values, false), shape);
}

Tensor nonzero(const Tensor& x) {
  check_defined("nonzero", x);
  return detail::told("nonzero", {&x}, coordinates_of(x));
}
Tensor argwhere(const Tensor& x) {
  check_defined("argwhere", x);
  return detail::told("nonzero", {&x}, coordinates_of(x));
}

Tensor one_hot(const Tensor& labels, std::int64_t classes) {
  check_defined("one_hot", labels, "labels");
  const Array index = detail::positions("one_hot", "labels", labels);
  if (classes == -1) {
    check<ValueError>(index.size() > 0, "one_hot: no labels ", labels.shape(), " say how many classes there are");
    const auto all = index.span<std::int64_t>();
    const std::int64_t largest = *std::max_element(all.begin(), all.end());
    classes = std::max<std::int64_t>(largest, 0) + 1;
  }
  check<ValueError>(classes >= 0, "one_hot: the number of classes must not be negative: ", classes);
  Shape shape = labels.shape(), one = labels.shape();
  shape.push_back(classes), one.push_back(1);
  static_cast<void>(detail::positions_along("one_hot", "labels", Tensor(index), shape, shape.rank() - 1));
  Array out = Array::zeros(shape, i64);
  kernels::scatter(kernels::Scatter::set, out, shape.rank() - 1, index.reshape(one), Array::full({}, 1, i64).expand(one));
  return detail::told("one_hot", {&labels}, out, {{"classes", static_cast<double>(classes)}});
}

Tensor isin(const Tensor& x, const Tensor& values, bool invert) {
  check_defined("isin", x);
  check_defined("isin", values, "values");
  check<DtypeError>(x.dtype() == values.dtype(), "isin: dtypes differ: ", describe(x), " and values ", describe(values),
                    "; convert one side with b.to(",
                    x.dtype(), ")");
  const Dtype dtype = detail::worked_in(x.dtype());
  const Array from = x.value().to(dtype).as_contiguous(), in = values.value().to(dtype).as_contiguous();
  const Tensor found = dtype == i64 ? found_in<std::int64_t>(from, in)
                                    : visit_floating(dtype, "isin", [&]<class T>(T) { return found_in<T>(from, in); });
  return invert ? !found : found;
}

}  // namespace gradus
