#include <gradus/autograd/kernels/axes/loss.h>

#include <gradus/autograd/kernels/axes/reduce_blocks.h>

namespace gradus::kernels::GRADUS_SIMD_LEVEL {
namespace {

struct Squared {
  static auto value(auto x, auto t, auto) { return square(x - t); }
  static auto pull(auto g, auto x, auto t, auto) { return 2 * (x - t) * g; }
  static auto pull_of_target(auto g, auto x, auto t, auto) { return 2 * (t - x) * g; }
};

struct Absolute {
  static auto value(auto x, auto t, auto) { return abs(x - t); }
  static auto pull(auto g, auto x, auto t, auto) {
    const auto d = x - t;
    return where(d > 0, g, where(d < 0, -g, where(d == 0, like(d, 0), d)));   // the last one: NaN
  }
  static auto pull_of_target(auto g, auto x, auto t, auto delta) { return pull(g, t, x, delta); }
};

struct Huber {
  static auto value(auto x, auto t, auto delta) {
    const auto size = abs(x - t);
    return where(size > delta, delta * (size - 0.5 * delta), 0.5 * size * size);
  }
  static auto pull(auto g, auto x, auto t, auto delta) {
    const auto d = x - t;
    return where(d > delta, delta, where(d < -delta, -delta, d)) * g;
  }
  static auto pull_of_target(auto g, auto x, auto t, auto delta) { return pull(g, t, x, delta); }
};

// |x| times the distance between t and the side that x is on, and what is left at x = 0. A certain x on the right side costs nothing.
struct Logistic {
  static auto value(auto x, auto t, auto) {
    const auto size = abs(x), share = where(x < 0, t, 1 - t);
    return where(share == 0, like(x, 0), size * share) + log1p(exp_to_one(-size));
  }
  static auto pull(auto g, auto x, auto t, auto) {
    const auto slope = sigmoid(x) - t;
    return where(slope == 0, like(x, 0), slope * g);
  }
  static auto pull_of_target(auto g, auto x, auto, auto) { return where(g == 0, like(x, 0), -x * g); }
};

auto bounded(auto logarithm) { return where(logarithm < -100, like(logarithm, -100), logarithm); }

struct Likelihood {
  static auto value(auto x, auto t, auto) { return (t - 1) * bounded(log1p(-x)) - t * bounded(log(x)); }
  static auto pull(auto g, auto x, auto t, auto) {
    const auto spread = x * (1 - x);
    return (x - t) / where(spread < 1e-12, like(x, 1e-12), spread) * g;
  }
  static auto pull_of_target(auto g, auto x, auto, auto) { return (bounded(log1p(-x)) - bounded(log(x))) * g; }
};

template <class Loss, class T>
SumOf<T> loss_sum(const T* x, const T* t, T delta, std::int64_t n) {
  return slow_sum<T>(n, [=](std::int64_t i, auto... lanes) {
    return Loss::value(Vec<T>::load(x + i, lanes...), Vec<T>::load(t + i, lanes...), Vec<T>(delta));
  });
}

template <class Loss, class T>
void loss_each(const T* x, const T* t, T delta, T scale, std::int64_t n, T* y) {
  for_batches<T>(n, [=](std::int64_t i, auto... lanes) {
    (Loss::value(Vec<T>::load(x + i, lanes...), Vec<T>::load(t + i, lanes...), Vec<T>(delta)) * scale).store(y + i, lanes...);
  });
}

template <class Loss, class T>
void loss_backward(const T* x, const T* t, T delta, const T* g, T scale, std::int64_t n, T* dx, T* dt) {
  const Vec<T> factor = scale;
  for_batches<T>(n, [=](std::int64_t i, auto... lanes) {
    const Vec<T> a = Vec<T>::load(x + i, lanes...), b = Vec<T>::load(t + i, lanes...);
    const Vec<T> outer = g ? Vec<T>::load(g + i, lanes...) * factor : factor;
    if (dx) Loss::pull(outer, a, b, Vec<T>(delta)).store(dx + i, lanes...);
    if (dt) Loss::pull_of_target(outer, a, b, Vec<T>(delta)).store(dt + i, lanes...);
  });
}

template <class Loss, class T>
constexpr PairLossRows<T> rows_of{loss_sum<Loss, T>, loss_each<Loss, T>, loss_backward<Loss, T>};

}  // namespace

const PairLossLoops& pair_loss_loops() {
  static constexpr PairLossLoops loops([]<class T>(T) {
    return PairLosses<T>{{rows_of<Squared, T>, rows_of<Absolute, T>, rows_of<Huber, T>, rows_of<Logistic, T>, rows_of<Likelihood, T>}};
  });
  return loops;
}

}  // namespace gradus::kernels::GRADUS_SIMD_LEVEL
