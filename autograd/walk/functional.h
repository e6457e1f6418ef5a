// Derivatives of functions, as torch.autograd.functional has them: f takes tensors and returns tensors, and nothing is left behind.
//   auto [y, dy] = jvp([](const Tensor& x) { return tanh(x); }, x, v);                  // J·v, forward mode
//   auto [y, dx] = vjp([](const Tensor& x) { return tanh(x); }, x, u);                  // uᵀ·J, reverse mode
//   Tensor j = jacobian(f, x), h = hessian(g, x);   auto [y, hv] = hvp(g, x, v);        // [y..., x...], [x..., x...], H·v
//   auto [ys, dys] = jvp([](const std::vector<Tensor>& x) { return std::vector{x[0] * x[1], sin(x[0])}; }, {a, b}, {va, vb});
//   auto [ys, dys] = jvp([](const std::vector<Tensor>& x) { return std::vector{exp(x[0])}; }, {a}, {va});              // lists of one
// The results can be differentiated again where x or v are tracked, or with {.create_graph = true} (f uses parameters).
#pragma once
#include <type_traits>
#include <utility>
#include <vector>

#include <gradus/autograd/tape/recording.h>
#include <gradus/autograd/tape/tensor.h>

namespace gradus {

struct FunctionalOptions {
  bool create_graph = false;
};

namespace detail {

// One evaluation of a function at xs, on a tape of its own that begins there.
class Evaluation {
 public:
  Evaluation(const char* name, const std::vector<Tensor>& xs, const std::vector<Tensor>& along, bool create_graph);
  const std::vector<Tensor>& xs() const { return xs_; }
  void returned(std::vector<Tensor> ys);
  void returned(const Tensor& y) { returned(std::vector<Tensor>{y}); }

  std::vector<Tensor> values() const;
  std::vector<Tensor> jvp() const;        // `along` is v
  std::vector<Tensor> vjp() const;        // `along` is u; undefined for a scalar: 1
  std::vector<Tensor> hvp() const;        // of the only result, a scalar
  Tensor jacobian() const;                // of the only result with respect to the only x
  Tensor hessian() const;

 private:
  const Tensor& only_result() const;
  bool asked_ = recording();
  Recording on_{true};
  const char* name_;
  bool create_graph_;
  std::vector<Tensor> xs_, along_, ys_;
};

// Whether f takes one tensor. If it takes a list, a list it is given: to C++ the {x} of jvp(f, {x}, {v}) is a Tensor.
template <class F>
inline constexpr bool takes_tensor = std::is_invocable_v<F&, const Tensor&>;

template <class F, class X>
using Returned = std::remove_cvref_t<std::invoke_result_t<F&, const X&>>;

// What f returned, in the form in which it did.
template <class R>
R in_form(std::vector<Tensor> all) {
  if constexpr (std::is_same_v<R, std::vector<Tensor>>) return all;
  else return std::move(all[0]);
}

}  // namespace detail

// {f(x), J·v}. f returns a Tensor or a std::vector<Tensor>. ShapeError, DtypeError unless v is like x.
template <class F>
auto jvp(F&& f, const std::vector<Tensor>& xs, const std::vector<Tensor>& vs, const FunctionalOptions& options = {}) {
  using R = detail::Returned<F, std::vector<Tensor>>;
  detail::Evaluation at("jvp", xs, vs, options.create_graph);
  at.returned(f(at.xs()));
  return std::pair<R, R>(detail::in_form<R>(at.values()), detail::in_form<R>(at.jvp()));
}
template <class F>
auto jvp(F&& f, const Tensor& x, const Tensor& v, const FunctionalOptions& options = {}) {
  if constexpr (detail::takes_tensor<F>) {
    using R = detail::Returned<F, Tensor>;
    detail::Evaluation at("jvp", {x}, {v}, options.create_graph);
    at.returned(f(at.xs()[0]));
    return std::pair<R, R>(detail::in_form<R>(at.values()), detail::in_form<R>(at.jvp()));
  } else {
    return jvp(f, std::vector<Tensor>{x}, std::vector<Tensor>{v}, options);
  }
}

// {f(x), uᵀ·J}. u is like f(x); left out, f(x) is a scalar.
template <class F>
auto vjp(F&& f, const std::vector<Tensor>& xs, const std::vector<Tensor>& us, const FunctionalOptions& options = {}) {
  using R = detail::Returned<F, std::vector<Tensor>>;
  detail::Evaluation at("vjp", xs, us, options.create_graph);
  at.returned(f(at.xs()));
  return std::pair<R, std::vector<Tensor>>(detail::in_form<R>(at.values()), at.vjp());
}
template <class F>
auto vjp(F&& f, const Tensor& x, const Tensor& u = {}, const FunctionalOptions& options = {}) {
  if constexpr (detail::takes_tensor<F>) {
    detail::Evaluation at("vjp", {x}, {u}, options.create_graph);
    at.returned(f(at.xs()[0]));
    return std::pair<Tensor, Tensor>(at.values()[0], at.vjp()[0]);
  } else {
    return vjp(f, std::vector<Tensor>{x}, std::vector<Tensor>{u}, options);
  }
}

// ∂f/∂x with the shape [f(x)..., x...], one walk a row or one a column, whichever are fewer.
template <class F>
Tensor jacobian(F&& f, const Tensor& x, const FunctionalOptions& options = {}) {
  detail::Evaluation at("jacobian", {x}, {}, options.create_graph);
  at.returned(f(at.xs()[0]));
  return at.jacobian();
}

// Of a scalar f: the matrix of second derivatives with the shape [x..., x...], and {f(x), that matrix times v} without making it.
template <class F>
Tensor hessian(F&& f, const Tensor& x, const FunctionalOptions& options = {}) {
  detail::Evaluation at("hessian", {x}, {}, options.create_graph);
  at.returned(f(at.xs()[0]));
  return at.hessian();
}
template <class F>
std::pair<Tensor, std::vector<Tensor>> hvp(F&& f, const std::vector<Tensor>& xs, const std::vector<Tensor>& vs,
                                           const FunctionalOptions& options = {}) {
  detail::Evaluation at("hvp", xs, vs, options.create_graph);
  at.returned(f(at.xs()));
  return {at.values()[0], at.hvp()};
}
template <class F>
auto hvp(F&& f, const Tensor& x, const Tensor& v, const FunctionalOptions& options = {}) {
  if constexpr (detail::takes_tensor<F>) {
    detail::Evaluation at("hvp", {x}, {v}, options.create_graph);
    at.returned(f(at.xs()[0]));
    return std::pair<Tensor, Tensor>(at.values()[0], at.hvp()[0]);
  } else {
    return hvp(f, std::vector<Tensor>{x}, std::vector<Tensor>{v}, options);
  }
}

}  // namespace gradus
