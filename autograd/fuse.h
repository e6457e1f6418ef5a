// fuse: a formula of your own in one pass over memory, forward and backward, without writing a derivative.
//   Tensor y = fuse([](auto x, auto gate) { return x * sigmoid(gate); }, x, gate);
//   auto [s, c] = fuse([](auto x) { return std::array{sin(x), cos(x)}; }, x);          several results: an array or a tuple of them
// The lambda is run on SIMD registers for the value, on dual numbers of SIMD registers for the slopes, and on Tensors when the backward
// itself is recorded (second order). It may use + - * / and comparisons, && || ! of them, numbers, where(condition, a, b), like(x, number),
// and every elementwise function that Tensors have (ops/activation.h, arithmetic.h, blend.h, compare.h, math.h, rounding.h, special.h,
// surrogate.h, trigonometry.h), but for those that draw numbers, which come in as an input; they are found by the arguments, so write them
// without std::. Shapes broadcast, of which a vector is a row, as prelu's weight, too; the results have f32 or f64 as the inputs. Compiled
// in your program: link gradus::native for this machine's SIMD (an opt-in header: it needs xsimd, so <gradus/gradus.h> leaves it out; where
// GRADUS_PLAIN is defined, formulas go number by number and nothing is needed).
#pragma once
#include <array>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <gradus/autograd/formula/broadcast.h>
#include <gradus/autograd/formula/dual_rows.h>
#include <gradus/autograd/fuse/words.h>
#include <gradus/autograd/ops/activation.h>
#include <gradus/autograd/ops/apply.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/blend.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/rounding.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/ops/special.h>
#include <gradus/autograd/ops/surrogate.h>
#include <gradus/autograd/ops/trigonometry.h>
#include <gradus/autograd/tape/op.h>
#include <gradus/autograd/walk/grad.h>

