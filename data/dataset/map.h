// A dataset's samples, each sent through a function; whole batches: map_batches.h.
//   auto halves = data::map(pictures, [](Tensor image, std::int64_t label) { return std::tuple(image / 2, label); });
//   auto noisy = data::map(halves, [](Tensor image, std::int64_t label, Generator& random) { …randn(image.shape(), random)… });
// f takes a tuple's members as arguments, or the sample whole, and a Generator& behind them if it draws random numbers: it is handed
// default_generator(), which in a loader hangs from (seed, epoch, index) alone. f is called as a constant, and by several threads at once.
#pragma once
#include <functional>
#include <tuple>
#include <utility>

#include <gradus/autograd/base/random.h>
#include <gradus/data/dataset/dataset.h>

namespace gradus::data {

namespace detail {
// Whether f takes a tuple's members as arguments.
template <class F, class Sample> inline constexpr bool takes_members = false;
template <class F, class... T>
inline constexpr bool takes_members<F, std::tuple<T...>> = std::invocable<F, T...> || std::invocable<F, T..., Generator&>;
template <class F, class A, class B> inline constexpr bool takes_members<F, std::pair<A, B>> = takes_members<F, std::tuple<A, B>>;
template <class F, class Sample>
inline constexpr bool takes_sample = takes_members<F, Sample> || std::invocable<F, Sample> || std::invocable<F, Sample, Generator&>;

template <class F, class Sample>
auto apply_to(const F& f, Sample sample) {
  static_assert(takes_sample<const F&, Sample>,
                "data: a function of samples takes a sample's members, or the sample whole, and may take a Generator& behind them; "
                "it is called as a constant");
  const auto with = [&f]<class... T>(T&&... values) {
    if constexpr (std::invocable<const F&, T...>) return std::invoke(f, std::forward<T>(values)...);
    else return std::invoke(f, std::forward<T>(values)..., default_generator());
  };
  if constexpr (takes_members<const F&, Sample>) return std::apply(with, std::move(sample));
  else if constexpr (takes_sample<const F&, Sample>) return with(std::move(sample));
}
}  // namespace detail

// Sample i is f(sample i). Batches are made of samples, since f is of samples; what takes whole batches is map_batches.
template <Dataset D, class F>
class Mapped {
 public:
  Mapped(D dataset, F f) : dataset_(std::move(dataset)), f_(std::move(f)) {}
  std::int64_t size() const { return dataset_.size(); }
  auto get(std::int64_t i) const { return detail::apply_to(f_, dataset_.get(i)); }

 private:
  D dataset_;
  F f_;
};
template <Dataset D, class F> Mapped<D, F> map(D dataset, F f) { return {std::move(dataset), std::move(f)}; }

}  // namespace gradus::data
