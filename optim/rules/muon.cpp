#include <gradus/optim/rules/muon.h>

#include <algorithm>
#include <cmath>

#include <gradus/autograd/simd/internal/level.h>
#include <gradus/optim/kernels/vector_loops.h>
#include <gradus/optim/rules/internal/muon_loops.h>
#include <gradus/optim/rules/internal/muon_products.h>

namespace gradus::optim::kernels {
GRADUS_DISPATCH(MuonLoops, muon_loops)
}

namespace gradus::optim {
namespace {

// x [m, n] with singular values towards 1, by Newton and Schulz's iteration on the smaller of x·xᵀ and xᵀ·x; it comes back in x or next.
template <class T>
const T* orthogonal(T* x, T* next, T* gram, T* factor, std::int64_t m, std::int64_t n, double norm, const MuonRule::Scalars& s) {
  const auto& loops = kernels::vector_loops().of(T{});
  const double a = s.coefficients[0], b = s.coefficients[1], c = s.coefficients[2], least = std::max(norm, s.eps);
  for_blocks(m * n, [&](std::int64_t begin, std::int64_t end) {
    loops.scale(static_cast<T>(1 / least), x + begin, x + begin, end - begin);
  });
  const std::int64_t small = std::min(m, n);
  for (int step = 0; step < s.steps; ++step) {
    const gradus::kernels::Matrix<T> here{x, n}, turned{x, n, true}, g{gram, small}, f{factor, small};
    if (m > n) symmetric_product(turned, here, n, m, gram);
    else symmetric_product(here, turned, m, n, gram);
    symmetric_product(g, g, small, small, factor);
    for_blocks(small * small, [&](std::int64_t begin, std::int64_t end) {
      loops.blend(static_cast<T>(c), factor + begin, static_cast<T>(b), gram + begin, factor + begin, end - begin);
    });
    for (std::int64_t i = 0; i < small; ++i) factor[i * (small + 1)] += static_cast<T>(a);   // a·I + b·G + c·G²
    fixed_product(m > n ? gradus::kernels::Product<T>{m, n, n, here, f, next, n} : gradus::kernels::Product<T>{m, n, m, f, here, next, n});
    std::swap(x, next);
  }
  return x;
}

// What a matrix [m, n] needs besides: partial sums, two of its size and two of the square of its smaller side.
struct Room {
  std::int64_t parts, whole, square;
  explicit Room(const Shape& shape)
      : parts((blocks_of(shape.elements()) + 7) / 8 * 8),
        whole(shape.elements()),
        square(std::min(shape[0], shape[1]) * std::min(shape[0], shape[1])) {}
};

template <class T>
void muon_update(const WholeParameter<T>& p, const MuonRule::Scalars& s) {
  if (p.n == 0) return;
  const auto& loops = kernels::muon_loops().of(T{});
  const auto& vectors = kernels::vector_loops().of(T{});
  const Room room(p.shape);
  double* parts = static_cast<double*>(p.scratch);
  T *u = reinterpret_cast<T*>(parts + room.parts), *next = u + room.whole, *gram = next + room.whole, *b = p.slots[0];
  const T rest(1 - s.momentum);
  const double sum = sum_over_blocks(parts, p.n, [&](std::int64_t begin, std::int64_t end) {
    return loops.momentum(p.g + begin, b + begin, u + begin, end - begin, T(s.momentum), rest, s.nesterov);
  });
  const double norm_of_u = sum > 0x1p-900 && sum < HUGE_VAL ? std::sqrt(sum) : norm(parts, u, p.n);
  const T* o = orthogonal<T>(u, next, gram, gram + room.square, p.shape[0], p.shape[1], norm_of_u, s);   // it may fail: nothing has changed
  const double rows = static_cast<double>(p.shape[0]), columns = static_cast<double>(p.shape[1]);
  const T lr(s.lr * (s.as_adamw ? 0.2 * std::sqrt(std::max(rows, columns)) : std::sqrt(std::max(1., rows / columns))));
  for_blocks(p.n, [&](std::int64_t begin, std::int64_t end) {
    loops.average(p.g + begin, b + begin, end - begin, rest);
    vectors.blend(T(s.keep), p.w + begin, -lr, o + begin, p.w + begin, end - begin);
  });
}

}  // namespace

void MuonRule::require_shape(std::string_view parameter, const Shape& shape) {
  check<ShapeError>(shape.rank() == 2, name, ": parameter ", parameter, " has shape ", shape,
                    ", but only matrices can be made orthogonal: give vectors and images to another optimizer");
}

std::int64_t MuonRule::scratch(const Shape& shape, Dtype dtype) {
  const Room room(shape);
  return room.parts * static_cast<std::int64_t>(sizeof(double)) +
         2 * (room.whole + room.square) * static_cast<std::int64_t>(size_of(dtype));
}

MuonRule::Scalars MuonRule::scalars(const Options& o, std::int64_t, bool) {
  return {.lr = o.lr, .keep = 1 - o.lr * o.weight_decay, .momentum = o.momentum, .eps = o.eps, .coefficients = o.ns_coefficients,
          .steps = static_cast<int>(o.ns_steps), .nesterov = o.nesterov, .as_adamw = o.adjust_lr == MuonScale::match_rms_adamw};
}

std::string MuonRule::formula(const Options& o) {
  const auto [a, b, c] = o.ns_coefficients;
  const std::string u = o.nesterov ? text(1 - o.momentum, "·g + ", o.momentum, "·b") : "b";
  return text("b ← ", o.momentum, "·b + ", 1 - o.momentum, "·g;  u = ", u, ";  O = u/‖u‖, then ", o.ns_steps, " times O ← ", a, "·O + (", b,
              "·G + ", c, "·G²)·O with G = O·Oᵀ;  w ← w − ", o.lr, "·", o.weight_decay, "·w − ", o.lr,
              o.adjust_lr == MuonScale::original ? "·√max(1, rows/columns)·O" : "·0.2·√max(rows, columns)·O");
}

Loop MuonRule::loop(Dtype dtype, Kept) {
  return visit_floating(dtype, name, []<class T>(T) -> Loop { return whole_loop<muon_update<T>>; });
}

template class OptimizerOf<MuonRule>;

}  // namespace gradus::optim
