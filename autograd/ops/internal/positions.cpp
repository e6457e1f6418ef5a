#include <gradus/autograd/ops/internal/positions.h>

namespace gradus::detail {

Array positions(std::string_view op, std::string_view what, const Tensor& positions) {
  check<DtypeError>(is_integer(positions.dtype()), op, ": ", what, " must be whole numbers (i64, i32, i16, i8 or u8), not ",
                    positions.dtype(), "; convert with x.to(i64)");
  return positions.value().to(i64).as_contiguous();
}

}  // namespace gradus::detail
