#include <gradus/autograd/distributions.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include <gradus/autograd/internal/check_parameter.h>
#include <gradus/autograd/kernels/random/gamma.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/scatter.h>
#include <gradus/autograd/ops/softmax.h>
#include <gradus/autograd/ops/special.h>
#include <gradus/autograd/ops/surrogate.h>
#include <gradus/autograd/tape/op.h>

namespace gradus {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
bool is_finite(double x) { return std::isfinite(x); }
bool is_positive(double x) { return x > 0 && x < infinity; }
bool is_not_negative(double x) { return x >= 0 && x < infinity; }

void check_positive(const char* op, const char* what, const Tensor& x) {
  check_parameter(op, what, "be positive and finite", x, is_positive);
}

// The shape and dtype of two parameters' numbers.
Array room_for(const char* op, const Tensor& a, const Tensor& b) {
  check<DtypeError>(a.dtype() == b.dtype(), op, ": parameters have different dtypes: ", a.dtype(), " and ", b.dtype());
  return Array(broadcast_shapes(a.shape(), b.shape(), op), a.dtype());
}

// Each element by f(u), u in [0, 1).
template <class F>
Tensor from_uniform(Array room, Generator& generator, F f) {
  return kernels::fill_pairs(std::move(room), generator.fork(), [f](double u, double v) { return std::pair(f(u), f(v)); });
}

Tensor noise(const Array& room, Generator& generator) { return normal(room, 0, 1, generator); }

Array each_of(const Tensor& a, const Tensor& x, double (*f)(double a, double x)) {
  const Array shapes = a.value().as_contiguous(), numbers = x.value().as_contiguous();
  Array out(a.shape(), a.dtype());
  visit_floating(a.dtype(), "gamma", [&]<class T>(T) {
    const T *from = shapes.data<T>(), *at = numbers.data<T>();
    T* to = out.mutable_data<T>();
    parallel_for(a.size(), 64, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) to[i] = static_cast<T>(f(static_cast<double>(from[i]), static_cast<double>(at[i])));
    });
  });
  return out;
}

// ∂s/∂a of the slope s below, without a derivative of its own.
struct GammaCurve final : Op {
  std::string_view name() const override { return "gamma"; }
  Array forward(const Tensor& a, const Tensor& x) { return each_of(a, x, kernels::gamma_slope_by_shape); }
  Grads backward(Tensor) override { fail<GraphError>("gamma: the third derivative of a random number by its concentration is not known"); }
};

// s = −(∂F/∂a)/f at x. With ∂log f/∂a = log x − ψ(a) and ∂log f/∂x = (a − 1)/x − 1 its slope by x is −∂log f/∂a − s·∂log f/∂x.
struct GammaSlope final : Op {
  std::string_view name() const override { return "gamma"; }
  Array forward(const Tensor& a, const Tensor& x) {
    save(a, x), save_output();
    return each_of(a, x, kernels::gamma_slope);
  }
  Grads backward(Tensor g) override {
    const auto [a, x] = saved<2>();
    return {needs(0) ? g * record(GammaCurve(), a, x) : Tensor{},
            needs(1) ? g * (digamma(a) - log(x) - output() * ((a - 1) / x - 1)) : Tensor{}};
  }
};

struct StandardGamma final : Op {
  std::string_view name() const override { return "gamma"; }
  std::uint64_t key;
  explicit StandardGamma(std::uint64_t key) : key(key) {}
  Array forward(const Tensor& a) {
    save(a), save_output();
    const Array shapes = a.value().as_contiguous();
    Array out(a.shape(), a.dtype());
    visit_floating(a.dtype(), name(), [&]<class T>(T) {
      const T* from = shapes.data<T>();
      T* to = out.mutable_data<T>();
      parallel_for(a.size(), 1 << 8, [&](std::int64_t begin, std::int64_t end) {
        kernels::for_draws(key, begin, end, [&](std::int64_t i, kernels::Draws& draws) {
          to[i] = std::max(static_cast<T>(kernels::draw_gamma(draws, static_cast<double>(from[i]))), std::numeric_limits<T>::min());
        });
      });
    });
    return out;
  }
  Grads backward(Tensor g) override {
    const auto [a] = saved<1>();
    return {g * record(GammaSlope(), a, output())};
  }
};

}  // namespace

