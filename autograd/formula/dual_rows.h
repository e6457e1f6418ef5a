// Row functions of a formula whose slopes nobody has written: it is run on dual numbers. Compiled in the user's program by fuse.h.
// The formula's values(x...) is an array of its results; `given` are the results, bit by bit, whose gradients are there.
#pragma once
#include <array>
#include <cstdint>
#include <limits>

#include <gradus/autograd/formula/dual.h>
#include <gradus/autograd/formula/rows.h>

namespace gradus::kernels::GRADUS_SIMD_NAMESPACE {

template <class F, class T, std::size_t inputs, std::size_t results>
void values_row(const void* formula, const void* const* in, const bool* moves, void* const* out, std::int64_t count) {
  const F f = *static_cast<const F*>(formula);
  each_register<T, inputs, results>(in, moves, out, count, [&](const auto& x, auto put) {
    const auto y = std::apply([&](auto... v) { return f.values(v...); }, x);
    for (std::size_t k = 0; k < results; ++k) put(k, y[k]);
  });
}

// in: the operands and, last, the gradients of the results. Once more, with care, where a gradient is not finite.
template <class F, class T, std::size_t inputs, std::size_t results>
void dual_row(const void* formula, const void* const* in, const bool* moves, void* const* out, std::int64_t count) {
  const F f = *static_cast<const F*>(formula);
  using V = Vec<T>;
  each_register<T, inputs + results, inputs>(in, moves, out, count, [&](const auto& x, auto put) {
    const auto run = [&]<class D, std::size_t... i>(D, V seed, std::index_sequence<i...>) {
      return f.values(D::variable(x[i], i, seed)...);
    };
    constexpr auto operands = std::make_index_sequence<inputs>{};
    const auto fast = run(Dual<V, FastSlope<V>, inputs>(), V(1), operands);
    std::array<V, inputs> grads;
    auto finite = V(0) == V(0);
    for (std::size_t i = 0; i < inputs; ++i) {
      grads[i] = 0;
      for (std::size_t k = 0; k < results; ++k)
        if (f.given >> k & 1) grads[i] = grads[i] + x[inputs + k] * fast[k].slope[i].value;
      finite = finite && abs(grads[i]) <= std::numeric_limits<T>::max();
    }
    if (!all(finite)) [[unlikely]] {
      grads.fill(V(0));
      for (std::size_t k = 0; k < results; ++k) {
        if (!(f.given >> k & 1)) continue;
        const auto careful = run(Dual<V, CarefulSlope<V>, inputs>(), x[inputs + k], operands);
        for (std::size_t i = 0; i < inputs; ++i) grads[i] = grads[i] + careful[k].slope[i].value;
      }
    }
    for (std::size_t i = 0; i < inputs; ++i) put(i, grads[i]);
  });
}

}  // namespace gradus::kernels::GRADUS_SIMD_NAMESPACE
