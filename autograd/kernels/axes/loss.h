// Losses: of one number against its target, over arrays of n numbers, and of rows of logits against labels. Contiguous, f32 or f64.
#pragma once
#include <gradus/autograd/array/array.h>
#include <gradus/autograd/array/internal/per_type.h>

namespace gradus::kernels {

enum class PairLoss {
  squared,      // (x − t)²
  absolute,     // |x − t|
  huber,        // ½(x − t)² up to |x − t| = δ, δ·(|x − t| − ½δ) beyond
  logistic,     // max(x, 0) − x·t + log(1 + e^−|x|): cross-entropy of σ(x) against t
  likelihood    // −t·log x − (1 − t)·log(1 − x), logarithms of at least −100
};
struct PairRule {
  PairLoss loss;
  double delta = 1;
};

// Each, times `scale`.
Array loss_each(const Array& x, const Array& target, const PairRule& rule, double scale);
// The sum of all, times `scale`; accurate for any n (see reduce.h), independent of the number of threads.
Array loss_sum(const Array& x, const Array& target, const PairRule& rule, double scale);

// Slopes by x and by the target, times g (one number or one each) and scale; what is not wanted is undefined.
struct PairSlopes {
  Array x, target;
};
PairSlopes loss_backward(const Array& x, const Array& target, const Array& g, double scale, const PairRule& rule, bool want_x,
                         bool want_target);

// Cross-entropy of logits [N, classes] against labels.
struct CrossEntropyRule {
  std::int64_t ignore_index;
  double smoothing;      // the target is (1 − smoothing)·onehot(label) + smoothing / C
};
// logits x [N, C], label [N] i64. losses [N] in x's dtype, 0 where ignored; log_sums [N, 2]: each row's largest element and
// log Σ exp(x − largest).
struct CrossEntropy {
  Array losses, log_sums;
};
CrossEntropy cross_entropy(const Array& x, const Array& label, const CrossEntropyRule& rule);
// dx[i, c] = (softmax(x)[i, c] − target[i, c])·g[i]; 0 where ignored. g [N]; scale multiplies all.
Array cross_entropy_backward(const Array& x, const Array& label, const Array& log_sums, const Array& g, double scale,
                             const CrossEntropyRule& rule);

// The loops for one number against its target, compiled for each SIMD level; those for logits are softmax's.
template <class T>
struct PairLossRows {
  SumOf<T> (*sum)(const T* x, const T* t, T delta, std::int64_t n);
  void (*each)(const T* x, const T* t, T delta, T scale, std::int64_t n, T* y);
  // g: n slopes, or null for one everywhere; dx or dt may be null.
  void (*backward)(const T* x, const T* t, T delta, const T* g, T scale, std::int64_t n, T* dx, T* dt);
};
template <class T>
struct PairLosses {
  PairLossRows<T> all[5];   // in the order of PairLoss
  const PairLossRows<T>& of(PairLoss loss) const { return all[static_cast<std::size_t>(loss)]; }
};
using PairLossLoops = PerFloat<PairLosses>;

const PairLossLoops& pair_loss_loops();   // of the best instruction-set level that this machine has

}  // namespace gradus::kernels
