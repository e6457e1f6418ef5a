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

#include <gradus/autograd/base/describe/option.h>

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

namespace detail {

struct PerGroupOption {
  static std::string text(const void* p) { return gradus::detail::items_text(static_cast<const PerGroup<double>*>(p)->values()); }
  static bool parse(void* p, std::string_view text) {
    std::vector<double> values;
    if (!gradus::detail::parse_items(text, values)) return false;
    *static_cast<PerGroup<double>*>(p) = PerGroup<double>(std::move(values));
    return true;
  }
  static void check(const void* p, const Range& range, std::string_view who, std::string_view name) {
    const auto& values = static_cast<const PerGroup<double>*>(p)->values();
    if (range.given && values.empty()) gradus::detail::fail_not_given(who, name);
    gradus::detail::check_items(values, range, who, name);
  }
};

struct FunctionPerGroupOption {
  static std::string text(const void* p) { return static_cast<const PerGroup<Factor>*>(p)->given() ? "function" : "none"; }
  static void check(const void* p, const Range& range, std::string_view who, std::string_view name) {
    const auto& functions = static_cast<const PerGroup<Factor>*>(p)->values();
    if (range.given && functions.empty()) gradus::detail::fail_not_given(who, name);
    for (const Factor& function : functions)
      gradus::check<ValueError>(function != nullptr, who, ": ", name, " must not be an empty function");
  }
};

}  // namespace detail
}  // namespace gradus::optim

template <> struct gradus::OptionTraits<gradus::optim::PerGroup<double>> {
  static constexpr OptionType type = detail::value_type<optim::detail::PerGroupOption, optim::PerGroup<double>>(OptionKind::list);
};
template <> struct gradus::OptionTraits<gradus::optim::PerGroup<gradus::optim::Factor>> {
  static constexpr OptionType type{.kind = OptionKind::function,
                                   .cpp = &typeid(optim::PerGroup<optim::Factor>),
                                   .text = optim::detail::FunctionPerGroupOption::text,
                                   .check = optim::detail::FunctionPerGroupOption::check};
};
