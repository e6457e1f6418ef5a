// Random whole numbers, orders and classes (distributions.h): without gradients.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include <gradus/autograd/distributions.h>
#include <gradus/autograd/internal/check_parameter.h>
#include <gradus/autograd/kernels/random/gamma.h>

namespace gradus {
namespace {

using kernels::Draws;

// y[i] = draw(draws of i, x[i]), in x's dtype.
template <class Fits, class Draw>
Tensor each(const char* op, const char* what, const char* rule, const Tensor& x, Generator& generator, Fits fits, Draw draw) {
  check_parameter(op, what, rule, x, fits);
  const Array parameters = x.value().as_contiguous();
  Array out(x.shape(), x.dtype());
  visit_floating(x.dtype(), op, [&]<class T>(T) {
    const T* from = parameters.data<T>();
    T* to = out.mutable_data<T>();
    const std::uint64_t key = generator.fork();
    parallel_for(x.size(), 1 << 10, [&](std::int64_t begin, std::int64_t end) {
      kernels::for_draws(
          key, begin, end, [&](std::int64_t i, Draws& draws) { to[i] = static_cast<T>(draw(draws, static_cast<double>(from[i]))); });
    });
  });
  return out;
}

// For small rates products of uniform numbers; else rejection below a transformed hat (Hörmann, "The transformed rejection method for
// generating Poisson random variables", 1993).
double draw_poisson(Draws& draws, double rate) {
  if (rate < 10) {
    const double limit = std::exp(-rate);
    double k = 0;
    for (double product = draws.positive(); product > limit; product *= draws.positive()) ++k;
    return k;
  }
  const double b = 0.931 + 2.53 * std::sqrt(rate), a = -0.059 + 0.02483 * b, inverse = 1.1239 + 1.1328 / (b - 3.4);
  const double accepted = 0.9277 - 3.6224 / (b - 2), logarithm = std::log(rate);
  while (true) {
    const double u = draws.uniform() - 0.5, v = draws.positive(), edge = 0.5 - std::abs(u);
    const double k = std::floor((2 * a / edge + b) * u + rate + 0.43);
    if (edge >= 0.07 && v <= accepted) return k;
    if (k < 0 || (edge < 0.013 && v > edge)) continue;
    if (std::log(v * inverse / (a / (edge * edge) + b)) <= k * logarithm - rate - kernels::log_factorial(k)) return k;
  }
}

// Rows of weights in f64, each with its sum up to every class.
struct Weights {
  std::int64_t rows, classes;
  Array values, sums;
  Weights(const char* op, const Tensor& x, std::int64_t classes) : rows(classes ? x.size() / classes : 0), classes(classes) {
    values = x.value().to(f64).as_contiguous();
    sums = Array(values.shape(), f64);
    const double* from = values.data<double>();
    double* to = sums.mutable_data<double>();
    for (std::int64_t r = 0; r < rows; ++r) {
      double sum = 0;
      for (std::int64_t c = 0; c < classes; ++c, ++from, ++to) {
        check<ValueError>(*from >= 0 && std::isfinite(*from), op, ": weights must be finite and not negative, and that of class ", c,
                          rows > 1 ? text(" in row ", r) : "", " is ", *from);
        *to = sum += *from;
      }
      check<ValueError>(sum > 0 && std::isfinite(sum), op, ": the weights", rows > 1 ? text(" of row ", r) : "",
                        " must have a positive, finite sum, not ", sum);
    }
  }
  // The class at which the sum passes u·(the whole sum).
  std::int64_t at(std::int64_t row, double u) const {
    const double *first = sums.data<double>() + row * classes, *last = first + classes;
    const double* place = std::upper_bound(first, last, u * last[-1]);
    if (place == last) place = std::lower_bound(first, last, last[-1]);  // rounded up
    return place - first;
  }
};

}  // namespace

Tensor randint(std::int64_t low, std::int64_t high, const Shape& shape, Generator& generator, Dtype dtype) {
  check<ValueError>(low < high, "randint: there is no whole number from ", low, " to below ", high);
  check<DtypeError>(dtype == i64 || (holds(dtype, static_cast<double>(low)) && holds(dtype, static_cast<double>(high - 1))),
                    "randint: ", dtype, " does not hold numbers from ", low, " to ", high - 1);
  Array whole(shape, i64);
  std::int64_t* to = whole.mutable_data<std::int64_t>();
  const std::uint64_t key = generator.fork(), range = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
  const auto number = [low](std::uint64_t more) { return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + more); };
  if (const auto few = static_cast<std::uint32_t>(range); few == range) {
    parallel_for((whole.size() + 3) / 4, 1 << 12, [&](std::int64_t begin, std::int64_t end) {
      kernels::for_words(key, 4 * begin, std::min(4 * end, whole.size()),
                         [&](std::int64_t i, std::uint32_t word) { to[i] = number(kernels::below(few, word, key, i)); });
    });
  } else {
    parallel_for(whole.size(), 1 << 12, [&](std::int64_t begin, std::int64_t end) {
      kernels::for_draws(key, begin, end, [&](std::int64_t i, Draws& draws) { to[i] = number(draws.below(range)); });
    });
  }
  return whole.to(dtype);
}
Tensor randint(std::int64_t high, const Shape& shape, Generator& generator, Dtype dtype) {
  return randint(0, high, shape, generator, dtype);
}
Tensor randint_like(const Tensor& x, std::int64_t low, std::int64_t high, Generator& generator) {
  check_defined("randint_like", x);
  return randint(low, high, x.shape(), generator, x.dtype());
}
Tensor randint_like(const Tensor& x, std::int64_t high, Generator& generator) { return randint_like(x, 0, high, generator); }

