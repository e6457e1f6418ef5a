// What a formula (ops/internal/formulas/vocabulary.h) says of its gradient: a factor, in terms of its operands or of its result, or what
// becomes of the incoming gradient, which a mask does not multiply.
#pragma once

namespace gradus {

template <class F> concept PullsAtOutput = requires(const F f) { f.pull_at_output(1.0, 1.0); };
template <class F> concept Pulls = requires(const F f) { f.pull(1.0, 1.0); } || requires(const F f) { f.pull(1.0, 1.0, 1.0); };
template <class F> concept ReadsOutput = PullsAtOutput<F> || requires(const F f) { f.slope_at_output(1.0); };
template <class F> concept Constant = requires(const F f) { f.constants(); };

}  // namespace gradus
