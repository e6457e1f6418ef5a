#include <gradus/optim/muon.h>

#include <algorithm>
#include <cmath>

#include <gradus/autograd/array/array.h>
#include <gradus/autograd/kernels/level.h>
#include <gradus/optim/muon_loops.h>
#include <gradus/optim/muon_products.h>

GRADUS_DISPATCH(MuonLoops, muon_loops)

namespace gradus::optim {
namespace {

// x [m, n] with singular values towards 1, by Newton and Schulz's iteration on the smaller of x·xᵀ and xᵀ·x.
template <class T>
Array orthogonal(Array x, double norm, const MuonRule::Scalars& s) {
  const auto& loops = kernels::muon_loops().of(T{});
  const double a = s.coefficients[0], b = s.coefficients[1], c = s.coefficients[2];
  T* elements = x.mutable_data<T>();
  for_blocks(x.size(), [&](std::int64_t begin, std::int64_t end) {
    loops.scale(static_cast<T>(1 / std::max(norm, s.eps)), elements + begin, end - begin);
  });
  const std::int64_t m = x.dim(0), n = x.dim(1), small = std::min(m, n);
  Array gram({small, small}, dtype_of<T>), factor({small, small}, dtype_of<T>), next(x.shape(), dtype_of<T>);
  T *pg = gram.mutable_data<T>(), *pf = factor.mutable_data<T>();
  for (int step = 0; step < s.steps; ++step) {
    const kernels::Matrix<T> here{x.data<T>(), n}, turned{x.data<T>(), n, true}, g{pg, small}, f{pf, small};
    if (m > n) symmetric_product(turned, here, n, m, pg);
    else symmetric_product(here, turned, m, n, pg);
    symmetric_product(g, g, small, small, pf);
    for_blocks(factor.size(), [&](std::int64_t begin, std::int64_t end) {
      loops.blend(static_cast<T>(c), pf + begin, static_cast<T>(b), pg + begin, end - begin);
    });
    for (std::int64_t i = 0; i < small; ++i) pf[i * (small + 1)] += static_cast<T>(a);   // a·I + b·G + c·G²
    fixed_product(m > n ? kernels::Product<T>{m, n, n, here, f, next.mutable_data<T>(), n} : kernels::Product<T>{m, n, m, f, here, next.mutable_data<T>(), n});
    std::swap(x, next);
  }
  return x;
}

template <class T>
void update(const WholeParameter<T>& p, const MuonRule::Scalars& s) {
  if (p.n == 0) return;
  const auto& loops = kernels::muon_loops().of(T{});
  Array direction(p.shape, dtype_of<T>);
  T *u = direction.template mutable_data<T>(), *b = p.slots[0];
  const double norm = std::sqrt(sum_over_blocks(p.n, [&](std::int64_t begin, std::int64_t end) {
    return loops.momentum(p.g + begin, b + begin, u + begin, end - begin, T(s.momentum), T(1 - s.momentum), s.nesterov);
  }));
  direction = orthogonal<T>(std::move(direction), norm, s);
  const double rows = static_cast<double>(p.shape[0]), columns = static_cast<double>(p.shape[1]);
  const T lr(s.lr * (s.as_adamw ? 0.2 * std::sqrt(std::max(rows, columns)) : std::sqrt(std::max(1., rows / columns))));
  const T* o = direction.template data<T>();
  for_blocks(p.n, [&](std::int64_t begin, std::int64_t end) { loops.blend(T(s.keep), p.w + begin, -lr, o + begin, end - begin); });
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
