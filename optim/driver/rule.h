// A rule and the optimizer made of it. A rule is its options and one formula for one element; the driver does the rest:
//   struct SignumRule {                                         // m ← β·m + (1−β)·g;   w ← w − lr·sign(m)
//     struct Options {                                          // PyTorch's names and defaults, with ranges (base/describe/options.h)
//       double lr = 1e-4, beta = 0.9;
//       void describe(Describe& is) const { is(range::at_least_zero, lr);  is(range::below_one, beta); }
//     };
//     static constexpr std::string_view name = "Signum";
//     static constexpr Slot<Options> slots[] = {{"exp_avg"}};   // the arrays kept for each parameter, see slot.h
//     static std::string formula(const Options& o);             // the same for people
//     struct Scalars { double lr, beta; };                      // what step t (from 1) needs, computed once a step and in double;
//     static Scalars scalars(const Options& o, std::int64_t t, bool first) { return {o.lr, o.beta}; }   // first: a slot was empty
//     template <class T> static auto update(const Scalars& s) { return [b = T(s.beta), …](T& w, T g, T& m) { m = b * m + …; … }; }
//     static Loop loop(Dtype dtype, Kept kept) { return compiled_here<SignumRule>(dtype, kept); }       // see loop.h
//   };
//   using Signum = OptimizerOf<SignumRule>;
// The library's own are compiled once, in the rule's source; the header has, above that line, extern template class
// OptimizerOf<SignumRule>. It may also have
//   validate(Options)                    throws ValueError for what ranges cannot say
//   numbers                              named numbers kept for each parameter; then scalars(Options, t, first, Numbers&) updates them
//   average(Options, w, slots)           the average of the weights that it keeps, see averaged_weights.h
//   row_use(Options)                     what it makes of gradients of rows, see row_use.h; without, it refuses them
//   whole, scratch, slot_shape, require_shape    to see each parameter as a whole, see whole.h
#pragma once
#include <gradus/autograd/base/describe/options.h>
#include <gradus/autograd/base/error.h>
#include <gradus/optim/driver/kept_number.h>
#include <gradus/optim/driver/loop.h>
#include <gradus/optim/driver/optimizer_of.h>
#include <gradus/optim/driver/row_use.h>
#include <gradus/optim/driver/slot.h>
