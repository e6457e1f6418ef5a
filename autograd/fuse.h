// fuse: a formula of your own in one pass over memory, forward and backward, without writing a derivative.
//   Tensor y = fuse([](auto x, auto gate) { return x * sigmoid(gate); }, x, gate);
// The lambda is run on SIMD registers for the value, on dual numbers of SIMD registers for the slopes, and on Tensors when the backward
// itself is recorded (second order). It may use + - * / and comparisons, numbers, and: exp log log1p sqrt square abs sign tanh sigmoid
// softplus erf relu pow maximum minimum, where(condition, a, b), like(x, number); they are found by the arguments, so write them without
// std::. Shapes broadcast; the result has f32 or f64 as the inputs. Compiled in your program: link gradus::native for this machine's SIMD
// (an opt-in header: it needs xsimd, so <gradus/gradus.h> leaves it out; where GRADUS_PLAIN is defined, formulas go number by number and
// nothing is needed).
#pragma once
#include <gradus/autograd/formula/broadcast.h>
#include <gradus/autograd/formula/rows.h>
#include <gradus/autograd/ops/activation.h>
#include <gradus/autograd/ops/apply.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/tape/op.h>
#include <gradus/autograd/walk/grad.h>

namespace gradus {
namespace detail {

Tensor alias(const Tensor& x);   // x as a result of its own, so that a gradient can be taken with respect to this use of it

// With the formula's own namespace (simd/namespace.h), since what is compiled here differs with the instruction set as well.
inline namespace GRADUS_SIMD_NAMESPACE {

template <class F, std::size_t n>
struct Fused final : Op {
  struct Formula {
    F f;
    auto value(auto... x) const { return f(x...); }
  };
  Formula formula;
  explicit Fused(F f) : formula{std::move(f)} {}
  static constexpr bool checks_gradients = false;
  std::string_view name() const override { return "fuse"; }

  template <class... X>
  Array forward(const X&... x) {
    const Tensor* inputs[] = {&x...};
    Array y = elementwise_result("fuse", inputs);
    save(x...);
    using namespace kernels::GRADUS_SIMD_NAMESPACE;
    const auto row = []<class T>(T) -> kernels::Row { return value_row<Formula, T, n>; };
    run_value_row(visit_floating(y.dtype(), "fuse", row), &formula, inputs, y);
    return y;
  }

  Grads backward(Tensor g) override {
    auto x = saved<n>();
    if (recording()) {
      Grads grads;
      for (Tensor& xi : x)
        if (xi.requires_grad()) xi = alias(xi);
      const Tensor y = std::apply(formula.f, x);
      std::array<Tensor, n> wanted;
      std::size_t count = 0;
      for (const Tensor& xi : x)
        if (xi.requires_grad()) wanted[count++] = xi;
      const auto found = y.requires_grad() ? grad(y, std::span(wanted.data(), count), {.create_graph = true, .seed = sum_to(g, y.shape())})
                                           : std::vector<Tensor>(count);
      count = 0;
      for (const Tensor& xi : x) grads.push_back(xi.requires_grad() ? found[count++] : Tensor{});
      return grads;
    }
    const kernels::Row row = slopes_of(g.dtype());   // before g is taken
    return run_slope_row(row, &formula, x, std::move(g).value(), wants());
  }

  Tensor tangent(std::span<const Tensor> vs) override {
    if (recording()) return transposed(vs)[0];
    const auto x = saved<n>();
    return run_tangent_row(slopes_of(x[0].dtype()), &formula, x, vs);
  }

 private:
  static kernels::Row slopes_of(Dtype dtype) {
    using namespace kernels::GRADUS_SIMD_NAMESPACE;
    return visit_floating(dtype, "fuse", []<class T>(T) -> kernels::Row { return dual_row<Formula, T, n>; });
  }
};

// Whether a formula of n arguments can be run, told in one line where it cannot.
template <class F, std::size_t n>
constexpr bool is_formula() {
  using V = kernels::GRADUS_SIMD_NAMESPACE::Vec<float>;
  return []<std::size_t... i>(std::index_sequence<i...>) {
    constexpr bool takes = std::is_invocable_v<const F&, std::conditional_t<i + 1 == 0, void, V>...>;
    static_assert(takes,
                  "fuse: the formula takes one argument of any type for each tensor: fuse([](auto x, auto y) { return x * y; }, x, y)");
    if constexpr (takes) {
      constexpr bool gives =
          std::is_same_v<std::remove_cvref_t<std::invoke_result_t<const F&, std::conditional_t<i + 1 == 0, void, V>...>>, V>;
      static_assert(gives, "fuse: the formula returns a number for each element: where(x > 0, like(x, 1), like(x, 0)) for a condition, "
                           "like(x, 1) for a constant");
      return gives;
    }
    return takes;
  }(std::make_index_sequence<n>{});
}

}  // namespace GRADUS_SIMD_NAMESPACE
}  // namespace detail

inline namespace GRADUS_SIMD_NAMESPACE {

// f(x...) elementwise, for one to six tensors of one dtype. ShapeError, DtypeError, GraphError as for any elementwise operation.
template <class F, class... X>
Tensor fuse(F f, const X&... x) {
  constexpr bool tensors = (std::is_convertible_v<const X&, Tensor> && ...), count = sizeof...(X) >= 1 && sizeof...(X) <= 6;
  static_assert(count, "fuse: a formula has one to six tensors");
  static_assert(tensors,
                "fuse: what follows the formula are tensors; a number stands in the formula: fuse([c](auto x) { return c * x; }, x)");
  if constexpr (tensors && count) {
    if constexpr (detail::is_formula<F, sizeof...(X)>())
      return [&](const auto&... t) {
        return record(detail::Fused<F, sizeof...(X)>(std::move(f)), t...);
      }(static_cast<const Tensor&>(Tensor(x))...);
  }
  return {};
}

}  // namespace GRADUS_SIMD_NAMESPACE
}  // namespace gradus
