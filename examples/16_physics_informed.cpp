// A network that solves a differential equation: u'' + 2·c·u' + u = 0, u(0) = 1, u'(0) = 0, a damped oscillation (Raissi, Perdikaris,
// Karniadakis, "Physics-informed neural networks", 2019). No value of the solution is shown to it: the loss is what the equation leaves
// over, and that holds second derivatives of the network by its input.
//
//   ./run example 16_physics_informed
//
// You should see the residual fall to about 1e-6, the network lie on the exact solution, and a largest error below 0.001.
#include <gradus/gradus.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

using namespace gradus;

constexpr double damping = 0.2, until = 6;

double exact(double t) {
  const double w = std::sqrt(1 - damping * damping);
  return std::exp(-damping * t) * (std::cos(w * t) + damping / w * std::sin(w * t));
}

struct Net {
  nn::Linear first{1, 24, {.dtype = f64}}, second{24, 24, {.dtype = f64}}, output{24, 1, {.dtype = f64}};
  // 1 + t²·network(t): the conditions at 0 hold whatever the weights are.
  Tensor operator()(const Tensor& t) const { return 1 + t * t * output(tanh(second(tanh(first(t))))); }
};

int main() {
  manual_seed(2);
  Net net;
  const Tensor t = variable(reshape(linspace(0, until, 40, f64), {40, 1}));
  // Points do not see each other in the network, so the gradient of the sum is every point's own derivative.
  const auto residual = [&] {
    const Tensor u = net(t);
    const Tensor du = grad(sum(u), t, {.create_graph = true});
    const Tensor ddu = grad(sum(du), t, {.create_graph = true});
    return mean(square(ddu + 2 * damping * du + u));
  };

  optim::LBFGS lbfgs(nn::parameters(net), {.lr = 1, .max_iter = 40, .tolerance_grad = 1e-12, .tolerance_change = 1e-14,
                                           .line_search = optim::LineSearch::strong_wolfe});
  std::printf("evaluations     residual\n");
  int evaluations = 0;
  for (int round = 0; round < 12; ++round) {
    double loss = 0;
    lbfgs.step([&] {
      lbfgs.zero_grad();
      const Tensor r = residual();
      r.backward();
      ++evaluations;
      loss = r.item();
      return r;
    });
    if (round % 4 == 0 || round == 11) std::printf("%11d %12.2e\n", evaluations, loss);
  }

  const Tensor fine = reshape(linspace(0, until, 121, f64), {121, 1});
  const std::vector<double> found = no_grad([&] { return net(fine); }).value().to_vector();
  std::vector<double> truth;
  double worst = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    truth.push_back(exact(until * static_cast<double>(i) / 120));
    worst = std::max(worst, std::abs(found[i] - truth[i]));
  }
  const std::vector<double> times = fine.value().to_vector();
  const drawing::Chart chart{.title = "u(t)",
                             .x = {.title = "t"},
                             .curves = {{"exact", truth, times}, {"network", found, times, drawing::Curve::Style::dotted}}};
  std::printf("\n%s\nlargest error: %.1e\n", chart.text({.colour = drawing::is_terminal()}).c_str(), worst);
}
