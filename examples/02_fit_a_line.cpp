// Fit a line to noisy points by gradient descent: first by hand, then with a layer and an optimizer.
//
//   ./run example 02_fit_a_line
//
// The points lie around y = 2x + 1 with noise of deviation 0.1, so you should see w near 2, b near 1 and a loss near 0.1² = 0.01, and the
// same numbers both times.
#include <gradus/gradus.h>

#include <cstdio>

using namespace gradus;

int main() {
  manual_seed(1);
  const Tensor x = rand({200, 1}) * 4 - 2;
  const Tensor y = 2 * x + 1 + 0.1 * randn({200, 1});

  // By hand: start somewhere, calculate ∂L/∂w, update w ← w − η ∂L/∂w, repeat.
  std::printf("by hand\n  step      loss        w        b\n");
  Tensor w = zeros({1}), b = zeros({1});
  for (int step = 0; step <= 60; ++step) {
    w = variable(w), b = variable(b);
    const Tensor loss = mean(square(w * x + b - y));
    if (step % 10 == 0) std::printf("  %4d   %7.4f   %6.3f   %6.3f\n", step, loss.item(), w.item(), b.item());
    const auto [dw, db] = grad<2>(loss, {w, b});
    w = w.detach() - 0.1 * dw;
    b = b.detach() - 0.1 * db;
  }

  // The same with a layer and an optimizer; ten lines of arithmetic become three calls.
  nn::Linear line{1, 1};
  line.weight.set_value(Array::zeros({1, 1}));
  line.bias.set_value(Array::zeros({1}));
  optim::SGD sgd(nn::parameters(line), {.lr = 0.1});
  double last = 0;
  for (int step = 0; step < 60; ++step) {
    const Tensor loss = nn::mse_loss(line(x), y);
    sgd.zero_grad();
    loss.backward();
    sgd.step();
    last = loss.item();
  }
  std::printf("with nn::Linear and optim::SGD\n    60   %7.4f   %6.3f   %6.3f\n", last, line.weight.value().item(),
              line.bias.value().item());
}