Tensor randperm(std::int64_t n, Generator& generator, Dtype dtype) {
  check<ValueError>(n >= 0, "randperm: the number must not be negative: ", n);
  const std::uint64_t key = generator.fork();
  Array out({n}, i64);
  std::int64_t* order = out.mutable_data<std::int64_t>();
  // Each number takes any place of those so far, and who stood there the last one (Fisher and Yates).
  const auto put = [order](std::int64_t i, std::uint64_t place) { order[i] = order[place], order[place] = i; };
  constexpr std::int64_t few = 0xFFFFFFFF;
  kernels::for_words(key, 0, std::min(n, few), [&](std::int64_t i, std::uint32_t word) {
    put(i, kernels::below(static_cast<std::uint32_t>(i + 1), word, key, i));
  });
  for (std::int64_t i = few; i < n; ++i) put(i, Draws(key, i).below(static_cast<std::uint64_t>(i) + 1));
  return out.to(dtype);
}

Tensor bernoulli(const Tensor& p, Generator& generator) {
  check_parameter("bernoulli", "p", "lie in [0, 1]", p, [](double x) { return x >= 0 && x <= 1; });
  const Array whole = p.value().as_contiguous();
  Array out = kernels::fill_pairs(Array(p.shape(), f64), generator.fork(), [](double u, double v) { return std::pair(u, v); });
  visit_floating(p.dtype(), "bernoulli", [&]<class T>(T) {
    const T* from = whole.data<T>();
    double* to = out.mutable_data<double>();
    parallel_for(p.size(), 1 << 15, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) to[i] = to[i] < static_cast<double>(from[i]) ? 1 : 0;
    });
  });
  return out.to(p.dtype());
}

Tensor poisson(const Tensor& rate, Generator& generator) {
  return each(
      "poisson", "rate", "be finite and not negative", rate, generator, [](double x) { return x >= 0 && std::isfinite(x); }, draw_poisson);
}

Tensor geometric(const Tensor& p, Generator& generator) {
  return each(
      "geometric", "p", "lie in (0, 1]", p, generator, [](double x) { return x > 0 && x <= 1; },
      [](Draws& draws, double x) { return x == 1 ? 1 : std::max(1.0, std::ceil(std::log(draws.positive()) / std::log1p(-x))); });
}

