// Activation checkpointing: memory for time. checkpoint(f, x) is f(x), but nothing of what f computes is kept for backward, which runs f
// once more instead. As torch.utils.checkpoint.
//   for (const Block& block : blocks) x = checkpoint(block, x);               // one block's inner activations at a time
//   Tensor y = checkpoint([&](const Tensor& x, const Tensor& mask) { return attention(x, mask); }, x, mask);
// The second run sees what the first saw: the same inputs, the same random numbers (dropout), whichever generators they are drawn from.
// What f uses besides, parameters above all, gets its gradient as if f had been called without all this; so do higher order, forward
// mode, grad() and checkpoints in f. f must do the same both times, and its parameters' values must not change in between: GraphError in
// backward, and no gradient has changed, where results or parameters are seen to be others. Batch norm in training counts its batch twice.
// f cannot ask for derivatives of what it computes itself: in the first run that is on no tape.
#pragma once
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include <gradus/autograd/tape/tensor.h>

namespace gradus {

namespace detail {

struct Segment {
  virtual ~Segment() = default;
  virtual std::vector<Tensor> run(const std::vector<Tensor>& xs) = 0;
};
std::vector<Tensor> checkpoint(std::shared_ptr<Segment> f, std::vector<Tensor> xs);

// A model that is passed by name is referred to: its copy would have parameters of its own. Lambdas and their like are copied.
template <class F>
concept Model = std::is_aggregate_v<F> || requires { typename F::Fields; };
template <class F>
inline constexpr bool refers_to = std::is_lvalue_reference_v<F> && Model<std::remove_cvref_t<F>>;

template <class F, std::size_t n>
struct SegmentOf final : Segment {
  F f;
  explicit SegmentOf(F g) : f(std::forward<F>(g)) {}
  std::vector<Tensor> run(const std::vector<Tensor>& xs) override {
    return [&]<std::size_t... i>(std::index_sequence<i...>) { return list(f(xs[i]...)); }(std::make_index_sequence<n>{});
  }
  static std::vector<Tensor> list(std::vector<Tensor> ys) { return ys; }
  static std::vector<Tensor> list(Tensor y) { return {std::move(y)}; }
};

}  // namespace detail

// f(inputs…), a Tensor or a std::vector<Tensor>. An aggregate or a class with a list of Fields that is passed by name (a model, a layer) is
// referred to and must be there in backward; everything else is kept by value.
template <class F, class... In>
  requires(sizeof...(In) > 0 && (std::is_convertible_v<const In&, Tensor> && ...))
auto checkpoint(F&& f, const In&... inputs) {
  using Held = std::conditional_t<detail::refers_to<F>, F, std::remove_cvref_t<F>>;
  using R = std::remove_cvref_t<decltype(f(static_cast<const Tensor&>(Tensor(inputs))...))>;
  auto ys = detail::checkpoint(std::make_shared<detail::SegmentOf<Held, sizeof...(In)>>(std::forward<F>(f)), {Tensor(inputs)...});
  if constexpr (std::is_same_v<R, std::vector<Tensor>>) return ys;
  else return Tensor(std::move(ys[0]));
}

}  // namespace gradus
