#include <gradus/autograd/tape/row_gradient.h>

#include <gradus/autograd/kernels/axes/rows.h>

namespace gradus {

Array RowGradient::dense(std::int64_t n) const { return kernels::sum_rows({rows, values}, n); }

RowGradient RowGradient::sum(std::span<const kernels::RowPart> parts) {
  auto [rows, values] = kernels::distinct_rows(parts);
  return {std::move(rows), std::move(values)};
}

}  // namespace gradus
