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
#pragma once
#include <string_view>

#include <gradus/nn/reflect.h>

namespace gradus::nn {

template <auto... members>
class Fields {
  template <class Owner, class Member> static Owner owner_of(Member Owner::*);

 public:
  // Whether T has nothing beside: false for a class that adds members to a base and inherits the base's list.
  template <class T>
  static constexpr bool cover = sizeof...(members) == 0 || ((sizeof(owner_of(members)) == sizeof(T)) || ...);

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
