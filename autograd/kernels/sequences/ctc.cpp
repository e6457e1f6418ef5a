#include <gradus/autograd/kernels/sequences/ctc.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/simd/internal/level.h>

namespace gradus::kernels {

GRADUS_DISPATCH(CtcLoops, ctc_loops)

namespace {

constexpr double none = -std::numeric_limits<double>::infinity();

double log_sum(double a, double b) {
  const double top = std::max(a, b);
  return top == none ? none : top + std::log1p(std::exp(std::min(a, b) - top));
}

// Room for the states of a sample with two that nothing is in before and behind them.
struct Track {
  std::vector<double> room;
  explicit Track(std::int64_t states) : room(static_cast<std::size_t>(states + 4), none) {}
  double* states() { return room.data() + 2; }
};

// What does not change over time: which states may be reached from two before.
std::vector<double> skips_of(const Ctc& batch, std::int64_t n, std::int64_t states) {
  std::vector<double> skips(static_cast<std::size_t>(states + 4), none);
  for (std::int64_t s = 0; s < states; ++s)
    if (batch.skips(n, s)) skips[static_cast<std::size_t>(s)] = 0;
  return skips;
}

std::vector<std::int64_t> labels_of(const Ctc& batch, std::int64_t n, std::int64_t states) {
  std::vector<std::int64_t> labels(static_cast<std::size_t>(states));
  for (std::int64_t s = 0; s < states; ++s) labels[static_cast<std::size_t>(s)] = batch.label(n, s);
  return labels;
}

// Samples cost as many steps as they have times states.
template <class Body>
void each_sample(const Ctc& batch, Body body) {
  const std::int64_t samples = batch.log_probs.shape()[1];
  std::int64_t work = 0;
  for (std::int64_t n = 0; n < samples; ++n) work += batch.input_lengths[static_cast<std::size_t>(n)] * batch.states(n);
  parallel_for(samples, items_worth(1 << 11, samples ? work / samples : 1), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t n = begin; n < end; ++n) body(n);
  });
}

std::int64_t most_states(const Ctc& batch) {
  std::int64_t most = 1;
  for (const std::int64_t length : batch.target_lengths) most = std::max(most, 2 * length + 1);
  return most;
}

template <class T>
void forward(const Ctc& batch, double* losses, double* alphas) {
  const Shape& shape = batch.log_probs.shape();
  const std::int64_t steps = shape[0], samples = shape[1], classes = shape[2], most = most_states(batch);
  const T* probs = batch.log_probs.data<T>();
  each_sample(batch, [&](std::int64_t n) {
    const std::int64_t states = batch.states(n), length = batch.input_lengths[static_cast<std::size_t>(n)];
    const auto labels = labels_of(batch, n, states);
    const auto skips = skips_of(batch, n, states);
    Track now(states), next(states), said(states);
    if (length == 0) {
      losses[n] = states == 1 ? 0 : -none;
      return;
    }
    for (std::int64_t t = 0; t < length; ++t) {
      const T* row = probs + (t * samples + n) * classes;
      if (t == 0) {
        for (std::int64_t s = 0; s < std::min<std::int64_t>(states, 2); ++s)
          now.states()[s] = static_cast<double>(row[labels[static_cast<std::size_t>(s)]]);
      } else {
        for (std::int64_t s = 0; s < states; ++s) said.states()[s] = static_cast<double>(row[labels[static_cast<std::size_t>(s)]]);
        ctc_loops().step(now.states(), states, skips.data(), said.states(), next.states());
        std::swap(now.room, next.room);
      }
      if (alphas) std::copy_n(now.states(), states, alphas + (n * steps + t) * most);
    }
    losses[n] = -log_sum(now.states()[states - 1], states > 1 ? now.states()[states - 2] : none);
  });
}

template <class T>
void backward(const Ctc& batch, const CtcResult& result, const double* g, bool zero_infinity, T* out) {
  const Shape& shape = batch.log_probs.shape();
  const std::int64_t steps = shape[0], samples = shape[1], classes = shape[2], most = most_states(batch);
  const T* probs = batch.log_probs.data<T>();
  const double *alphas = result.alphas.data<double>(), *losses = result.losses.data<double>();
  each_sample(batch, [&](std::int64_t n) {
    const std::int64_t states = batch.states(n), length = batch.input_lengths[static_cast<std::size_t>(n)];
    const auto labels = labels_of(batch, n, states);
    const bool lost = std::isinf(losses[n]);
    if (lost && zero_infinity) return;
    // What follows each state, walked from the end: the same step as forward, on the states in reverse.
    std::vector<double> skips(static_cast<std::size_t>(states + 4), none);
    for (std::int64_t r = 0; r < states; ++r)
      if (r >= 2 && batch.skips(n, states - 1 - r + 2)) skips[static_cast<std::size_t>(r)] = 0;
    Track said(states), after(states);  // in reverse: what follows a state plus what is said there, and what follows the next one
    const std::vector<double> zeros(static_cast<std::size_t>(states), 0.0);
    for (std::int64_t t = length - 1; t >= 0; --t) {
      const T* row = probs + (t * samples + n) * classes;
      T* slopes = out + (t * samples + n) * classes;
      if (t == length - 1)
        for (std::int64_t r = 0; r < std::min<std::int64_t>(states, 2); ++r) after.states()[r] = 0;
      else
        ctc_loops().step(said.states(), states, skips.data(), zeros.data(), after.states());
      const double* alpha = alphas + (n * steps + t) * most;
      for (std::int64_t r = 0; r < states; ++r) {
        const std::int64_t s = states - 1 - r, label = labels[static_cast<std::size_t>(s)];
        const double here = alpha[s] + after.states()[r] + losses[n];
        if (lost)
          slopes[label] = std::numeric_limits<T>::quiet_NaN();
        else if (here > none)
          slopes[label] -= static_cast<T>(g[n] * std::exp(here));
        said.states()[r] = after.states()[r] + static_cast<double>(row[label]);
      }
    }
  });
}

}  // namespace

CtcResult ctc(const Ctc& batch, bool keep) {
  const Shape& shape = batch.log_probs.shape();
  CtcResult out{Array({shape[1]}, f64), {}};
  if (keep) out.alphas = Array({shape[1], shape[0], most_states(batch)}, f64);
  visit_floating(batch.log_probs.dtype(), "ctc_loss", [&]<class T>(T) {
    forward<T>(batch, out.losses.mutable_data<double>(), keep ? out.alphas.mutable_data<double>() : nullptr);
  });
  return out;
}

Array ctc_backward(const Ctc& batch, const CtcResult& result, const Array& g, bool zero_infinity) {
  Array out = Array::zeros(batch.log_probs.shape(), batch.log_probs.dtype());
  visit_floating(out.dtype(), "ctc_loss",
                 [&]<class T>(T) { backward<T>(batch, result, g.data<double>(), zero_infinity, out.mutable_data<T>()); });
  return out;
}

}  // namespace gradus::kernels
