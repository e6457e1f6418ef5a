// Transforms put together. A transform is any value that is called as f(sample) or as f(sample, random), random a Generator&; so are the
// transforms that these functions make.
//   const auto augment = data::compose(data::RandomCrop{.height = 32, .padding = 4}, data::RandomHorizontalFlip{}, data::Normalize{…});
//   auto train = data::map(pictures, data::on<0>(augment));     // of (picture, label) the picture
// Numbers are drawn in the order in which the transforms stand, from the generator that is handed in: the same one gives the same bits.
#pragma once
#include <concepts>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#include <gradus/autograd/base/error.h>
#include <gradus/autograd/base/random.h>

namespace gradus::data {

template <class F, class Sample>
concept RandomTransform = std::invocable<const F&, Sample, Generator&>;

// f(sample, random), or f(sample) of one that draws nothing.
template <class F, class Sample>
auto transform(const F& f, Sample&& sample, Generator& random) {
  if constexpr (RandomTransform<F, Sample&&>) {
    return f(std::forward<Sample>(sample), random);
  } else {
    static_assert(std::invocable<const F&, Sample&&>, "a transform is called with a sample, or with a sample and a Generator");
    return f(std::forward<Sample>(sample));
  }
}

// One after the other.
template <class... F>
class Compose {
 public:
  explicit Compose(F... parts) : parts_(std::move(parts)...) {}
  template <class Sample>
  auto operator()(Sample sample, Generator& random) const {
    return from<0>(std::move(sample), random);
  }

 private:
  template <std::size_t i, class Sample>
  auto from(Sample sample, Generator& random) const {
    if constexpr (i == sizeof...(F))
      return sample;
    else
      return from<i + 1>(transform(std::get<i>(parts_), std::move(sample), random), random);
  }
  std::tuple<F...> parts_;
};
template <class... F>
Compose<F...> compose(F... parts) {
  return Compose<F...>(std::move(parts)...);
}

// Of a tuple (or pair) the member number `i`; the others stay. Its type may become another.
template <std::size_t i, class F>
class OnMember {
 public:
  explicit OnMember(F f) : f_(std::move(f)) {}
  template <class Sample>
    requires requires { std::tuple_size<Sample>::value; }
  auto operator()(Sample sample, Generator& random) const {
    static_assert(i < std::tuple_size_v<Sample>, "on: the sample has no such member");
    return [&]<std::size_t... j>(std::index_sequence<j...>) {
      return std::tuple(member<j>(sample, random)...);
    }(std::make_index_sequence<std::tuple_size_v<Sample>>());
  }

 private:
  template <std::size_t j, class Sample>
  auto member(Sample& sample, Generator& random) const {
    if constexpr (i == j)
      return transform(f_, std::move(std::get<j>(sample)), random);
    else
      return std::move(std::get<j>(sample));
  }
  F f_;
};
template <std::size_t i, class F>
OnMember<i, F> on(F f) {
  return OnMember<i, F>(std::move(f));
}

// f with probability p, else the sample as it is (so f must not change its type). ValueError unless 0 <= p <= 1.
template <class F>
class RandomApply {
 public:
  RandomApply(F f, double p) : f_(std::move(f)), p_(p) {
    check<ValueError>(0 <= p && p <= 1, "RandomApply: p must lie in [0, 1], not ", p);
  }
  template <class Sample>
  Sample operator()(Sample sample, Generator& random) const {
    if (random.uniform() >= p_) return sample;
    return transform(f_, std::move(sample), random);
  }

 private:
  F f_;
  double p_;
};
template <class F>
RandomApply<F> random_apply(F f, double p = 0.5) {
  return {std::move(f), p};
}

// One of the transforms, each as likely; all give the same type.
template <class... F>
class RandomChoice {
 public:
  explicit RandomChoice(F... parts) : parts_(std::move(parts)...) {}
  template <class Sample>
  auto operator()(Sample sample, Generator& random) const {
    return chosen<0>(random.below(sizeof...(F)), std::move(sample), random);
  }

 private:
  template <std::size_t i, class Sample>
  auto chosen(std::size_t which, Sample sample, Generator& random) const {
    if constexpr (i + 1 < sizeof...(F))
      if (which != i) return chosen<i + 1>(which, std::move(sample), random);
    return transform(std::get<i>(parts_), std::move(sample), random);
  }
  std::tuple<F...> parts_;
};
template <class... F>
  requires(sizeof...(F) > 0)
RandomChoice<F...> random_choice(F... parts) {
  return RandomChoice<F...>(std::move(parts)...);
}

}  // namespace gradus::data
