#include <gradus/autograd/ops/search.h>

#include <gradus/autograd/kernels/axes/sort.h>
#include <gradus/autograd/ops/index.h>
#include <gradus/autograd/ops/internal/parts.h>
#include <gradus/autograd/ops/internal/reducing.h>
#include <gradus/autograd/ops/scatter.h>

namespace gradus {
namespace {

void check_dtypes(const char* op, const Tensor& a, const Tensor& b) {
  check<DtypeError>(a.dtype() == b.dtype(), op, ": dtypes differ: ", a.dtype(), " and ", b.dtype(), "; convert one side with b.to(",
                    a.dtype(), ")");
}

Unique distinct(const Tensor& x, kernels::Distinct (*find)(const Array&)) {
  const auto [values, inverse, counts] = find(x.value().reshape({x.size()}));
  return {values, inverse.reshape(x.shape()), counts};
}

Unique distinct_along(const char* op, const Tensor& given, Axis axis, bool neighbours) {
  const int at = detail::axis_of(axis, given, op);
  const Tensor x = detail::as_vector(given.detach());
  const auto [first, inverse, counts] = kernels::unique_slices(x.value(), at, neighbours);
  return {index_select(x, at, first), inverse, counts};
}

}  // namespace

Tensor searchsorted(const Tensor& sorted, const Tensor& values, bool right) {
  check_defined("searchsorted", sorted, "sorted");
  check_defined("searchsorted", values, "values");
  check_dtypes("searchsorted", sorted, values);
  bool fits = sorted.rank() == 1 || (sorted.rank() == values.rank() && sorted.rank() > 0);
  for (int i = 0; fits && sorted.rank() > 1 && i + 1 < sorted.rank(); ++i) fits = sorted.dim(i) == values.dim(i);
  check<ShapeError>(fits, "searchsorted: the sorted elements ", sorted.shape(), " must be a vector, or agree with the values ",
                    values.shape(), " in all dimensions but the last");
  return kernels::searchsorted(sorted.value(), values.value(), right);
}

Tensor searchsorted(const Tensor& elements, const Tensor& values, const Tensor& sorter, bool right) {
  check_defined("searchsorted", elements, "elements");
  check_defined("searchsorted", sorter, "sorter");
  check<ShapeError>(sorter.shape() == elements.shape(), "searchsorted: the sorter ", sorter.shape(),
                    " must have the shape of the elements ", elements.shape());
  return searchsorted(take_along_axis(elements.detach(), sorter, -1), values, right);
}

Tensor bucketize(const Tensor& values, const Tensor& boundaries, bool right) {
  check_defined("bucketize", values, "values");
  check_defined("bucketize", boundaries, "boundaries");
  check_dtypes("bucketize", boundaries, values);
  check<ShapeError>(boundaries.rank() == 1, "bucketize: boundaries must be a vector, not ", boundaries.shape(),
                    "; searchsorted takes other shapes");
  return kernels::searchsorted(boundaries.value(), values.value(), right);
}

Unique unique(const Tensor& x) {
  check_defined("unique", x);
  return distinct(x, kernels::unique);
}
Unique unique_consecutive(const Tensor& x) {
  check_defined("unique_consecutive", x);
  return distinct(x, kernels::unique_consecutive);
}
Unique unique(const Tensor& x, Axis axis) { return distinct_along("unique", x, axis, false); }
Unique unique_consecutive(const Tensor& x, Axis axis) { return distinct_along("unique_consecutive", x, axis, true); }

}  // namespace gradus
