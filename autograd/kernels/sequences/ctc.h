// Connectionist temporal classification (Graves et al., ICML 2006): the probability of a sequence of labels, over all ways to spread it
// over time with blanks between. Everything in logarithms and f64.
#pragma once
#include <cstdint>
#include <vector>

#include <gradus/autograd/array/array.h>

namespace gradus::kernels {

// A batch: log_probs [T, N, C], contiguous, f32 or f64. Sample n has input_lengths[n] <= T steps; its labels, each in [0, C), are the
// target_lengths[n] numbers from starts[n] on.
struct Ctc {
  Array log_probs;
  std::vector<std::int64_t> targets, starts, target_lengths, input_lengths;
  std::int64_t blank = 0;
  std::int64_t states(std::int64_t n) const { return 2 * target_lengths[static_cast<std::size_t>(n)] + 1; }  // blanks and labels in turn
  std::int64_t label(std::int64_t n, std::int64_t state) const {
    return state % 2 ? targets[static_cast<std::size_t>(starts[static_cast<std::size_t>(n)] + state / 2)] : blank;
  }
  // Whether a label may follow the last one without the blank between.
  bool skips(std::int64_t n, std::int64_t state) const { return state % 2 && state > 1 && label(n, state) != label(n, state - 2); }
};

struct CtcResult {
  Array losses;  // f64 [N]: −log of the probability; ∞ where there is no way
  Array alphas;  // f64 [N, T, S]: log of the probability of being in a state after so many steps; undefined unless kept
};
CtcResult ctc(const Ctc& batch, bool keep);

// The gradient by log_probs from that by the losses (f64 [N]): −(probability of standing at a label at a time); NaN where the loss is
// infinite, 0 there if `zero_infinity`.
Array ctc_backward(const Ctc& batch, const CtcResult& result, const Array& g, bool zero_infinity);

// The loop inside, compiled for each SIMD level.
struct CtcLoops {
  // y[s] = log(exp x[s] + exp x[s − 1] + exp(x[s − 2] + skips[s])) + said[s]; x[−1] and x[−2] are read, too.
  void (*step)(const double* x, std::int64_t n, const double* skips, const double* said, double* y);
};
const CtcLoops& ctc_loops();  // of the best instruction-set level that this machine has

}  // namespace gradus::kernels
