#include <gradus/optim/second_order/internal/vectors.h>

#include <algorithm>
#include <cmath>

#include <gradus/optim/driver/whole.h>
#include <gradus/optim/kernels/vector_loops.h>

namespace gradus::optim::vectors {
namespace {

const kernels::VectorLoopsOf<double>& loops() { return kernels::vector_loops().of(double{}); }

}  // namespace

double dot(const Array& a, const Array& b) {
  const double *pa = a.data<double>(), *pb = b.data<double>();
  return sum_over_blocks(a.size(), [=](std::int64_t begin, std::int64_t end) { return loops().dot(pa + begin, pb + begin, end - begin); });
}

double largest(const Array& a) {
  const double* p = a.data<double>();
  const std::int64_t n = a.size(), blocks = (n + whole_block - 1) / whole_block;
  SmallVector<double, 64> parts;
  parts.resize(static_cast<std::size_t>(blocks));
  parallel_for(blocks, blocks_worth_a_thread, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t i = first; i < last; ++i) parts[i] = loops().largest(p + i * whole_block, std::min(whole_block, n - i * whole_block));
  });
  double out = 0;
  for (double x : parts) out = out < x || std::isnan(x) ? x : out;
  return out;
}

double absolute_sum(const Array& a) {
  const double* p = a.data<double>();
  return sum_over_blocks(a.size(), [=](std::int64_t begin, std::int64_t end) {
    double sum = 0;
    for (std::int64_t i = begin; i < end; ++i) sum += std::abs(p[i]);
    return sum;
  });
}

Array blend(double a, const Array& x, double b, const Array& y) {
  Array out(x.shape(), f64);
  const double *px = x.data<double>(), *py = y.data<double>();
  double* to = out.mutable_data<double>();
  for_blocks(x.size(), [=](std::int64_t begin, std::int64_t end) { loops().blend(a, px + begin, b, py + begin, to + begin, end - begin); });
  return out;
}

void add(Array& y, double a, const Array& x) {
  double* py = y.mutable_data<double>();
  const double* px = x.data<double>();
  for_blocks(y.size(), [=](std::int64_t begin, std::int64_t end) { loops().blend(1, py + begin, a, px + begin, py + begin, end - begin); });
}

Array scaled(double a, const Array& x) {
  Array out(x.shape(), f64);
  const double* from = x.data<double>();
  double* to = out.mutable_data<double>();
  for_blocks(x.size(), [=](std::int64_t begin, std::int64_t end) { loops().scale(a, from + begin, to + begin, end - begin); });
  return out;
}

}  // namespace gradus::optim::vectors
