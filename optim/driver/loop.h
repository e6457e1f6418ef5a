// How a rule's formula becomes a loop over memory. A rule offers, for one element and any floating-point T,
//   template <class T> static auto update(const Scalars& s) { return [=](T& w, T g, T& slot0, …) { … }; }
// and compiled_here<Rule> makes loops of it that read and write each array once: the weight, the gradient, the slots in use. Slots
// that the options do without are zero for the formula, and no memory; update<T, Kept kept> is told as a constant which there are: kept[2].
#pragma once
#include <cstddef>
#include <cstdint>

#include <gradus/autograd/array/dtype.h>
#include <gradus/autograd/array/shape.h>
#include <gradus/optim/driver/slot.h>

namespace gradus::optim {

// n elements of one parameter: weights, gradient, and the state arrays in use (null otherwise). A whole parameter has its shape, too.
struct Stretch {
  void* w;
  const void* g;
  void* slots[max_slots];
  std::int64_t n;
  const Shape* shape = nullptr;
  void* scratch = nullptr;        // of whole parameters, see whole.h
};
// Updates a stretch in place; `scalars` points to the rule's Scalars.
using Loop = void (*)(const Stretch& stretch, const void* scalars);

namespace {   // internal, so that the copies compiled for different instruction sets stay apart

template <class Rule, class T, Kept kept>
auto formula_of(const typename Rule::Scalars& s) {
  if constexpr (requires { Rule::template update<T, kept>(s); }) return Rule::template update<T, kept>(s);
  else return Rule::template update<T>(s);
}

template <class Rule, class T, Kept kept>
void loop(const Stretch& stretch, const void* scalars) {
  const auto update = formula_of<Rule, T, kept>(*static_cast<const typename Rule::Scalars*>(scalars));
  const auto run = [update](T* __restrict w, const T* __restrict g, T* __restrict a, T* __restrict b, T* __restrict c, std::int64_t n) {
    for (std::int64_t i = 0; i < n; ++i) {
      T x = w[i], s0 = 0, s1 = 0, s2 = 0;
      if constexpr (kept[0]) s0 = a[i];
      if constexpr (kept[1]) s1 = b[i];
      if constexpr (kept[2]) s2 = c[i];
      if constexpr (slot_count<Rule> == 0) update(x, g[i]);
      else if constexpr (slot_count<Rule> == 1) update(x, g[i], s0);
      else if constexpr (slot_count<Rule> == 2) update(x, g[i], s0, s1);
      else update(x, g[i], s0, s1, s2);
      w[i] = x;
      if constexpr (kept[0]) a[i] = s0;
      if constexpr (kept[1]) b[i] = s1;
      if constexpr (kept[2]) c[i] = s2;
    }
  };
  run(static_cast<T*>(stretch.w), static_cast<const T*>(stretch.g), static_cast<T*>(stretch.slots[0]),
      static_cast<T*>(stretch.slots[1]), static_cast<T*>(stretch.slots[2]), stretch.n);
}

// The loop for parameters of a dtype in which loops compute, null for others, when these slots are kept: one for each set that options can
// ask for.
template <class Rule, unsigned mask = (1u << slot_count<Rule>) - 1>
Loop compiled_here(Dtype dtype, Kept kept) {
  constexpr unsigned always = always_kept<Rule>.mask;
  if constexpr ((mask & always) == always)
    if (kept == Kept{mask})
      return computes_in(dtype)
                 ? gradus::detail::visit_from<0, computing_types>(dtype, []<class T>(T) -> Loop { return loop<Rule, T, Kept{mask}>; })
                 : nullptr;
  if constexpr (mask > always) return compiled_here<Rule, mask - 1>(dtype, kept);
  return nullptr;
}

}  // namespace
}  // namespace gradus::optim
