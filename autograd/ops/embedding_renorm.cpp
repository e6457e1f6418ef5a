// Rows of a table that are too long.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/kernels/axes/grain.h>
#include <gradus/autograd/ops/embedding.h>
#include <gradus/autograd/ops/internal/positions.h>

namespace gradus {
namespace {

template <class T>
double norm_of_row(const T* x, std::int64_t n, double p) {
  double sum = 0;
  for (std::int64_t j = 0; j < n; ++j) {
    const double v = std::abs(static_cast<double>(x[j]));
    if (p == 2) sum += v * v;
    else if (p == 1) sum += v;
    else if (std::isinf(p)) sum = std::max(sum, v);
    else sum += std::pow(v, p);
  }
  return p == 2 ? std::sqrt(sum) : p == 1 || std::isinf(p) ? sum : std::pow(sum, 1 / p);
}

}  // namespace

void embedding_renorm(Array& table, const Tensor& indices, double max_norm, double norm_type) {
  constexpr const char* op = "embedding_renorm";
  check_defined(op, Tensor(table), "the table");
  check_defined(op, indices, "indices");
  check<ShapeError>(table.rank() == 2, op, ": needs a table [n, d], not ", table.shape());
  check_computes_in(table.dtype(), op);
  check<ValueError>(max_norm >= 0 && norm_type > 0, op, ": max_norm must be at least 0 and norm_type above 0, not ", max_norm, " and ",
                    norm_type);
  const Array index = detail::positions(op, "indices", indices);
  detail::check_rows(op, index, Tensor(table));
  const std::int64_t d = table.dim(1);
  std::vector<std::int64_t> rows(index.data<std::int64_t>(), index.data<std::int64_t>() + index.size());
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  std::vector<double> norms(rows.size());
  if (!table.contiguous()) table = table.contiguous_copy();
  visit_floating(table.dtype(), op, [&]<class T>(T) {
    const T* from = table.data<T>();
    parallel_for(std::ssize(rows), items_worth(kernels::sum_grain, d), [&](std::int64_t begin, std::int64_t end) {
      for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i)
        norms[i] = norm_of_row(from + rows[i] * d, d, norm_type);
    });
    if (std::none_of(norms.begin(), norms.end(), [=](double norm) { return norm > max_norm; })) return;
    T* to = table.mutable_data<T>();
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const T scale = static_cast<T>(max_norm / (norms[i] + 1e-7));
      if (norms[i] > max_norm) std::transform(to + rows[i] * d, to + (rows[i] + 1) * d, to + rows[i] * d, [=](T v) { return v * scale; });
    }
  });
}

}  // namespace gradus
