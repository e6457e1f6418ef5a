// From samples to a batch. Stack, the loader's default, treats each member of a tuple by itself: tensors of one shape [d, …] become a
// tensor [n, d, …], numbers a tensor [n] (floats f32, doubles f64, bytes u8, bools bool, other integers i64), anything else a std::vector.
#pragma once
#include <concepts>
#include <cstdint>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <gradus/autograd/tape/tensor.h>

namespace gradus::data {
namespace detail {

// Fills [count, d, …] with arrays [d, …] of one shape and dtype; ShapeError or DtypeError for one that differs from the first.
class Stacker {
 public:
  Stacker(std::int64_t count, const Array& first);
  void add(const Array& a);
  Array take() { return std::move(out_); }

 private:
  Shape shape_;
  std::size_t bytes_;
  Array out_;
  std::byte* next_;
};

template <class T>
using Stored =
    std::conditional_t<std::same_as<T, bool> || std::same_as<T, std::uint8_t> || std::same_as<T, float> || std::same_as<T, double>, T,
                       std::conditional_t<std::floating_point<T>, double, std::int64_t>>;

inline const Array& array_of(const Array& a) { return a; }
inline const Array& array_of(const Tensor& t) { return t.value(); }

// `member(sample)` is what to collate of each sample.
template <class Sample, class Member>
auto stack_member(std::span<Sample> samples, Member member) {
  using T = std::remove_cvref_t<decltype(member(samples[0]))>;
  const auto n = static_cast<std::int64_t>(samples.size());
  if constexpr (std::same_as<T, Array> || std::same_as<T, Tensor>) {
    Stacker stacker(n, array_of(member(samples[0])));
    for (Sample& sample : samples) stacker.add(array_of(member(sample)));
    return Tensor(stacker.take());
  } else if constexpr (std::is_arithmetic_v<T>) {
    Array out({n}, dtype_of<Stored<T>>);
    auto* to = out.mutable_data<Stored<T>>();
    for (Sample& sample : samples) *to++ = static_cast<Stored<T>>(member(sample));
    return Tensor(std::move(out));
  } else {
    std::vector<T> out;
    out.reserve(samples.size());
    for (Sample& sample : samples) out.push_back(std::move(member(sample)));
    return out;
  }
}

template <class T> inline constexpr bool is_tuple = false;
template <class... T> inline constexpr bool is_tuple<std::tuple<T...>> = true;
template <class A, class B> inline constexpr bool is_tuple<std::pair<A, B>> = true;

}  // namespace detail

struct Stack {
  template <class Sample>
  auto operator()(std::span<Sample> samples) const {
    if constexpr (detail::is_tuple<Sample>) {
      return [&]<std::size_t... i>(std::index_sequence<i...>) {
        return std::tuple(detail::stack_member(samples, [](Sample& s) -> auto& { return std::get<i>(s); })...);
      }(std::make_index_sequence<std::tuple_size_v<Sample>>());
    } else {
      return detail::stack_member(samples, [](Sample& s) -> Sample& { return s; });
    }
  }
};

}  // namespace gradus::data
