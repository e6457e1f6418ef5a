#include <gradus/autograd/gradcheck.h>

#include <cmath>

#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/walk/grad.h>
#include <gradus/autograd/walk/tangent.h>

namespace gradus {
namespace {

using Tensors = std::vector<Tensor>;

double weighted(const Tensors& ys, const Tensors& weights) {
  double total = 0;
  for (std::size_t k = 0; k < ys.size(); ++k) {
    const std::vector<double> a = ys[k].value().to_vector(), w = weights[k].value().to_vector();
    for (std::size_t i = 0; i < a.size(); ++i) total += a[i] * w[i];
  }
  return total;
}

// Fresh leaves with the values of those inputs that can be differentiated.
Tensors as_variables(const Tensors& inputs) {
  Tensors xs;
  for (const Tensor& x : inputs) xs.push_back(x.dtype() == f64 ? variable(Tensor(x.value())) : x);
  return xs;
}

Tensors differentiable(const Tensors& xs) {
  Tensors out;
  for (const Tensor& x : xs)
    if (x.requires_grad()) out.push_back(x);
  return out;
}

Tensors random_like(const Tensors& xs, Generator& random) {
  Tensors out;
  for (const Tensor& x : xs) out.push_back(randn(x.shape(), random, f64));
  return out;
}

// The function at a point, recorded, and how far it is from its derivatives by differences.
class Comparison {
 public:
  Comparison(const Functions& f, const Tensors& inputs, const GradcheckOptions& options, int order)
      : f_(f), inputs_(inputs), options_(options), order_(order), xs_(as_variables(inputs)), wanted_(differentiable(xs_)), ys_(f(xs_)) {
    for (const Tensor& y : ys_) check<DtypeError>(y.dtype() == f64, "check_gradients: the function must return f64, not ", y.dtype());
    tracked_ = differentiable(ys_);
  }

  // ∂(weights · f)/∂x, element by element.
  void backward() const {
    Generator random(options_.seed, static_cast<std::uint64_t>(order_));
    const Tensors weights = random_like(ys_, random);
    Tensors seeds;
    for (std::size_t k = 0; k < ys_.size(); ++k)
      if (ys_[k].requires_grad()) seeds.push_back(weights[k]);
    Tensors analytic;
    if (!tracked_.empty()) analytic = grad(tracked_, wanted_, seeds, {.retain_graph = true});
    std::size_t k = 0;
    for (std::size_t i = 0; i < xs_.size(); ++i) {
      if (!xs_[i].requires_grad()) continue;
      const std::vector<double> ours = tracked_.empty() ? std::vector<double>(xs_[i].size(), 0.0) : analytic[k].value().to_vector();
      if (!tracked_.empty())
        check<GraphError>(analytic[k].shape() == xs_[i].shape(), "check_gradients: the gradient of input ", i, " has shape ",
                          analytic[k].shape(), ", the input ", xs_[i].shape());
      ++k;
      for (std::int64_t e = 0; e < xs_[i].size(); ++e) {
        const auto moved = [&](double step) {
          Tensors all = inputs_;
          Array a = inputs_[i].value().contiguous_copy();
          a.mutable_data<double>()[e] += step;
          all[i] = Tensor(std::move(a));
          return weighted(f_(all), weights);
        };
        const double numeric = (moved(options_.step) - moved(-options_.step)) / (2 * options_.step);
        check<GraphError>(close(ours[e], numeric), "check_gradients: ", order_ == 1 ? "gradient" : "second-order gradient", " of input ", i,
                          " ", inputs_[i].shape(), " at element ", e, ": backward says ", ours[e], ", central differences say ", numeric);
      }
    }
  }

