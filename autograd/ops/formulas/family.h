// A family is what stands together in one header: its formulas, and at the end their list, by which each finds its compiled loops.
//   using Math = List<Exp, Log, …>;                      a formula that is in no list does not compile, see elementwise.h
//   const FormulaTable<Math>& math_table();              defined in math.simd.cpp, once for each instruction-set level;
//   chosen in ops/math.cpp
//   template <ListedIn<Math> F> const FormulaRows& rows_of(const F&) { return math_table()[Math::place<F>]; }
#pragma once
#include <array>
#include <cstddef>
#include <type_traits>

#include <gradus/autograd/formula/broadcast.h>
#include <gradus/autograd/formula/formula.h>

namespace gradus::formulas {

template <class... F>
struct List {
  static constexpr std::size_t size = sizeof...(F);
  template <class Wanted> static constexpr bool has = (std::is_same_v<Wanted, F> || ...);
  template <class Wanted> static constexpr std::size_t place = [] {
    static_assert(has<Wanted>);
    std::size_t before = 0;
    (void)((std::is_same_v<Wanted, F> || (++before, false)) || ...);
    return before;
  }();
};
template <class F, class Family> concept ListedIn = Family::template has<F>;

// The compiled loops of one formula.
struct FormulaRows {
  std::array<kernels::Row, computing_types> value{}, slope{};   // for f32, f64: at computing_place(dtype);
                                                                // slope is null for constant slopes
};
template <class Family> using FormulaTable = std::array<FormulaRows, Family::size>;

}  // namespace gradus::formulas
