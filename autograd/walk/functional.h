// Derivatives of functions, as torch.autograd.functional has them: f takes tensors and returns tensors, and nothing is left behind.
//   auto [y, dy] = jvp([](const Tensor& x) { return tanh(x); }, x, v);                  // J·v, forward mode
//   auto [y, dx] = vjp([](const Tensor& x) { return tanh(x); }, x, u);                  // uᵀ·J, reverse mode
//   Tensor j = jacobian(f, x), h = hessian(g, x);   auto [y, hv] = hvp(g, x, v);        // [y..., x...], [x..., x...], H·v
//   auto blocks = jacobian([](const std::vector<Tensor>& x) { return std::vector{x[0] * x[1], sin(x[0])}; }, {a, b});   // blocks[y][x]
//   auto h = hessian([](const std::vector<Tensor>& x) { return sum(x[0] * x[1]); }, {a, b});                            // h[x][x]
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
  // Of each result with respect to each x, results first.
  std::vector<Tensor> jacobian() const;
  // Of the only result, a scalar, with respect to each pair of xs.
  std::vector<Tensor> hessian() const;

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
std::vector<std::vector<Tensor>> in_rows(std::vector<Tensor> all, std::size_t columns);

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

// ∂f/∂x with the shape [f(x)..., x...], one walk a row or one a column, whichever are fewer over all results and all xs. Of lists it is a
// list, and of a list of results by a list of xs a list of lists, [result][x], as torch.autograd.functional.jacobian has it.
template <class F>
auto jacobian(F&& f, const std::vector<Tensor>& xs, const FunctionalOptions& options = {}) {
  detail::Evaluation at("jacobian", xs, {}, options.create_graph);
  at.returned(f(at.xs()));
  if constexpr (std::is_same_v<detail::Returned<F, std::vector<Tensor>>, std::vector<Tensor>>)
    return detail::in_rows(at.jacobian(), xs.size());
  else return at.jacobian();
}
template <class F>
auto jacobian(F&& f, const Tensor& x, const FunctionalOptions& options = {}) {
  if constexpr (detail::takes_tensor<F>) {
    detail::Evaluation at("jacobian", {x}, {}, options.create_graph);
    at.returned(f(at.xs()[0]));
    return detail::in_form<detail::Returned<F, Tensor>>(at.jacobian());
  } else {
    return jacobian(f, std::vector<Tensor>{x}, options);
  }
}

// Of a scalar f: the matrix of second derivatives with the shape [x..., x...], or one for each pair of xs; and {f(x), that matrix times v}
// without making it.
template <class F>
std::vector<std::vector<Tensor>> hessian(F&& f, const std::vector<Tensor>& xs, const FunctionalOptions& options = {}) {
  detail::Evaluation at("hessian", xs, {}, options.create_graph);
  at.returned(f(at.xs()));
  return detail::in_rows(at.hessian(), xs.size());
}
template <class F>
auto hessian(F&& f, const Tensor& x, const FunctionalOptions& options = {}) {
  if constexpr (detail::takes_tensor<F>) {
    detail::Evaluation at("hessian", {x}, {}, options.create_graph);
    at.returned(f(at.xs()[0]));
    return Tensor(at.hessian()[0]);
  } else {
    return hessian(f, std::vector<Tensor>{x}, options);
  }
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
