// The algorithms of an introductory lecture by its formulas: gradus's optimizers beside loops written out by hand, on the same
// mini-batches.
//
//   ./run example 12_lecture_formulas
//
// A line is fitted to points around y = 2x + 1 with noise of deviation 0.3. For each algorithm you should see its formula as describe()
// prints it, with the numbers in use; where five epochs took it: near w = 2, b = 1 and a loss of 0.08 to 0.09, but for the whole set at
// once, which is 5 steps and not 100; and the largest difference from the loop by hand in any step, which is rounding: below 1e-14. Of the
// mini-batch runs those with a decaying rate end lowest: the noise of the last steps is smaller.
#include <gradus/gradus.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>
#include <utility>

using namespace gradus;
namespace lecture = optim::lecture;

// What happens to one weight w with the gradient g at the learning rate eta, as the lecture writes it.
struct Descent {
  void operator()(double& w, double g, double eta) { w = w - eta * g; }
};
struct Momentum {
  double beta, average = 0;
  void operator()(double& w, double g, double eta) {
    average = beta * average + (1 - beta) * g;
    w = w - eta * average;
  }
};
struct RMSprop {
  double beta, eps, ms = 0;
  void operator()(double& w, double g, double eta) {
    ms = beta * ms + (1 - beta) * g * g;
    w = w - eta / std::sqrt(ms + eps) * g;
  }
};
struct Adam {
  double beta1, beta2, eps, average = 0, ms = 0;
  void operator()(double& w, double g, double eta) {
    average = beta1 * average + (1 - beta1) * g;
    ms = beta2 * ms + (1 - beta2) * g * g;
    w = w - eta / std::sqrt(ms + eps) * average;
  }
};

// Of the mean of (w·x + b − y)², by w and by b.
std::pair<double, double> gradient(double w, double b, const Tensor& x, const Tensor& y) {
  const auto xs = x.value().span<double>(), ys = y.value().span<double>();
  double dw = 0, db = 0;
  for (std::size_t i = 0; i < xs.size(); ++i) {
    const double slope = 2 * (w * xs[i] + b - ys[i]) / static_cast<double>(xs.size());
    dw += slope * xs[i];
    db += slope;
  }
  return {dw, db};
}

double worst = 0;   // of all differences

// Five epochs of both. `eta(t)` is the learning rate of iteration t = 1, 2, … by hand, `decay` the same schedule as gradus has it.
template <class Optimizer, class Formula>
void side_by_side(const char* title, const data::TensorDataset<2>& points, std::int64_t batch_size,
                  const typename Optimizer::Options& options, const Formula& formula, auto eta, const optim::Curve& decay = {}) {
  nn::Linear line{1, 1, {.dtype = f64}};
  nn::init::zeros(line.weight);
  nn::init::zeros(line.bias);
  Optimizer optimizer(nn::parameters(line), options);
  std::printf("%s\n%s\n", title, optimizer.describe().c_str());
  std::optional<optim::LRScheduler> schedule;
  if (decay.defined()) schedule.emplace(optimizer, decay);

  double w = 0, b = 0, difference = 0;
  Formula for_w = formula, for_b = formula;
  data::DataLoader loader(points, {.batch_size = batch_size, .shuffle = true, .seed = 1});
  int t = 0;
  for (int epoch = 0; epoch < 5; ++epoch)
    for (auto [x, y] : loader) {
      const Tensor loss = nn::mse_loss(line(x), y);
      optimizer.zero_grad();
      loss.backward();
      optimizer.step();
      if (schedule) schedule->step();

      ++t;
      const auto [dw, db] = gradient(w, b, x, y);
      for_w(w, dw, eta(t));
      for_b(b, db, eta(t));
      difference = std::max({difference, std::abs(w - line.weight.value().item()), std::abs(b - line.bias.value().item())});
    }

  const double loss = no_grad([&] { return nn::mse_loss(line(points.tensor(0)), points.tensor(1)).item(); });
  if (schedule) std::printf("  %s\n", schedule->describe().c_str());
  std::printf("  %d steps: w %.3f, b %.3f, loss %.4f; largest difference from the loop by hand %.1e\n\n", t, line.weight.value().item(),
              line.bias.value().item(), loss, difference);
  worst = std::max(worst, difference);
}

int main() {
  manual_seed(1);
  const Tensor x = rand({200, 1}, default_generator(), f64) * 4 - 2;
  const Tensor y = 2 * x + 1 + 0.3 * randn({200, 1}, default_generator(), f64);
  const data::TensorDataset points(x, y);
  constexpr double eta0 = 0.1;
  const auto constant = [](int) { return eta0; };

  side_by_side<optim::SGD>("gradient descent, the whole set:  w → w − η ∂L/∂w", points, 200, lecture::gradient_descent(eta0), Descent{},
                           constant);
  side_by_side<optim::SGD>("the same, mini-batches of 10", points, 10, lecture::gradient_descent(eta0), Descent{}, constant);

  using optim::Unit;
  const double k = 0.02;
  side_by_side<optim::SGD>("η(t) = η₀/√t, t from 1", points, 10, lecture::gradient_descent(eta0), Descent{},
                           [](int t) { return eta0 / std::sqrt(t); }, optim::InverseSqrtLR::curve());
  side_by_side<optim::SGD>("η(t) = η₀ e^(−kt), t from 0", points, 10, lecture::gradient_descent(eta0), Descent{},
                           [k](int t) { return eta0 * std::exp(-k * (t - 1)); },
                           optim::ExponentialLR::curve({.gamma = std::exp(-k), .per = Unit::step}));
  side_by_side<optim::SGD>("staircase: half of it every 20 iterations", points, 10, lecture::gradient_descent(eta0), Descent{},
                           [](int t) { return eta0 * std::pow(0.5, (t - 1) / 20); },
                           optim::StaircaseLR::curve({.every = 20, .of = optim::ExponentialLR::curve({.gamma = 0.5, .per = Unit::step})}));

  side_by_side<optim::SGD>("momentum: an exponentially weighted average of gradients", points, 10, lecture::momentum(eta0, 0.9),
                           Momentum{0.9}, constant);
  side_by_side<optim::RMSprop>("RMSprop: ε inside the root", points, 10, lecture::rmsprop(eta0, 0.9), RMSprop{0.9, 1e-8}, constant);
  side_by_side<optim::Adam>("Adam: both together, without bias correction", points, 10, lecture::adam(eta0), Adam{0.9, 0.999, 1e-8},
                            constant);

  std::printf("largest difference of all: %.1e\n", worst);
}
