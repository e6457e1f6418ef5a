// An option that is one value for all groups of an optimizer, or a list with one for each:
//   .max_lr = 0.1    .max_lr = {0.1, 0.5}    .lr_lambda = [](std::int64_t epoch) { return std::pow(0.95, epoch); }
#pragma once
#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <type_traits>
#include <utility>
#include <vector>

namespace gradus::optim {

template <class T>
class PerGroup {
 public:
  PerGroup() = default;   // not given
  template <class U>
    requires(std::convertible_to<U, T> && !std::same_as<std::remove_cvref_t<U>, PerGroup>)
  PerGroup(U&& value) : values_{T(std::forward<U>(value))} {}
  PerGroup(std::initializer_list<T> values) : values_(values) {}
  explicit PerGroup(std::vector<T> values) : values_(std::move(values)) {}

  const T& operator[](int group) const { return values_[values_.size() == 1 ? 0 : static_cast<std::size_t>(group)]; }
  const std::vector<T>& values() const { return values_; }
  bool given() const { return !values_.empty(); }
  bool fits(int groups) const { return values_.size() <= 1 || values_.size() == static_cast<std::size_t>(groups); }

 private:
  std::vector<T> values_;
};

// A user's function of the whole number t. It must be pure: the same t, the same result.
using Factor = std::function<double(std::int64_t)>;

}  // namespace gradus::optim
