#include <gradus/optim/driver/row_use.h>

#include <gradus/autograd/tape/tape.h>

namespace gradus::optim {

void check_row_use(std::string_view optimizer, std::string_view parameter, RowUse use, const Leaf& leaf) {
  const auto& [rows, values] = leaf.grad.rows();
  if (!leaf.grad.is_rows()) {
    check<ValueError>(use != RowUse::demands, optimizer, ": the gradient of ", parameter, " is a tensor, but ", optimizer,
                      " takes gradients of rows only: construct its embedding with sparse = true, or give the parameter to Adam");
    return;
  }
  check<ValueError>(use != RowUse::refuses, optimizer, ": ", parameter, " has a gradient of rows, but ", optimizer,
                    " with these options moves all rows at every step: give the parameter to SparseAdam, or construct its embedding with "
                    "sparse = false");
  const Array& value = leaf.value;
  const bool fits =
      value.rank() == 2 && rows.rank() == 1 && values.rank() == 2 && values.dim(0) == rows.dim(0) && values.dim(1) == value.dim(1);
  check<ShapeError>(fits, optimizer, ": the gradient of ", parameter, " has rows ", rows.shape(), " and values ", values.shape(),
                    " but the parameter is ", value.shape());
  check<DtypeError>(values.dtype() == value.dtype() && rows.dtype() == i64, optimizer, ": the gradient of ", parameter, " has ",
                    rows.dtype(), " rows and ", values.dtype(), " values but the parameter is ", value.dtype(), " and rows are i64");
  std::int64_t least = 0;
  const Array numbers = rows.as_contiguous();
  for (const std::int64_t row : numbers.span<std::int64_t>()) {
    check<ValueError>(least <= row && row < value.dim(0), optimizer, ": the gradient of ", parameter, " has row ", row,
                      ", but rows must ascend, each once, and lie below ", value.dim(0));
    least = row + 1;
  }
}

}  // namespace gradus::optim