Tensor multinomial(const Tensor& weights, std::int64_t n, bool replacement, Generator& generator) {
  check_defined("multinomial", weights, "weights");
  check_computes_in(weights.dtype(), "multinomial");
  check<ShapeError>((weights.rank() == 1 || weights.rank() == 2) && weights.dim(-1) > 0, "multinomial: weights must be [C] or [N, C], not ",
                    weights.shape());
  check<ValueError>(n >= 1, "multinomial: draws at least 1 class, not ", n);
  const Weights all("multinomial", weights, weights.dim(-1));
  Shape shape = weights.shape();
  shape[shape.rank() - 1] = n;
  Array out(shape, i64);
  std::int64_t* to = out.mutable_data<std::int64_t>();
  const std::uint64_t key = generator.fork();
  if (replacement || n == 1) {
    parallel_for(all.rows * n, 1 << 10, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) to[i] = all.at(i / n, Draws(key, i).uniform());
    });
    return out;
  }
  // The classes race: one with weight w arrives at an exponential time of that rate, and the order of arrival is that of drawing.
  const std::int64_t classes = all.classes;
  const double* values = all.values.data<double>();
  for (std::int64_t r = 0; r < all.rows; ++r) {
    const auto there = std::count_if(values + r * classes, values + (r + 1) * classes, [](double w) { return w > 0; });
    check<ValueError>(n <= there, "multinomial: cannot draw ", n, " classes without replacement from ", there, " that have a weight",
                      all.rows > 1 ? text(" in row ", r) : "", "; multinomial(weights, n, true) draws with it");
  }
  parallel_for(all.rows, items_worth(1 << 10, classes), [&](std::int64_t begin, std::int64_t end) {
    std::vector<std::pair<double, std::int64_t>> arrivals;
    for (std::int64_t r = begin; r < end; ++r) {
      arrivals.clear();
      for (std::int64_t c = 0; c < classes; ++c)
        if (const double w = values[r * classes + c]; w > 0)
          arrivals.emplace_back(-std::log(Draws(key, r * classes + c).positive()) / w, c);
      std::partial_sort(arrivals.begin(), arrivals.begin() + n, arrivals.end());
      for (std::int64_t i = 0; i < n; ++i) to[r * n + i] = arrivals[static_cast<std::size_t>(i)].second;
    }
  });
  return out;
}

Tensor categorical(const Tensor& logits, Generator& generator) {
  check_defined("categorical", logits, "logits");
  check_computes_in(logits.dtype(), "categorical");
  check<ShapeError>(logits.rank() >= 1 && logits.dim(-1) > 0, "categorical: logits must be [..., C], not ", logits.shape());
  const std::int64_t classes = logits.dim(-1);
  Shape shape = logits.shape();
  shape.erase(shape.rank() - 1);
  Array powers = logits.value().to(f64).as_contiguous();
  double* p = powers.mutable_data<double>();
  for (std::int64_t r = 0; r < shape.elements(); ++r) {
    double* const row = p + r * classes;
    const double top = *std::max_element(row, row + classes);
    for (std::int64_t c = 0; c < classes; ++c) row[c] = std::exp(row[c] - top);
    check<ValueError>(std::isfinite(std::accumulate(row, row + classes, 0.0)), "categorical: logits of row ", r,
                      " are no logarithms of weights: NaN, ∞ or all −∞");
  }
  const Weights all("categorical", Tensor(powers), classes);
  Array out(shape, i64);
  std::int64_t* to = out.mutable_data<std::int64_t>();
  const std::uint64_t key = generator.fork();
  parallel_for(all.rows, 1 << 10, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t r = begin; r < end; ++r) to[r] = all.at(r, Draws(key, r).uniform());
  });
  return out;
}

}  // namespace gradus
