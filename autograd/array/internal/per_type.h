// Tables of loops: one entry for each type that they are compiled for, so that a type more is a loop more and never another's by mistake.
//   template <class T> struct ReduceRows { … };   using ReduceLoops = PerFloat<ReduceRows>;        in a header
//   static constexpr ReduceLoops loops([]<class T>(T) { return rows_of<T>; });                     in the *.simd.cpp
//   reduce_loops().of(T{}).sum(x, n);                                                              in the source that calls them
#pragma once
#include <tuple>
#include <type_traits>

#include <gradus/autograd/array/dtype.h>

namespace gradus {

template <template <class> class Loops, class Types>
class PerType;
template <template <class> class Loops, class... T>
class PerType<Loops, std::tuple<T...>> {
 public:
  // `make` gives the loops of the type of its argument. In a *.simd.cpp the table must be constexpr: what ran there would be compiled for
  // its level, and the linker might keep it for all.
  template <class Make>
  constexpr explicit PerType(Make make) : loops_(make(T{})...) {}
  template <class U>
  constexpr const Loops<U>& of(U) const {
    return std::get<Loops<U>>(loops_);
  }

 private:
  std::tuple<Loops<T>...> loops_;
};

// The types of one kind, in the list's order.
template <detail::Kind kind, std::size_t... i>
auto types_of(std::index_sequence<i...>)
    -> decltype(std::tuple_cat(std::conditional_t<detail::element_kinds[i] == kind, std::tuple<detail::TypeAt<i>>, std::tuple<>>{}...));
template <detail::Kind kind>
using TypesOf = decltype(types_of<kind>(std::make_index_sequence<detail::element_count>()));

template <template <class> class Loops> using PerFloat = PerType<Loops, TypesOf<detail::Kind::computing>>;     // f32, f64
template <template <class> class Loops> using PerSmallFloat = PerType<Loops, TypesOf<detail::Kind::small>>;    // f16, bf16

}  // namespace gradus
