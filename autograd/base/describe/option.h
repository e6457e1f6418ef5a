// Option: one member of an aggregate of options, by its name, with all that follows from its type and range: how it is written and read,
// what is no value of it. options.h lists those of an aggregate.
//   for (const Option& option : options_of(adam)) std::cout << option.name() << " = " << option.text() << "\n";     // lr = 0.001
// Numbers, whole numbers, switches, enumerations, texts, lists and std::optional of these are known; another type says by a specialisation
// of OptionTraits how it is one.
#pragma once
#include <concepts>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <vector>

#include <gradus/autograd/base/describe/range.h>
#include <gradus/autograd/base/describe/reflect.h>
#include <gradus/autograd/base/describe/values.h>
#include <gradus/autograd/base/small_vector.h>

namespace gradus {

// toggle: bool. choice: one of an enumeration's values. function: not written. part: has options of its own, which it reads and writes
// itself.
enum class OptionKind { number, integer, toggle, choice, text, list, function, part };

class Option;
using OptionList = SmallVector<Option, 14>;

// What is done with the values of one C++ type.
struct OptionType {
  OptionKind kind;
  const std::type_info* cpp;
  std::string_view enumeration = {};                                             // of a choice: "Momentum"
  std::span<const std::string_view> names = {};                                  // "classic", "ema", …
  double (*get)(const void* place) = nullptr;                                    // of number, integer, toggle, choice
  void (*set)(void* place, double value) = nullptr;
  std::string (*text)(const void* place) = nullptr;
  bool (*parse)(void* place, std::string_view text) = nullptr;                   // null: cannot be read;
                                                                                 // a text that is no value changes nothing
  void (*check)(const void* place, const Range& range, std::string_view who, std::string_view name) = nullptr;   // ValueError
  OptionList (*parts)(const void* place) = nullptr;                                                              // of a part, these three
  void (*write)(const void* place, Values& values, const std::string& key) = nullptr;
  void (*read)(void* place, ValueReader& reader, const std::string& key) = nullptr;
};

// A static constexpr OptionType `type`.
template <class T> struct OptionTraits;
template <class T> concept HasOptionTraits = requires { OptionTraits<T>::type; };

class Option {
 public:
  // `name` is kept by reference.
  template <HasOptionTraits T>
  Option(std::string_view name, T& place, const Range& range = range::any)
      : name_(name), place_(&place), type_(&OptionTraits<T>::type), range_(range) {}

  std::string_view name() const { return name_; }                // "lr"; "betas.0", an element of an array
  OptionKind kind() const { return type_->kind; }
  const Range& range() const { return range_; }
  void set_range(const Range& range) { range_ = range; }
  bool is_saved() const { return saved_; }                       // whether it belongs to the state of what it is an option of
  void set_saved(bool saved) { saved_ = saved; }

  // A switch or a choice chooses between formulas; all other options are values within one.
  bool is_switch() const { return kind() == OptionKind::toggle || kind() == OptionKind::choice; }
  bool is_number() const { return kind() == OptionKind::number || kind() == OptionKind::integer; }
  std::span<const std::string_view> names() const;               // of a choice: those that the range allows
  double get() const { return type_->get(place_); }              // of a choice: its place among the names
  void set(double value) const { type_->set(place_, value); }
  std::string text() const { return type_->text(place_); }       // reads back as the same value: 0.1, 30, true, ema, 10,20,30, none
  // false, with nothing changed, for no such value
  bool parse(std::string_view text) const { return type_->parse && type_->parse(place_, text); }
  std::optional<double> number(std::string_view text) const;     // of a number, switch or choice: what parse() would set
  [[noreturn]] void fail_no_value(std::string_view who, std::string_view text) const;   // ValueError: 'Adam: "fast" is no value of lr (…)'
  std::string code(std::string_view text) const;                 // how a program sets it: ".form = Momentum::ema"
  std::string words() const;                                     // what it may be, for people: "finite and at least 0", "classic, ema"
  // ValueError out of its range: "Adam: eps must be finite and at least 0, not -1".
  void check(std::string_view who) const;
  void write(Values& values, const std::string& key) const;      // functions are not written

  // The value itself if it is a T, else null.
  template <class T> T* as() const { return *type_->cpp == typeid(T) ? static_cast<T*>(place_) : nullptr; }
  const OptionType& type() const { return *type_; }
  void* place() const { return place_; }

