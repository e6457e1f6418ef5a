#include <gradus/autograd/gradcheck.h>

#include <cmath>

#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/walk/grad.h>

namespace gradus {
namespace {

using Tensors = std::vector<Tensor>;

double weighted(const Tensor& y, const Array& weights) {
  const std::vector<double> a = y.value().to_vector(), w = weights.to_vector();
  double total = 0;
  for (std::size_t i = 0; i < a.size(); ++i) total += a[i] * w[i];
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

// ∂(weights · f)/∂x for every differentiable input, from the tape and by differences.
void compare(const Function& f, const Tensors& inputs, const GradcheckOptions& options, int order) {
  const Tensors xs = as_variables(inputs), wanted = differentiable(xs);
  const Tensor y = f(xs);
  check<DtypeError>(y.dtype() == f64, "check_gradients: the function must return f64, not ", y.dtype());
  Generator random(options.seed, static_cast<std::uint64_t>(order));
  const Array weights = randn(y.shape(), random, f64).value();
  Tensors analytic;
  if (y.requires_grad()) analytic = grad(y, wanted, {.seed = Tensor(weights)});
  std::size_t k = 0;
  for (std::size_t i = 0; i < xs.size(); ++i) {
    if (!xs[i].requires_grad()) continue;
    const std::vector<double> ours = y.requires_grad() ? analytic[k].value().to_vector() : std::vector<double>(xs[i].size(), 0.0);
    if (y.requires_grad())
      check<GraphError>(analytic[k].shape() == xs[i].shape(), "check_gradients: the gradient of input ", i, " has shape ", analytic[k].shape(),
                        ", the input ", xs[i].shape());
    ++k;
    for (std::int64_t e = 0; e < xs[i].size(); ++e) {
      const auto moved = [&](double step) {
        Tensors all = inputs;
        Array a = inputs[i].value().contiguous_copy();
        a.mutable_data<double>()[e] += step;
        all[i] = Tensor(std::move(a));
        return weighted(f(all), weights);
      };
      const double numeric = (moved(options.step) - moved(-options.step)) / (2 * options.step);
      const double error = std::abs(ours[e] - numeric);
      check<GraphError>(error <= options.atol + options.rtol * std::abs(numeric), "check_gradients: ", order == 1 ? "gradient" : "second-order gradient",
                        " of input ", i, " ", inputs[i].shape(), " at element ", e, ": backward says ", ours[e], ", central differences say ",
                        numeric);
    }
  }
}

}  // namespace

void check_gradients(const Function& f, const std::vector<Tensor>& inputs, const GradcheckOptions& options) {
  bool any = false;
  for (const Tensor& x : inputs) {
    check<DtypeError>(x.dtype() != f32, "check_gradients: inputs must be f64, not f32 ", x.shape(),
                      ": differences of f32 values are too coarse; convert with x.to(f64)");
    any |= x.dtype() == f64;
  }
  check<DtypeError>(any, "check_gradients: no input is f64, so there is nothing to differentiate");
  compare(f, inputs, options, 1);
  if (!options.second_order) return;

  // The gradient as a function of the inputs and of the seed, summed up with random weights.
  const Tensor y = f(inputs);
  Generator random(options.seed, 3);
  Tensors with_seed = inputs;
  with_seed.push_back(randn(y.shape(), random, f64));
  const Function gradient = [&](const Tensors& all) {
    Tensors xs;
    for (std::size_t i = 0; i < inputs.size(); ++i)
      xs.push_back(all[i].dtype() == f64 && !all[i].requires_grad() ? variable(all[i]) : all[i]);
    const Tensors wanted = differentiable(xs);
    const Tensor value = f(xs);
    Tensor total(Array::scalar(0, f64));
    if (!value.requires_grad()) return total;
    const Tensors gs = grad(value, wanted, {.create_graph = true, .seed = all.back()});
    Generator weights(options.seed, 4);
    for (const Tensor& g : gs) total = total + sum(g * randn(g.shape(), weights, f64));
    return total;
  };
  compare(gradient, with_seed, options, 2);
}

}  // namespace gradus