Tensor normal(const Tensor& mean, const Tensor& std, Generator& generator) {
  check_parameter("normal", "mean", "be finite", mean, is_finite);
  check_parameter("normal", "std", "not be negative", std, is_not_negative);
  return mean + std * noise(room_for("normal", mean, std), generator);
}
Tensor normal(const Tensor& mean, double std, Generator& generator) {
  return normal(mean, Tensor(Array::full({}, std, mean.dtype())), generator);
}
Tensor normal(double mean, const Tensor& std, Generator& generator) {
  return normal(Tensor(Array::full({}, mean, std.dtype())), std, generator);
}
Tensor normal(double mean, double std, const Shape& shape, Generator& generator, Dtype dtype) {
  check<ValueError>(std >= 0, "normal: std must not be negative, not be ", std);
  return normal(Array(shape, dtype), mean, std, generator);
}
Tensor log_normal(const Tensor& mean, const Tensor& std, Generator& generator) {
  check_parameter("log_normal", "mean", "be finite", mean, is_finite);
  check_parameter("log_normal", "std", "not be negative", std, is_not_negative);
  return exp(mean + std * noise(room_for("log_normal", mean, std), generator));
}

Tensor uniform(const Tensor& low, const Tensor& high, Generator& generator) {
  check_parameter("uniform", "low", "be finite", low, is_finite);
  check_parameter("uniform", "high", "be finite", high, is_finite);
  const Array room = room_for("uniform", low, high);
  check_parameter("uniform", "high − low", "be positive", high.detach() - low.detach(), is_positive);
  return low + (high - low) * Tensor(uniform(room, 0, 1, generator));
}

Tensor exponential(const Tensor& rate, Generator& generator) {
  check_positive("exponential", "rate", rate);
  if (rate.dtype() == f32)
    return Tensor(kernels::fill_f32(Array(rate.shape(), f32), [key = generator.fork()](std::uint64_t block, std::int64_t n, float* y) {
             kernels::random_loops().exponential(block, key, n, y);
           })) / rate;
  return from_uniform(Array(rate.shape(), rate.dtype()), generator, [](double u) { return -std::log1p(-u); }) / rate;
}

Tensor cauchy(const Tensor& median, const Tensor& scale, Generator& generator) {
  check_parameter("cauchy", "median", "be finite", median, is_finite);
  check_positive("cauchy", "scale", scale);
  return median + scale * from_uniform(room_for("cauchy", median, scale), generator,
                                       [](double u) { return std::tan(std::numbers::pi * (u - 0.5)); });
}

Tensor gamma(const Tensor& concentration, Generator& generator) {
  check_positive("gamma", "concentration", concentration);
  return record(StandardGamma(generator.fork()), concentration);
}
Tensor gamma(const Tensor& concentration, const Tensor& rate, Generator& generator) {
  check_positive("gamma", "concentration", concentration);
  check_positive("gamma", "rate", rate);
  const Shape shape = room_for("gamma", concentration, rate).shape();
  return gamma(shape == concentration.shape() ? concentration : expand(concentration, shape), generator) / rate;
}

Tensor beta(const Tensor& a, const Tensor& b, Generator& generator) {
  check_positive("beta", "a", a);
  check_positive("beta", "b", b);
  const Shape shape = room_for("beta", a, b).shape();
  const Tensor x = gamma(expand(a, shape), generator), y = gamma(expand(b, shape), generator);
  return x / (x + y);
}

Tensor dirichlet(const Tensor& concentration, Generator& generator) {
  check_positive("dirichlet", "concentration", concentration);
  check<ShapeError>(concentration.rank() >= 1, "dirichlet: concentration must be [..., C], not a scalar");
  const Tensor x = gamma(concentration, generator);
  return x / sum(x, -1, true);
}

Tensor gumbel_softmax(const Tensor& logits, double tau, bool hard, Axis axis, Generator& generator) {
  check_defined("gumbel_softmax", logits, "logits");
  check_computes_in(logits.dtype(), "gumbel_softmax");
  check<ValueError>(is_positive(tau), "gumbel_softmax: tau must be positive and finite, not be ", tau);
  const Tensor gumbel = from_uniform(Array(logits.shape(), logits.dtype()), generator, [](double u) {
    return -std::log(std::max(-std::log1p(-u), std::numeric_limits<double>::min()));
  });
  const Tensor soft = softmax((logits + gumbel) / tau, axis);
  if (!hard || soft.size() == 0) return soft;
  const Tensor place = argmax(soft.detach(), axis, true);
  return straight_through(scatter(zeros_like(soft), axis, place, 1), soft);
}

}  // namespace gradus
