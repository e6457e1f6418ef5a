// Options as aggregates with designated initialisers, described once. Names and defaults are the aggregate's own; what else there is to
// say, above all the ranges, it says in one function:
//   struct LionOptions {
//     double lr = 1e-4;
//     std::array<double, 2> betas{0.9, 0.99};
//     double weight_decay = 0;
//     void describe(Describe& is) const { is(range::at_least_zero, lr, weight_decay);  is(range::below_one, betas); }
//   };
//   check_options("Lion", options);            // ValueError: Lion: betas.1 must lie in [0, 1), not 2
//   set_option("Lion", options, "lr", "3e-4");
//   describe_options("Lion", options);         // Lion(lr=3e-04, betas.0=0.9, betas.1=0.99, weight_decay=0)
// Errors, files, command lines (command_line.h) and the documents' tests read the same description. An element of a std::array is an
// option, "betas.0"; a pointer is none.
#pragma once
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include <gradus/autograd/base/describe/option.h>

namespace gradus {

// What an aggregate says of its options.
class Describe {
 public:
  explicit Describe(OptionList& options) : options_(options) {}
  // The range of these members.
  template <class... Members>
  void operator()(const Range& range, const Members&... members) {
    (give(range, &members, sizeof members), ...);
  }
  // Members that do not belong to the state of what has these options.
  template <class... Members>
  void unsaved(const Members&... members) {
    (leave(&members, sizeof members), ...);
  }

 private:
  void give(const Range& range, const void* member, std::size_t bytes);
  void leave(const void* member, std::size_t bytes);
  OptionList& options_;
};

namespace detail {

// "betas.0", for as long as the program runs.
template <class T, std::size_t i, std::size_t j>
struct ElementName {
  static constexpr std::string_view member = reflect::member_name<T, i>;
  static_assert(j < 10);
  static constexpr std::array<char, member.size() + 2> spell() {
    std::array<char, member.size() + 2> out{};
    for (std::size_t k = 0; k < member.size(); ++k) out[k] = member[k];
    out[member.size()] = '.';
    out[member.size() + 1] = static_cast<char>('0' + j);
    return out;
  }
  static constexpr std::array<char, member.size() + 2> letters = spell();
  static constexpr std::string_view text{letters.data(), letters.size()};
};

// Whose objects are somebody else's: no options.
template <class T> inline constexpr bool is_pointer = std::is_pointer_v<T>;
template <class T> inline constexpr bool is_pointer<std::vector<T*>> = true;

template <class T> inline constexpr std::size_t elements_of_array = 0;
template <class T, std::size_t n> inline constexpr std::size_t elements_of_array<std::array<T, n>> = n;

template <class T, std::size_t i, class Member, std::size_t... j>
void list_elements(OptionList& out, Member& member, std::index_sequence<j...>) {
  (out.push_back(Option(ElementName<T, i, j>::text, member[j])), ...);
}
template <class T, std::size_t i, class Member>
void list_member(OptionList& out, Member& member) {
  if constexpr (elements_of_array<Member> > 0) {
    list_elements<T, i>(out, member, std::make_index_sequence<elements_of_array<Member>>());
  } else if constexpr (!is_pointer<Member>) {
    static_assert(HasOptionTraits<Member>,
                  "an option is a number, a bool, an enumeration, a text, a list or an optional of these, or of a type with "
                  "a gradus::OptionTraits");
    out.push_back(Option(reflect::member_name<T, i>, member));
  }
}
template <class Member>
consteval bool is_one_number() {
  if constexpr (is_pointer<Member>) return true;
  else if constexpr (elements_of_array<Member> > 0) return is_one_number<typename Member::value_type>();
  else return std::is_arithmetic_v<Member> || std::is_enum_v<Member>;
}
template <class... Each>
consteval bool are_numbers(reflect::Types<Each...>) {
  return (is_one_number<Each>() && ...);
}

template <class T>
struct ListMembers {
  OptionList& out;
  template <class... Members>
  void operator()(Members&... members) const {
    list(std::index_sequence_for<Members...>(), members...);
  }
  template <std::size_t... i, class... Members>
  void list(std::index_sequence<i...>, Members&... members) const {
    (list_member<T, i>(out, members), ...);
  }
};

}  // namespace detail

// All of an aggregate, in the order of its members. They point into it, and set what they are told to: those of a constant are for reading.
template <class T>
OptionList options_of(const T& options) {
  static_assert(reflect::reflectable<T>, "options are an aggregate of at most 26 members, without base classes");
  OptionList out;
  reflect::with_members<reflect::member_count<T>>(const_cast<T&>(options), detail::ListMembers<T>{out});
  if constexpr (requires(Describe& is) { options.describe(is); }) {
    Describe is(out);
    options.describe(is);
  }
  return out;
}

// Whether each option of a T is a number, a switch or a choice, which double can stand for.
template <class T> inline constexpr bool has_only_numbers = detail::are_numbers(reflect::MemberTypes<T>());

void check_options(std::string_view who, const OptionList& options);
void set_option(std::string_view who, const OptionList& options, std::string_view name, std::string_view text);
std::string describe_options(std::string_view name, const OptionList& options);
// Keys are prefix + name; only what belongs to the state.
void write_options(Values& values, std::string_view prefix, const OptionList& options);
void read_options(ValueReader& reader, std::string_view prefix, const OptionList& options,
                  ValueReader::Agree agree = ValueReader::Agree::switches);
// The one of this name, an option of a part by its path ("then.t_max"), or none.
std::optional<Option> find_option(const OptionList& options, std::string_view name);
// ValueError: "Adam: has no option bettas.0; did you mean …; it has lr, …"
[[noreturn]] void fail_no_option(std::string_view who, const OptionList& options, std::string_view name);

// ValueError, in the name of `who`, for the first option out of its range.
template <class T>
void check_options(std::string_view who, const T& options) {
  check_options(who, options_of(options));
}
// ValueError: no such option, a text that is no value of it, a value out of its range; nothing changes then.
template <class T>
void set_option(std::string_view who, T& options, std::string_view name, std::string_view text) {
  T changed = options;
  set_option(who, options_of(changed), name, text);
  options = std::move(changed);
}
template <class T>
std::string describe_options(std::string_view name, const T& options) {
  return describe_options(name, options_of(options));
}

}  // namespace gradus
