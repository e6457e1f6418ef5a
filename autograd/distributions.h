// Random tensors, from distributions, of whole numbers, of orders. The generator's key and an element's place decide each number, so
// nothing depends on the number of threads. rand and randn are in creation.h.
//   Tensor z = normal(mean, std);   sum(z).backward();           // the gradient flows to mean and std
//   Tensor next = multinomial(softmax(logits), 1);   Tensor order = randperm(100);   Tensor dice = randint(1, 7, {2});
// Parameters broadcast; they are f32 or f64 (DtypeError), and ValueError refuses those that no distribution has, NaN among them.
#pragma once
#include <gradus/autograd/array/axes.h>
#include <gradus/autograd/creation.h>

namespace gradus {

// ---- with gradients: a number is a function of its parameters and of noise (it is reparameterised), to any order unless said otherwise

// mean + std·noise; std not negative.
Tensor normal(const Tensor& mean, const Tensor& std, Generator& generator = default_generator());
Tensor normal(const Tensor& mean, double std, Generator& generator = default_generator());
Tensor normal(double mean, const Tensor& std, Generator& generator = default_generator());
Tensor normal(double mean, double std, const Shape& shape, Generator& generator = default_generator(), Dtype dtype = f32);
Tensor log_normal(const Tensor& mean, const Tensor& std, Generator& generator = default_generator());  // exp of that
// low + (high − low)·noise in [low, high]; low < high.
Tensor uniform(const Tensor& low, const Tensor& high, Generator& generator = default_generator());
Tensor exponential(const Tensor& rate, Generator& generator = default_generator());  // density rate·exp(−rate·x)
Tensor cauchy(const Tensor& median, const Tensor& scale, Generator& generator = default_generator());
// Density rate^a·x^(a−1)·exp(−rate·x)/Γ(a). The derivative by the concentration a is the implicit one (Figurnov, Mohamed, Mnih 2018), and
// so is the second one (PyTorch has none); a third one is a GraphError.
Tensor gamma(const Tensor& concentration, const Tensor& rate, Generator& generator = default_generator());
Tensor gamma(const Tensor& concentration, Generator& generator = default_generator());  // rate 1
// x/(x + y) of two gammas; in (0, 1). Derivatives as gamma's, of dirichlet too.
Tensor beta(const Tensor& a, const Tensor& b, Generator& generator = default_generator());
// Gammas by their sum along the last dimension, one point of a simplex for each row.
Tensor dirichlet(const Tensor& concentration, Generator& generator = default_generator());
// softmax((logits + noise)/tau) with Gumbel's noise, whose largest class is drawn as softmax(logits) says; `hard`: 1 at that class and 0
// elsewhere, with the same gradient. tau > 0. Jang, Gu, Poole 2017
Tensor gumbel_softmax(const Tensor& logits, double tau = 1, bool hard = false, Axis axis = -1, Generator& generator = default_generator());

// ---- without

// Whole numbers in [low, high), each as likely.
Tensor randint(std::int64_t low, std::int64_t high, const Shape& shape, Generator& generator = default_generator(), Dtype dtype = i64);
Tensor randint(std::int64_t high, const Shape& shape, Generator& generator = default_generator(), Dtype dtype = i64);  // in [0, high)
Tensor randint_like(const Tensor& x, std::int64_t low, std::int64_t high, Generator& generator = default_generator());  // x's shape, dtype
Tensor randint_like(const Tensor& x, std::int64_t high, Generator& generator = default_generator());
// 0, 1, … n − 1 in an order of which each is as likely.
Tensor randperm(std::int64_t n, Generator& generator = default_generator(), Dtype dtype = i64);
Tensor bernoulli(const Tensor& p, Generator& generator = default_generator());   // 1 with probability p, else 0; in p's dtype
Tensor poisson(const Tensor& rate, Generator& generator = default_generator());  // in rate's dtype
Tensor geometric(const Tensor& p, Generator& generator = default_generator());   // trials up to the first success: 1, 2, …; in p's dtype
// Rows of `n` classes (i64) as likely as `weights` [C] or [N, C] say, which need not sum to 1; in the order in which they are drawn.
// Without replacement no class comes twice in a row: ValueError unless so many have a weight.
Tensor multinomial(const Tensor& weights, std::int64_t n, bool replacement = false, Generator& generator = default_generator());
// One class for each row, i64 [...], as likely as softmax(logits) says: logits [..., C].
Tensor categorical(const Tensor& logits, Generator& generator = default_generator());

}  // namespace gradus
