#include <cmath>

#include <gradus/autograd/creation.h>
#include <gradus/autograd/tape/parameter.h>
#include <gradus/optim/rules/adam.h>

#include "landscape/chapters/chapters.h"
#include "landscape/chapters/laboratory.h"

namespace landscape::chapters {

using namespace figure;

namespace {

constexpr double kappa = 100;

Path on_ravine(const std::string& label, const std::string& optimizer, const Json& options, int steps = 120) {
  return walk(
      label,
      run({.surface = "ravine", .parameter = kappa, .start = {{-4.6, 1.5}}, .optimizer = optimizer, .options = options, .steps = steps}));
}
Path plain() { return on_ravine("gradient descent, η = 0.019", "SGD", {{"lr", 0.019}}); }

Json ravine(std::string caption, std::vector<Path> walks) {
  return paths(on_surface("ravine", kappa, std::move(caption), std::move(walks)));
}

// How long the steps of Adam with η = 1 are when every gradient is 1: measured by taking them.
Series first_steps(const std::string& label, bool bias_correction) {
  using namespace gradus;
  gradus::Parameter w(zeros({1}, f64).value());
  optim::Adam adam({{"w", w.leaf()}}, {.lr = 1, .eps = 0, .bias_correction = bias_correction});
  Series out{label, {}, {}};
  for (int t = 1; t <= 2000; ++t) {
    w.leaf()->grad = ones({1}, f64);
    const double before = w.value().item();
    adam.step();
    if (t > 60 && t % 20 != 0) continue;
    out.x.push_back(t);
    out.y.push_back(before - w.value().item());
  }
  return out;
}

}  // namespace

Json momentum() {
  return chapter({.id = "momentum", .title = "Momentum",
                  .text = {"In a ravine the gradient points mostly at the other wall. Averaged over some steps, the swings from wall to "
                           "wall cancel, and what "
                           "is left points along the floor. The ball has weight now: it rolls on, and past the goal, and back.",
                           "With β = 0.9 the average remembers about 1/(1−β) = 10 gradients. The lecture weighs the new one by 1−β, so the "
                           "rate can be ten times "
                           "that of PyTorch's form, which does not."},
                  .tex = "\\begin{aligned}m &\\leftarrow 0.9\\,m + (1-0.9)\\,\\frac{\\partial\\mathcal L}{\\partial w}\\\\ w &\\leftarrow "
                         "w - 0.19\\,m\\end{aligned}",
                  .figures = {ravine("A ravine of condition number 100, without and with momentum.",
                                     {plain(), on_ravine("momentum, β = 0.9, η = 0.19", "SGD",
                                                         {{"lr", 0.19}, {"momentum", 0.9}, {"form", "ema"}})})}});
}

Json rmsprop() {
  return chapter({.id = "rmsprop",
                  .title = "RMSprop",
                  .text = {"A steep direction has large gradients, a flat one small ones. Divide each component by the root of its own "
                           "mean square, and both "
                           "advance at the same pace: the path turns away from the wall at once and runs down the middle.",
                           "Near the bottom the steps do not become shorter by themselves, since the division takes the size away; a rate "
                           "that decays helps."},
                  .tex = "\\begin{aligned}s &\\leftarrow 0.9\\,s + (1-0.9)\\Bigl(\\frac{\\partial\\mathcal L}{\\partial w}\\Bigr)^2\\\\ w "
                         "&\\leftarrow w - "
                         "\\frac{0.1}{\\sqrt{s+\\varepsilon}}\\,\\frac{\\partial\\mathcal L}{\\partial w}\\end{aligned}",
                  .figures = {ravine("The same ravine: gradient descent, and RMSprop with ε inside the root, as in the lecture.",
                                     {plain(), on_ravine("RMSprop, β′ = 0.9, η = 0.1", "RMSprop",
                                                         {{"lr", 0.1}, {"alpha", 0.9}, {"eps_at", "inside"}})})}});
}

Json adam() {
  Curves steps{
      .caption =
          "All gradients equal: the length of each step in units of η. Both averages begin at zero, but the one under the root fills more "
          "slowly, so without correction the first step is 3.16 η and the twelfth 6.57 η. With it, every step is 1.",
      .x = "step t",
      .y = "step / η",
      .series = {first_steps("without bias correction", false), first_steps("with bias correction", true)},
      .logx = true};
  const Json rates{{"lr", 0.4}};
  Json without = rates;
  without["bias_correction"] = false;
  without["eps_at"] = "inside";
  return chapter({.id = "adam",
                  .title = "Adam",
                  .text = {"Both together: the averaged gradient, divided by the root of the averaged square.",
                           "As the lecture gives it, without bias correction, the first steps are several times too long. Kingma and Ba "
                           "divide each average by "
                           "the weight it has so far, 1−βᵗ, and that is what libraries do."},
                  .tex = "\\begin{aligned}m &\\leftarrow 0.9\\,m + 0.1\\,g,\\qquad s \\leftarrow 0.999\\,s + 0.001\\,g^2\\\\ w "
                         "&\\leftarrow w - 0.4\\,\\frac{m/(1-0.9^t)}"
                         "{\\sqrt{s/(1-0.999^t)}+10^{-8}}\\end{aligned}",
                  .figures = {ravine("Adam on the ravine, η = 0.4, with bias correction and without.",
                                     {on_ravine("Adam", "Adam", rates), on_ravine("Adam without bias correction", "Adam", without)}),
                              curves(steps)}});
}

}  // namespace landscape::chapters
