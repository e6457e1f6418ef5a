// The loops that turn a formula into row functions (broadcast.h): values, and slopes times the incoming gradient. Compiled per level in
// ops/formulas/*.simd.cpp.
#pragma once
#include <array>
#include <tuple>
#include <utility>

#include <gradus/autograd/formula/formula.h>
#include <gradus/autograd/simd/simd.h>

namespace gradus::kernels::GRADUS_SIMD_NAMESPACE {

// Calls body(x, put) for every register's worth of elements: x holds the operands' values, put(k, v) stores result k. The body stands in
// one loop, so that the compiler has it once: operands that stand still are written out, and the last few elements go through registers of
// their own.
template <class T, std::size_t inputs, std::size_t outputs, class Body>
void each_register(const void* const* in, const bool* moves, void* const* out, std::int64_t n, Body body) {
  using V = Vec<T>;
  constexpr std::int64_t size = V::size, block = 16 * size;
  alignas(64) T spread[inputs][static_cast<std::size_t>(block)], last[outputs][static_cast<std::size_t>(size)];
  bool all_move = true;
  for (std::size_t i = 0; i < inputs; ++i) {
    all_move &= moves[i];
    if (moves[i]) continue;
    const V one(static_cast<double>(*static_cast<const T*>(in[i])));
    for (std::int64_t p = 0; p < block && p < n; p += size) one.store(spread[i] + p);
  }
  for (std::int64_t p = 0; p < n;) {
    std::int64_t now = all_move || n - p < block ? (n - p) / size * size : block;
    const bool tail = now == 0;
    const T* from[inputs];
    T* to[outputs];
    for (std::size_t i = 0; i < inputs; ++i) from[i] = moves[i] ? static_cast<const T*>(in[i]) + p : spread[i];
    for (std::size_t k = 0; k < outputs; ++k) to[k] = out[k] ? static_cast<T*>(out[k]) + p : nullptr;
    if (tail) {
      for (std::size_t i = 0; i < inputs; ++i) {
        if (!moves[i]) continue;
        V::load(from[i], n - p).store(spread[i]);
        from[i] = spread[i];
      }
      for (std::size_t k = 0; k < outputs; ++k) to[k] = to[k] ? last[k] : nullptr;
      now = size;
    }
    std::array<V, inputs> x;
    for (std::int64_t q = 0; q < now; q += size) {
      for (std::size_t i = 0; i < inputs; ++i) x[i] = V::load(from[i] + q);
      body(x, [&](std::size_t k, V v) { if (to[k]) v.store(to[k] + q); });
    }
    if (tail)
      for (std::size_t k = 0; k < outputs; ++k)
        if (to[k]) V::load(last[k]).store(static_cast<T*>(out[k]) + p, n - p);
    p += now;
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

}  // namespace gradus::kernels::GRADUS_SIMD_NAMESPACE