  // How every result moves along random directions of the inputs.
  void forward() const {
    Generator random(options_.seed, static_cast<std::uint64_t>(order_ + 10));
    const Tensors vs = random_like(wanted_, random);
    const Tensors up = along(vs, options_.step), down = along(vs, -options_.step);
    for (const bool transposed : {false, true}) {
      const Tensors found = tracked_.empty() ? Tensors{} : tangent(tracked_, wanted_, vs, {.transposed = transposed});
      std::size_t at = 0;
      for (std::size_t k = 0; k < ys_.size(); ++k) {
        const std::vector<double> ours = ys_[k].requires_grad() ? found[at++].value().to_vector() : std::vector<double>(ys_[k].size(), 0.0);
        const std::vector<double> high = up[k].value().to_vector(), low = down[k].value().to_vector();
        for (std::size_t e = 0; e < ours.size(); ++e) {
          const double numeric = (high[e] - low[e]) / (2 * options_.step);
          check<GraphError>(close(ours[e], numeric), "check_gradients: ", order_ == 1 ? "tangent" : "tangent of the gradient",
                            " of result ", k, " ", ys_[k].shape(), " at element ", e, ": ",
                            transposed ? "the transposed backward" : "forward mode", " says ", ours[e], ", central differences say ",
                            numeric);
        }
      }
    }
  }

 private:
  bool close(double ours, double numeric) const { return std::abs(ours - numeric) <= options_.atol + options_.rtol * std::abs(numeric); }

  Tensors along(const Tensors& vs, double step) const {
    Tensors all = inputs_;
    std::size_t k = 0;
    for (std::size_t i = 0; i < all.size(); ++i)
      if (xs_[i].requires_grad()) all[i] = all[i].detach() + step * vs[k++];
    return f_(all);
  }

  const Functions& f_;
  const Tensors& inputs_;
  const GradcheckOptions& options_;
  int order_;
  Tensors xs_, wanted_, ys_, tracked_;
};

void compare(const Functions& f, const Tensors& inputs, const GradcheckOptions& options, int order) {
  const Comparison comparison(f, inputs, options, order);
  comparison.backward();
  if (options.forward_mode) comparison.forward();
}

}  // namespace

void check_gradients(const Functions& f, const std::vector<Tensor>& inputs, const GradcheckOptions& options) {
  bool any = false;
  for (const Tensor& x : inputs) {
    check<DtypeError>(x.dtype() != f32, "check_gradients: inputs must be f64, not f32 ", x.shape(),
                      ": differences of f32 values are too coarse; convert with x.to(f64)");
    any |= x.dtype() == f64;
  }
  check<DtypeError>(any, "check_gradients: no input is f64, so there is nothing to differentiate");
  compare(f, inputs, options, 1);
  if (!options.second_order) return;

  // The gradient as a function of the inputs and of the seeds, summed up with random weights.
  Generator random(options.seed, 3);
  Tensors with_seeds = inputs;
  for (const Tensor& seed : random_like(f(inputs), random)) with_seeds.push_back(seed);
  const Functions gradient = [&](const Tensors& all) {
    Tensors xs;
    for (std::size_t i = 0; i < inputs.size(); ++i)
      xs.push_back(all[i].dtype() == f64 && !all[i].requires_grad() ? variable(all[i]) : all[i]);
    const Tensors wanted = differentiable(xs), values = f(xs);
    Tensors tracked, seeds;
    for (std::size_t k = 0; k < values.size(); ++k) {
      if (!values[k].requires_grad()) continue;
      tracked.push_back(values[k]);
      seeds.push_back(all[inputs.size() + k]);
    }
    Tensor total(Array::scalar(0, f64));
    if (tracked.empty()) return Tensors{total};
    const Tensors gs = grad(tracked, wanted, seeds, {.create_graph = true});
    Generator weights(options.seed, 4);
    for (const Tensor& g : gs) total = total + sum(g * randn(g.shape(), weights, f64));
    return Tensors{total};
  };
  compare(gradient, with_seeds, options, 2);
}

void check_gradients(const Function& f, const std::vector<Tensor>& inputs, const GradcheckOptions& options) {
  check_gradients(Functions([&f](const Tensors& xs) { return Tensors{f(xs)}; }), inputs, options);
}

}  // namespace gradus
