// What a module consists of. A plain struct says it by its members, nothing else is needed; a class with a constructor or with private
// members names its fields in one line after them (private ones too, the name loses a trailing underscore):
//   class Scale {
//    public:
//     explicit Scale(std::int64_t n) : factor_(Array::full({n}, 1)) {}
//     Tensor operator()(const Tensor& x) const { return x * factor_; }
//    private:
//     Parameter factor_;
//    public:
//     using Fields = nn::Fields<&Scale::factor_>;                                                 // "factor"
//   };
// Numbers and the like need not be listed. A Parameter (or a layer) that lies in the object and is left out is an error of nn::parameters
// and nn::state; elements of a std::vector that is left out are not found.
#pragma once
#include <string_view>
#include <type_traits>

#include <gradus/autograd/base/describe/reflect.h>

namespace gradus::nn {

template <auto... members>
class Fields {
  template <class Owner, class Member> static std::type_identity<Owner> owner_of(Member Owner::*);
  template <class Owner, class Member> static std::type_identity<Member> member_of(Member Owner::*);

 public:
  using Members = reflect::Types<typename decltype(member_of(members))::type...>;
  // Whether T has nothing beside: false for a class that adds members to a base and inherits the base's list.
  template <class T>
  static constexpr bool cover = sizeof...(members) == 0 || ((sizeof(typename decltype(owner_of(members))::type) == sizeof(T)) || ...);

  // Whether a member of this name is among them.
  static constexpr bool has(std::string_view member) { return ((name<members> == without_underscore(member)) || ...); }

  // f(name, member) for each, in the order given.
  template <class T, class F>
  static void each([[maybe_unused]] T& self, [[maybe_unused]] F&& f) {
    (f(name<members>, self.*members), ...);
  }

 private:
  static constexpr std::string_view without_underscore(std::string_view s) { return s.substr(0, s.find_last_not_of('_') + 1); }
  template <auto member> static constexpr std::string_view name = without_underscore(reflect::last_name(reflect::spelled<member>()));
};

namespace detail {
template <class T> inline constexpr bool is_fields = false;
template <auto... members> inline constexpr bool is_fields<Fields<members...>> = true;
}  // namespace detail
template <class T> concept ListsFields = detail::is_fields<typename T::Fields>;

}  // namespace gradus::nn
