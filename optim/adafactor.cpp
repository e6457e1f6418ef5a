#include <gradus/optim/adafactor.h>

#include <algorithm>
#include <limits>

#include <gradus/autograd/array/array.h>

namespace gradus::optim {
namespace {

// One matrix [rows, columns] of the stack: its row and column means, and V into `v`.
template <class T>
void factored(const T* g, T* row, T* column, T* v, std::int64_t rows, std::int64_t columns, T take, T eps) {
  double row_mean = 0;
  for (std::int64_t i = 0; i < rows; ++i) {
    const double mean = sum_of_squares(columns, [&](auto j) { return g[i * columns + j]; }) / static_cast<double>(columns);
    row[i] += take * (static_cast<T>(mean) - row[i]);
    row_mean += row[i];
  }
  std::fill_n(v, columns, T(0));   // the first row of V serves for the sums of the columns
  for (std::int64_t i = 0; i < rows; ++i)
    for (std::int64_t j = 0; j < columns; ++j) v[j] += g[i * columns + j] * g[i * columns + j];
  for (std::int64_t j = 0; j < columns; ++j) column[j] += take * (v[j] / static_cast<T>(rows) - column[j]);
  const T mean = std::max(static_cast<T>(row_mean / static_cast<double>(rows)), eps);
  for (std::int64_t i = 0; i < rows; ++i)
    for (std::int64_t j = 0; j < columns; ++j) v[i * columns + j] = row[i] * column[j] / mean;
}

template <class T>
void update(const WholeParameter<T>& p, const AdafactorRule::Scalars& s) {
  if (p.n == 0) return;
  const T take(s.take), eps(s.eps1 == 0 ? std::numeric_limits<T>::epsilon() : T(s.eps1)), keep(s.keep), sign(s.sign);
  const double count = static_cast<double>(p.n);
  const double alpha = std::max(s.eps2, std::sqrt(sum_of_squares(p.n, [&](auto i) { return p.w[i]; }) / count)) * s.rho;
  Array scratch(p.shape, dtype_of<T>);
  T* u = scratch.mutable_data<T>();                // V, then U
  if (p.shape.rank() > 1) {
    const std::int64_t rows = p.shape[p.shape.rank() - 2], columns = p.shape[p.shape.rank() - 1];
    for (std::int64_t k = 0; k < p.n / (rows * columns); ++k)
      factored(p.g + k * rows * columns, p.slots[0] + k * rows, p.slots[1] + k * columns, u + k * rows * columns, rows, columns, take, eps);
  } else {
    for (std::int64_t i = 0; i < p.n; ++i) u[i] = p.slots[2][i] += take * (p.g[i] * p.g[i] - p.slots[2][i]);
  }
  for (std::int64_t i = 0; i < p.n; ++i) u[i] = sign * p.g[i] / std::max(std::sqrt(u[i]), eps);
  const double rms = std::sqrt(sum_of_squares(p.n, [&](auto i) { return u[i]; }) / count);
  const T step(alpha / std::max(1., rms / s.d));
  for (std::int64_t i = 0; i < p.n; ++i) p.w[i] = keep * p.w[i] - step * u[i];
}

}  // namespace

std::optional<Shape> AdafactorRule::slot_shape(std::size_t slot, const Shape& parameter) {
  const int rank = parameter.rank();
  if ((slot == 2) != (rank < 2)) return std::nullopt;
  Shape out = parameter;
  if (slot < 2) out[slot == 0 ? rank - 1 : rank - 2] = 1;
  return out;
}

void AdafactorRule::validate(const Options& o) {
  check<ValueError>(o.beta2_decay <= 0, name, ": beta2_decay must be at most 0, not ", o.beta2_decay);
  check<ValueError>(o.d >= 1, name, ": d must be at least 1, not ", o.d);
}

AdafactorRule::Scalars AdafactorRule::scalars(const Options& o, std::int64_t t, bool) {
  const double steps = static_cast<double>(t);
  return {.sign = o.maximize ? -1. : 1., .take = std::pow(steps, o.beta2_decay), .rho = std::min(o.lr, 1 / std::sqrt(steps)), .eps1 = o.eps[0],
          .eps2 = o.eps[1], .d = o.d, .keep = 1 - o.lr * o.weight_decay};
}

std::string AdafactorRule::formula(const Options& o) {
  const std::string eps = o.eps[0] == 0 ? "ε(dtype)" : text(o.eps[0]);
  return text(o.maximize ? "g ← −g;  " : "", o.weight_decay != 0 ? text("w ← w − ", o.lr, "·", o.weight_decay, "·w;  ") : "", "q = t^", o.beta2_decay,
              ";  r ← r + q·(row mean of g² − r);  c ← c + q·(column mean of g² − c);  U = g/max(√(r·cᵀ/max(mean r, ", eps, ")), ", eps,
              ");  w ← w − max(", o.eps[1], ", RMS(w))·min(", o.lr, ", 1/√t) · U/max(1, RMS(U)/", o.d, ")");
}

Loop AdafactorRule::loop(Dtype dtype, unsigned) { return dtype == f64 ? whole_loop<update<double>> : whole_loop<update<float>>; }

}  // namespace gradus::optim
