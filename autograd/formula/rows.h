// The loops that turn a formula into row functions (broadcast.h): values, and slopes times the incoming gradient. Compiled per level in
// ops/internal/formulas/*.simd.cpp, and in the user's program by fuse.h.
#pragma once
#include <array>
#include <limits>
#include <tuple>
#include <utility>

#include <gradus/autograd/formula/dual.h>
#include <gradus/autograd/formula/formula.h>
#include <gradus/autograd/simd/simd.h>

namespace gradus::kernels::GRADUS_SIMD_NAMESPACE {

// Operand i at position p: loaded, or the one value it has for the whole row.
template <class T, std::size_t n>
struct Operands {
  const T* at[n];
  bool moves[n];
  Vec<T> still[n];
  Operands(const void* const* in, const bool* moving) {
    for (std::size_t i = 0; i < n; ++i) {
      at[i] = static_cast<const T*>(in[i]);
      moves[i] = moving[i];
      still[i] = moves[i] ? Vec<T>(0) : Vec<T>(static_cast<double>(*at[i]));
    }
  }
  bool all_move() const {
    bool all = true;
    for (std::size_t i = 0; i < n; ++i) all &= moves[i];
    return all;
  }
};

// Calls body(x, put) for every register's worth of elements: x holds the operands' values, put(k, v) stores result k.
template <class T, std::size_t inputs, std::size_t outputs, class Body>
void each_register(const void* const* in, const bool* moves, void* const* out, std::int64_t n, Body body) {
  const Operands<T, inputs> o(in, moves);
  T* to[outputs];
  for (std::size_t k = 0; k < outputs; ++k) to[k] = static_cast<T*>(out[k]);
  using V = Vec<T>;
  std::array<V, inputs> x;
  std::int64_t p = 0;
  const auto put = [&](std::size_t k, V v) { if (to[k]) v.store(to[k] + p); };
  if (o.all_move()) {
    for (; p + V::size <= n; p += V::size) {
      for (std::size_t i = 0; i < inputs; ++i) x[i] = V::load(o.at[i] + p);
      body(x, put);
    }
  } else {
    for (; p + V::size <= n; p += V::size) {
      for (std::size_t i = 0; i < inputs; ++i) x[i] = o.moves[i] ? V::load(o.at[i] + p) : o.still[i];
      body(x, put);
    }
  }
  if (p < n) {
    for (std::size_t i = 0; i < inputs; ++i) x[i] = o.moves[i] ? V::load(o.at[i] + p, n - p) : o.still[i];
    body(x, [&](std::size_t k, V v) { if (to[k]) v.store(to[k] + p, n - p); });
  }
}

template <class F, class T, std::size_t n>
void value_row(const void* formula, const void* const* in, const bool* moves, void* const* out, std::int64_t count) {
  const F f = *static_cast<const F*>(formula);
  each_register<T, n, 1>(in, moves, out, count,
                         [&](const auto& x, auto put) { put(0, std::apply([&](auto... v) { return f.value(v...); }, x)); });
}

// in: the operands and, last, the gradient of the result.
template <class F, class T, std::size_t n>
void slope_row(const void* formula, const void* const* in, const bool* moves, void* const* out, std::int64_t count) {
  const F f = *static_cast<const F*>(formula);
  each_register<T, n + 1, n>(in, moves, out, count, [&](const auto& x, auto put) {
    [&]<std::size_t... i>(std::index_sequence<i...>) {
      if constexpr (Pulls<F>) {   // a concept, not a requires: clang 14 answers no to one inside a generic lambda
        const auto grads = f.pull(x[n], x[i]...);
        (put(i, grads[i]), ...);
      } else {
        const auto slopes = f.slopes(x[i]...);
        (put(i, x[n] * slopes[i]), ...);
      }
    }(std::make_index_sequence<n>{});
  });
}

// in: the result and its gradient.
template <class F, class T>
void output_slope_row(const void* formula, const void* const* in, const bool* moves, void* const* out, std::int64_t count) {
  const F f = *static_cast<const F*>(formula);
  each_register<T, 2, 1>(in, moves, out, count, [&](const auto& x, auto put) {
    if constexpr (PullsAtOutput<F>) put(0, f.pull_at_output(x[1], x[0]));
    else put(0, x[1] * f.slope_at_output(x[0]));
  });
}

// As slope_row, without written slopes: the formula is run on dual numbers; once more, with care, where a gradient is not finite.
template <class F, class T, std::size_t n>
void dual_row(const void* formula, const void* const* in, const bool* moves, void* const* out, std::int64_t count) {
  const F f = *static_cast<const F*>(formula);
  using V = Vec<T>;
  each_register<T, n + 1, n>(in, moves, out, count, [&](const auto& x, auto put) {
    const auto run = [&]<class D, std::size_t... i>(D, V seed, std::index_sequence<i...>) {
      return D(f.value(D::variable(x[i], i, seed)...)).slope;
    };
    constexpr auto inputs = std::make_index_sequence<n>{};
    const auto slopes = run(Dual<V, FastSlope<V>, n>(), V(1), inputs);
    std::array<V, n> grads;
    for (std::size_t i = 0; i < n; ++i) grads[i] = x[n] * slopes[i].value;
    auto finite = abs(grads[0]) <= std::numeric_limits<T>::max();
    for (std::size_t i = 1; i < n; ++i) finite = finite && abs(grads[i]) <= std::numeric_limits<T>::max();
    if (!all(finite)) [[unlikely]] {
      const auto careful = run(Dual<V, CarefulSlope<V>, n>(), x[n], inputs);
      for (std::size_t i = 0; i < n; ++i) grads[i] = careful[i].value;
    }
    for (std::size_t i = 0; i < n; ++i) put(i, grads[i]);
  });
}

}  // namespace gradus::kernels::GRADUS_SIMD_NAMESPACE
