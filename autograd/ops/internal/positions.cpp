#include <gradus/autograd/ops/internal/positions.h>

#include <gradus/autograd/kernels/axes/gather.h>
#include <gradus/autograd/tape/internal/described.h>

namespace gradus::detail {

Array positions(std::string_view op, std::string_view what, const Tensor& positions) {
  check<DtypeError>(is_integer(positions.dtype()), op, ": ", what, " must be whole numbers (i64, i32, i16, i8 or u8), not ",
                    positions.dtype(), "; convert with x.to(i64)");
  const Array whole = told("to", {&positions}, positions.value().to(i64));
  const Tensor of(whole);
  return told("contiguous", {&of}, whole.as_contiguous());
}

Array positions_along(std::string_view op, std::string_view what, const Tensor& given, const Shape& shape, int axis, bool from_back) {
  Array flat = positions(op, what, given);
  const std::int64_t n = shape[axis], bad = kernels::first_outside(flat, n, from_back ? -n : 0);
  if (bad >= 0)
    fail<ValueError>(op, ": index ", flat.data<std::int64_t>()[bad], " at ", coordinates(bad, flat.shape()), " of ", what, " ",
                     flat.shape(), " is out of range for axis ", axis, " of shape ", shape, ", which has size ", n);
  if (from_back && kernels::first_outside(flat, n) >= 0)
    {
      const Tensor before(flat);
      for (std::int64_t& i : flat.mutable_span<std::int64_t>()) i += i < 0 ? n : 0;
      told("from_front", {&before}, flat, {{"size", static_cast<double>(n)}});
    }
  return flat;
}

void check_rows(std::string_view op, const Array& indices, const Tensor& table) {
  const std::int64_t n = table.dim(0), bad = kernels::first_outside(indices, n);
  if (bad >= 0)
    fail<ValueError>(op, ": index ", indices.data<std::int64_t>()[bad], " at ", coordinates(bad, indices.shape()), " of the indices ",
                     indices.shape(), " is out of range for ", n, " rows: ", describe(table));
}

Shape coordinates(std::int64_t element, const Shape& shape) {
  Shape place = shape;
  for (int axis = shape.rank(); axis-- > 0; element /= shape[axis]) place[axis] = element % shape[axis];
  return place;
}

}  // namespace gradus::detail