 private:
  std::string_view name_;
  void* place_;
  const OptionType* type_;
  Range range_;
  bool saved_ = true;
};

// One number, as an option is checked.
void check_range(std::string_view who, std::string_view name, double value, const Range& range, bool whole = false);

namespace detail {

void check_number(double x, const gradus::Range& range, std::string_view who, std::string_view name, bool whole, bool given);
[[noreturn]] void fail_not_given(std::string_view who, std::string_view name);
bool parse_integer(std::string_view text, std::int64_t least, std::uint64_t most, std::uint64_t& bits);
bool parse_choice(std::string_view text, std::span<const std::string_view> names, std::size_t& at);
bool parse_toggle(std::string_view text, bool& value);
bool parse_real(std::string_view text, double& value);
std::int64_t to_integer(double value);                           // INT64_MIN beyond 2^53
std::string real_text(double value);
// Up to the next comma; what is left stays in `text`.
std::string_view next_item(std::string_view& text);

template <class T>
struct RealOption {
  static double get(const void* p) { return static_cast<double>(*static_cast<const T*>(p)); }
  static void set(void* p, double x) { *static_cast<T*>(p) = static_cast<T>(x); }
  static std::string text(const void* p) { return real_text(get(p)); }
  static bool parse(void* p, std::string_view text) {
    double x = 0;
    if (!parse_real(text, x)) return false;
    set(p, x);
    return true;
  }
  static void check(const void* p, const gradus::Range& range, std::string_view who, std::string_view name) {
    const double x = get(p);
    check_number(x, range, who, name, false, x == x);
  }
};

template <class T>
struct IntegerOption {
  static double get(const void* p) { return static_cast<double>(*static_cast<const T*>(p)); }
  static void set(void* p, double x) { *static_cast<T*>(p) = static_cast<T>(to_integer(x)); }
  static std::string text(const void* p) { return std::to_string(*static_cast<const T*>(p)); }
  static bool parse(void* p, std::string_view text) {
    std::uint64_t bits = 0;
    if (!parse_integer(text, static_cast<std::int64_t>(std::numeric_limits<T>::min()),
                       static_cast<std::uint64_t>(std::numeric_limits<T>::max()), bits))
      return false;
    *static_cast<T*>(p) = static_cast<T>(bits);
    return true;
  }
  static void check(const void* p, const gradus::Range& range, std::string_view who, std::string_view name) {
    check_number(get(p), range, who, name, true, *static_cast<const T*>(p) != 0);
  }
};

struct ToggleOption {
  static double get(const void* p) { return *static_cast<const bool*>(p); }
  static void set(void* p, double x) { *static_cast<bool*>(p) = x != 0; }
  static std::string text(const void* p) { return *static_cast<const bool*>(p) ? "true" : "false"; }
  static bool parse(void* p, std::string_view text) { return parse_toggle(text, *static_cast<bool*>(p)); }
  static void check(const void*, const gradus::Range&, std::string_view, std::string_view) {}
};

void check_choice(double at, const gradus::Range& range, std::span<const std::string_view> names, std::string_view enumeration,
                  std::string_view who, std::string_view name);

template <class E>
struct ChoiceOption {
  static constexpr std::span<const std::string_view> names() { return reflect::enum_names<E>; }
  static double get(const void* p) { return static_cast<double>(*static_cast<const E*>(p)); }
  static void set(void* p, double x) {
    const std::int64_t at = to_integer(x);
    *static_cast<E*>(p) = static_cast<E>(static_cast<double>(at) == x && at >= 0 && at < 100 ? static_cast<int>(at) : -1);
  }
  static std::string text(const void* p) {
    const auto at = static_cast<std::size_t>(*static_cast<const E*>(p));
    return at < names().size() ? std::string(names()[at]) : "none of them";
  }
  static bool parse(void* p, std::string_view text) {
    std::size_t at = 0;
    if (!parse_choice(text, names(), at)) return false;
    *static_cast<E*>(p) = static_cast<E>(at);
    return true;
  }
  static void check(const void* p, const gradus::Range& range, std::string_view who, std::string_view name) {
    check_choice(get(p), range, names(), reflect::enum_type<E>(), who, name);
  }
};

struct TextOption {
  static std::string text(const void* p) { return *static_cast<const std::string*>(p); }
  static bool parse(void* p, std::string_view text) {
    *static_cast<std::string*>(p) = text;
    return true;
  }
  static void check(const void* p, const gradus::Range& range, std::string_view who, std::string_view name) {
    if (range.given && static_cast<const std::string*>(p)->empty()) fail_not_given(who, name);
  }
};

// Of something with begin(), end() and push_back(): items with commas between.
template <class T> std::string items_text(const T& items) {
  std::string out;
  for (const auto& item : items) {
    if (!out.empty()) out += ',';
    out += OptionTraits<std::remove_cvref_t<decltype(item)>>::type.text(&item);
  }
  return out;
}
template <class T> bool parse_items(std::string_view text, std::vector<T>& out) {
  while (!text.empty())
    if (!OptionTraits<T>::type.parse(&out.emplace_back(), next_item(text))) return false;
  return true;
}
template <class T> void check_items(const T& items, const gradus::Range& range, std::string_view who, std::string_view name) {
  for (const auto& item : items) OptionTraits<std::remove_cvref_t<decltype(item)>>::type.check(&item, range, who, name);
}

template <class T>
struct ListOption {
  static std::string text(const void* p) { return items_text(*static_cast<const std::vector<T>*>(p)); }
  static bool parse(void* p, std::string_view text) {
    std::vector<T> items;
    if (!parse_items(text, items)) return false;
    *static_cast<std::vector<T>*>(p) = std::move(items);
    return true;
  }
  static void check(const void* p, const gradus::Range& range, std::string_view who, std::string_view name) {
    const auto& items = *static_cast<const std::vector<T>*>(p);
    if (range.given && items.empty()) fail_not_given(who, name);
    check_items(items, range, who, "each of " + std::string(name));
  }
};

template <class T>
struct OptionalOption {
  static std::string text(const void* p) {
    const auto& value = *static_cast<const std::optional<T>*>(p);
    return value ? OptionTraits<T>::type.text(&*value) : "none";
  }
  static bool parse(void* p, std::string_view text) {
    T value{};
    const bool none = text == "none";
    if (!none && !OptionTraits<T>::type.parse(&value, text)) return false;
    *static_cast<std::optional<T>*>(p) = none ? std::nullopt : std::optional<T>(std::move(value));
    return true;
  }
  static void check(const void* p, const gradus::Range& range, std::string_view who, std::string_view name) {
    const auto& value = *static_cast<const std::optional<T>*>(p);
    if (value) OptionTraits<T>::type.check(&*value, range, who, name);
  }
};

template <class F>
struct FunctionOption {
  static std::string text(const void* p) { return *static_cast<const F*>(p) ? "function" : "none"; }
  static void check(const void* p, const gradus::Range& range, std::string_view who, std::string_view name) {
    if (range.given && !*static_cast<const F*>(p)) fail_not_given(who, name);
  }
};

template <class O, class T>
constexpr OptionType scalar_type(OptionKind kind) {
  return {.kind = kind, .cpp = &typeid(T), .get = O::get, .set = O::set, .text = O::text, .parse = O::parse, .check = O::check};
}
template <class E>
constexpr OptionType choice_type() {
  OptionType type = scalar_type<ChoiceOption<E>, E>(OptionKind::choice);
  type.enumeration = reflect::enum_type<E>();
  type.names = ChoiceOption<E>::names();
  return type;
}
template <class O, class T>
constexpr OptionType value_type(OptionKind kind) {
  return {.kind = kind, .cpp = &typeid(T), .text = O::text, .parse = O::parse, .check = O::check};
}

}  // namespace detail

template <std::floating_point T> struct OptionTraits<T> {
  static constexpr OptionType type = detail::scalar_type<detail::RealOption<T>, T>(OptionKind::number);
};
template <std::integral T> struct OptionTraits<T> {
  static constexpr OptionType type = detail::scalar_type<detail::IntegerOption<T>, T>(OptionKind::integer);
};
template <> struct OptionTraits<bool> {
  static constexpr OptionType type = detail::scalar_type<detail::ToggleOption, bool>(OptionKind::toggle);
};
template <class E> requires std::is_enum_v<E> struct OptionTraits<E> {
  static constexpr OptionType type = detail::choice_type<E>();
};
template <> struct OptionTraits<std::string> {
  static constexpr OptionType type = detail::value_type<detail::TextOption, std::string>(OptionKind::text);
};
template <class T>
  requires(HasOptionTraits<T> && OptionTraits<T>::type.kind != OptionKind::function && OptionTraits<T>::type.kind != OptionKind::part)
struct OptionTraits<std::vector<T>> {
  static constexpr OptionType type = detail::value_type<detail::ListOption<T>, std::vector<T>>(OptionKind::list);
};
template <HasOptionTraits T> struct OptionTraits<std::optional<T>> {
  static constexpr OptionType type = detail::value_type<detail::OptionalOption<T>, std::optional<T>>(OptionTraits<T>::type.kind);
};
template <class R, class... A> struct OptionTraits<std::function<R(A...)>> {
  static constexpr OptionType type{.kind = OptionKind::function, .cpp = &typeid(std::function<R(A...)>),
                                   .text = detail::FunctionOption<std::function<R(A...)>>::text,
                                   .check = detail::FunctionOption<std::function<R(A...)>>::check};
};

}  // namespace gradus
