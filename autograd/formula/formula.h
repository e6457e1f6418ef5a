// What a formula (ops/formulas/vocabulary.h) says of its gradient: a factor, in terms of its operands or of its result, or what
// becomes of the incoming gradient, which a mask does not multiply.
#pragma once
#include <cstddef>

namespace gradus {

// One, two or three operands.
template <class F> inline constexpr std::size_t operands_of = requires(const F f) { f.value(1.0); }        ? 1
                                                              : requires(const F f) { f.value(1.0, 1.0); } ? 2
                                                                                                           : 3;

template <class F> concept PullsAtOutput = requires(const F f) { f.pull_at_output(1.0, 1.0); };
template <class F> concept Pulls = requires(const F f) { f.pull(1.0, 1.0); } || requires(const F f) { f.pull(1.0, 1.0, 1.0); } ||
                                   requires(const F f) { f.pull(1.0, 1.0, 1.0, 1.0); };
template <class F> concept ReadsOutput = PullsAtOutput<F> || requires(const F f) { f.slope_at_output(1.0); };
template <class F> concept Constant = requires(const F f) { f.constants(); };

}  // namespace gradus
