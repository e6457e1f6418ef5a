// The loops that turn a formula into row functions (broadcast.h): values, and slopes times the incoming gradient. Compiled per level in
// ops/formulas/*.simd.cpp.
#pragma once
#include <array>
#include <tuple>
#include <utility>

#include <gradus/autograd/formula/formula.h>
#include <gradus/autograd/simd/simd.h>

namespace gradus::kernels::GRADUS_SIMD_NAMESPACE {

// Calls body(x, put) for every register's worth of elements: x holds the operands' values, put(k, v) keeps result k. The body stands once,
// so that the compiler has it once: an operand that stands still is written out, and read again and again; the last few elements are
// loaded and stored as so many.
template <class T, std::size_t inputs, std::size_t outputs, class Body>
void each_register(const void* const* in, const bool* moves, void* const* out, std::int64_t n, Body body) {
  if (n <= 0) return;
  using V = Vec<T>;
  constexpr std::int64_t size = V::size;
  alignas(64) T still[inputs][static_cast<std::size_t>(size)];
  const T* from[inputs];
  std::int64_t step[inputs];
  T* to[outputs];
  for (std::size_t i = 0; i < inputs; ++i) {
    from[i] = static_cast<const T*>(in[i]), step[i] = moves[i] ? size : 0;
    if (moves[i]) continue;
    V(static_cast<double>(*from[i])).store(still[i]);
    from[i] = still[i];
  }
  for (std::size_t k = 0; k < outputs; ++k) to[k] = static_cast<T*>(out[k]);
  std::array<V, inputs> x;
  std::array<V, outputs> y;
  for (;; n -= size) {
    if (n >= size) {
      for (std::size_t i = 0; i < inputs; ++i) x[i] = V::load(from[i]);
    } else {
      for (std::size_t i = 0; i < inputs; ++i) x[i] = step[i] ? V::load(from[i], n) : V::load(from[i]);
    }
    body(x, [&](std::size_t k, V v) { y[k] = v; });
    if (n < size) break;
    for (std::size_t k = 0; k < outputs; ++k)
      if (to[k]) y[k].store(to[k]), to[k] += size;
    if (n == size) return;
    for (std::size_t i = 0; i < inputs; ++i) from[i] += step[i];
  }
  for (std::size_t k = 0; k < outputs; ++k)
    if (to[k]) y[k].store(to[k], n);
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

}  // namespace gradus::kernels::GRADUS_SIMD_NAMESPACE
