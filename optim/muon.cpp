#include <gradus/optim/muon.h>

#include <algorithm>

#include <gradus/autograd/array/array.h>
#include <gradus/autograd/kernels/gemm.h>

namespace gradus::optim {
namespace {

// x ← a·x + b·y
template <class T>
void blend(double a, Array& x, double b, const Array& y) {
  const T ta(a), tb(b);
  T* px = x.mutable_data<T>();
  const T* py = y.data<T>();
  for (std::int64_t i = 0; i < x.size(); ++i) px[i] = ta * px[i] + tb * py[i];
}

// Singular values towards 1 by Newton and Schulz's iteration; x [m, n].
template <class T>
Array orthogonal(Array x, const MuonRule::Scalars& s) {
  const bool tall = x.dim(0) > x.dim(1);
  if (tall) x = x.transpose(0, 1).contiguous_copy();
  const auto [a, b, c] = s.coefficients;
  const T* elements = x.data<T>();
  const double norm = std::sqrt(sum_of_squares(x.size(), [&](auto i) { return elements[i]; }));
  blend<T>(1 / std::max(norm, s.eps), x, 0, x);
  for (int step = 0; step < s.steps; ++step) {
    Array gram = kernels::matmul(x, x.transpose(0, 1));
    blend<T>(b, gram, c, kernels::matmul(gram, gram));
    blend<T>(a, x, 1, kernels::matmul(gram, x));
  }
  return tall ? x.transpose(0, 1).contiguous_copy() : x;
}

template <class T>
void update(const WholeParameter<T>& p, const MuonRule::Scalars& s) {
  if (p.n == 0) return;
  Array direction(p.shape, dtype_of<T>);
  T *u = direction.template mutable_data<T>(), *b = p.slots[0];
  const T momentum(s.momentum), rest(1 - s.momentum), keep(s.keep);
  for (std::int64_t i = 0; i < p.n; ++i) {
    b[i] += rest * (p.g[i] - b[i]);
    u[i] = s.nesterov ? rest * p.g[i] + momentum * b[i] : b[i];
  }
  direction = orthogonal<T>(std::move(direction), s);
  const double rows = static_cast<double>(p.shape[0]), columns = static_cast<double>(p.shape[1]);
  const T lr(s.lr * (s.as_adamw ? 0.2 * std::sqrt(std::max(rows, columns)) : std::sqrt(std::max(1., rows / columns))));
  const T* o = direction.template data<T>();
  for (std::int64_t i = 0; i < p.n; ++i) p.w[i] = keep * p.w[i] - lr * o[i];
}

}  // namespace

Fields MuonRule::fields(Options& o) {
  using enum Range;
  static constexpr std::array<std::string_view, 2> scales{"original", "match_rms_adamw"};
  return {{"lr", &o.lr, at_least_zero}, {"weight_decay", &o.weight_decay, at_least_zero}, {"momentum", &o.momentum, below_one},
          {"nesterov", &o.nesterov}, {"ns_coefficients.0", &o.ns_coefficients[0], finite}, {"ns_coefficients.1", &o.ns_coefficients[1], finite},
          {"ns_coefficients.2", &o.ns_coefficients[2], finite}, {"eps", &o.eps, at_least_zero}, {"ns_steps", &o.ns_steps},
          {"adjust_lr", Choice::of("MuonScale", scales, o.adjust_lr)}};
}

void MuonRule::validate(const Options& o) {
  check<ValueError>(1 <= o.ns_steps && o.ns_steps < 100, name, ": ns_steps must lie in 1 to 99, not ", o.ns_steps);
}

void MuonRule::require_shape(std::string_view parameter, const Shape& shape) {
  check<ShapeError>(shape.rank() == 2, name, ": parameter ", parameter, " has shape ", shape,
                    ", but only matrices can be made orthogonal: give vectors and images to another optimizer");
}

MuonRule::Scalars MuonRule::scalars(const Options& o, std::int64_t, bool) {
  return {.lr = o.lr, .keep = 1 - o.lr * o.weight_decay, .momentum = o.momentum, .eps = o.eps, .coefficients = o.ns_coefficients,
          .steps = static_cast<int>(o.ns_steps), .nesterov = o.nesterov, .as_adamw = o.adjust_lr == MuonScale::match_rms_adamw};
}

std::string MuonRule::formula(const Options& o) {
  const auto [a, b, c] = o.ns_coefficients;
  const std::string u = o.nesterov ? text(1 - o.momentum, "·g + ", o.momentum, "·b") : "b";
  return text("b ← ", o.momentum, "·b + ", 1 - o.momentum, "·g;  u = ", u, ";  O = u/‖u‖, then ", o.ns_steps, " times O ← ", a, "·O + (", b, "·G + ",
              c, "·G²)·O with G = O·Oᵀ;  w ← w − ", o.lr, "·", o.weight_decay, "·w − ", o.lr,
              o.adjust_lr == MuonScale::original ? "·√max(1, rows/columns)·O" : "·0.2·√max(rows, columns)·O");
}

Loop MuonRule::loop(Dtype dtype, unsigned) { return dtype == f64 ? whole_loop<update<double>> : whole_loop<update<float>>; }

}  // namespace gradus::optim