namespace gradus {
namespace detail {

Tensor alias(const Tensor& x);   // x as a result of its own, so that a gradient can be taken with respect to this use of it
// Vectors become rows [1, n], where shapes differ: prelu takes a vector for its channels.
void as_rows(std::span<Tensor> x);

inline constexpr std::size_t most_fused = 8;   // inputs, and results

template <class R> concept SeveralResults = requires { std::tuple_size<R>::value; };

// What a formula returns, as an array.
template <class R>
auto as_array(R result) {
  if constexpr (SeveralResults<R>) return std::apply([](auto... each) { return std::array{each...}; }, result);
  else return std::array<R, 1>{result};
}
// How many results of type V it is; 0 for what is none.
template <class R, class V>
constexpr std::size_t count_results() {
  if constexpr (std::is_same_v<R, V>) {
    return 1;
  } else if constexpr (SeveralResults<R>) {
    return []<std::size_t... i>(std::index_sequence<i...>) {
      return (std::is_same_v<std::tuple_element_t<i, R>, V> && ...) ? sizeof...(i) : 0;
    }(std::make_index_sequence<std::tuple_size_v<R>>{});
  } else {
    return 0;
  }
}

// With the formula's own namespace (simd/namespace.h), since what is compiled here differs with the instruction set as well.
inline namespace GRADUS_SIMD_NAMESPACE {

template <class F, std::size_t n, std::size_t m>
struct Fused final : Op {
  struct Formula {
    F f;
    std::uint32_t given = ~0u;
    auto values(auto... x) const { return as_array(f(x...)); }
  };
  Formula formula;
  explicit Fused(F f) : formula{std::move(f)} {}
  static constexpr bool checks_gradients = false;
  std::string_view name() const override { return "fuse"; }

  template <class... X>
  auto forward(const X&... x) {
    const Tensor* inputs[] = {&x...};
    std::array<Array, m> ys;
    elementwise_results("fuse", inputs, ys);
    save(x...);
    using namespace kernels::GRADUS_SIMD_NAMESPACE;
    const auto row = []<class T>(T) -> kernels::Row { return values_row<Formula, T, n, m>; };
    run_value_row(visit_floating(ys[0].dtype(), "fuse", row), &formula, inputs, std::span<Array>(ys));
    if constexpr (m == 1) return Array(std::move(ys[0]));
    else return ys;
  }

  Grads backward(Tensor g) override { return backward_all({&g, 1}); }   // of one result
  Grads backward_all(std::span<Tensor> gs) override {
    const auto x = saved<n>();
    if (recording()) return recorded(x, gs);
    const kernels::Row row = slopes_of(x[0].dtype());
    if constexpr (m == 1) return run_slope_row(row, &formula, x, std::move(gs[0]).value(), wants());
    formula.given = 0;
    for (std::size_t k = 0; k < m; ++k) formula.given |= static_cast<std::uint32_t>(gs[k].defined()) << k;
    return run_slope_row(row, &formula, x, std::span<const Tensor>(gs), wants());
  }

  Tensor tangent(std::span<const Tensor> vs) override {   // of one result; those of several are transposed
    if (recording()) return transposed(vs)[0];
    const auto x = saved<n>();
    return run_tangent_row(slopes_of(x[0].dtype()), &formula, x, vs);
  }

 private:
  static kernels::Row slopes_of(Dtype dtype) {
    using namespace kernels::GRADUS_SIMD_NAMESPACE;
    return visit_floating(dtype, "fuse", []<class T>(T) -> kernels::Row { return dual_row<Formula, T, n, m>; });
  }

  Grads recorded(std::array<Tensor, n> x, std::span<const Tensor> gs) const {
    std::vector<Tensor> wanted, results, seeds;
    for (Tensor& xi : x)
      if (xi.requires_grad()) wanted.push_back(xi = alias(xi));
    std::array<Tensor, n> rows = x;
    as_rows(rows);
    const std::array<Tensor, m> ys = as_array(std::apply(formula.f, rows));
    for (std::size_t k = 0; k < m; ++k)
      if (gs[k].defined() && ys[k].requires_grad())
        results.push_back(ys[k]), seeds.push_back(sum_to(gs[k].rank() < ys[k].rank() ? unsqueeze(gs[k], 0) : gs[k], ys[k].shape()));
    const auto found = results.empty() ? std::vector<Tensor>(wanted.size()) : grad(results, wanted, seeds, {.create_graph = true});
    Grads grads;
    std::size_t count = 0;
    for (const Tensor& xi : x) grads.push_back(xi.requires_grad() ? found[count++] : Tensor{});
    return grads;
  }
};

// How many results a formula of n arguments has: 0 where it cannot be run, which is told in one line.
template <class F, std::size_t n>
constexpr std::size_t results_of_formula() {
  using V = kernels::GRADUS_SIMD_NAMESPACE::Vec<float>;
  return []<std::size_t... i>(std::index_sequence<i...>) -> std::size_t {
    constexpr bool takes = std::is_invocable_v<const F&, std::conditional_t<i + 1 == 0, void, V>...>;
    static_assert(takes,
                  "fuse: the formula takes one argument of any type for each tensor: fuse([](auto x, auto y) { return x * y; }, x, y)");
    if constexpr (takes) {
      constexpr std::size_t gives =
          count_results<std::remove_cvref_t<std::invoke_result_t<const F&, std::conditional_t<i + 1 == 0, void, V>...>>, V>();
      static_assert(gives > 0, "fuse: the formula returns a number for each element: where(x > 0, like(x, 1), like(x, 0)) for a "
                               "condition, like(x, 1) for a constant; or an array or a tuple of such");
      static_assert(gives <= most_fused, "fuse: a formula has one to eight results");
      return gives;
    }
    return 0;
  }(std::make_index_sequence<n>{});
}

}  // namespace GRADUS_SIMD_NAMESPACE
}  // namespace detail

inline namespace GRADUS_SIMD_NAMESPACE {

// f(x...) elementwise, for one to eight tensors of one dtype: a Tensor, or std::array<Tensor, m> of m results. ShapeError, DtypeError,
// GraphError as for any elementwise operation.
template <class F, class... X>
auto fuse(F f, const X&... x) {
  constexpr bool tensors = (std::is_convertible_v<const X&, Tensor> && ...);
  constexpr bool count = sizeof...(X) >= 1 && sizeof...(X) <= detail::most_fused;
  static_assert(count, "fuse: a formula has one to eight tensors");
  static_assert(tensors,
                "fuse: what follows the formula are tensors; a number stands in the formula: fuse([c](auto x) { return c * x; }, x)");
  if constexpr (tensors && count) {
    constexpr std::size_t m = detail::results_of_formula<F, sizeof...(X)>();
    if constexpr (m > 0)
      return [&](const auto&... t) {
        return record(detail::Fused<F, sizeof...(X), m>(std::move(f)), t...);
      }(static_cast<const Tensor&>(Tensor(x))...);
    else return Tensor();
  } else {
    return Tensor();
  }
}

}  // namespace GRADUS_SIMD_NAMESPACE
}  // namespace gradus
