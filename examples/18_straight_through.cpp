// Training through a function without slope. Weights of three values, −1, 0 and 1 times a learned scale, classify two spirals; rounding has
// the derivative 0 nearly everywhere, so backward pretends that it was not there (Bengio, Léonard, Courville, "Estimating or propagating
// gradients through stochastic neurons", 2013).
//
//   ./run example 18_straight_through
//
// You should see that a trained network falls from 1 to about 0.6 when its weights are rounded afterwards, that one which is trained
// through the rounding comes near the one that is not rounded, and that with the true slope nothing is learned.
#include <gradus/autograd/base/drawing/table.h>
#include <gradus/gradus.h>

#include <cmath>
#include <cstdio>

using namespace gradus;

enum class Weights { full, straight_through, no_slope };

// −1, 0 or 1, whichever is nearest.
Tensor ternary(const Tensor& x, Weights weights) {
  const Tensor rounded = clamp(round(x), -1, 1);
  return weights == Weights::no_slope ? rounded : straight_through(rounded, x);
}

struct Ternary {
  std::int64_t in, out;
  Weights weights = Weights::full;
  nn::Linear full{in, out};
  Parameter scale{Array::full({1}, 1 / std::sqrt(in))};
  Tensor operator()(const Tensor& x) const {
    if (weights == Weights::full) return full(x);
    return linear(x, ternary(full.weight.tensor() / scale.tensor().detach(), weights) * scale.tensor(), full.bias);
  }
};

struct Net {
  Ternary first{2, 128}, second{128, 128}, output{128, 2};
  Tensor operator()(const Tensor& x) const { return output(relu(second(relu(first(x))))); }
  void set(Weights weights) { first.weights = second.weights = output.weights = weights; }
};

int main() {
  const auto training = data::two_spirals(600, {.noise = 0.01, .seed = 1}), unseen = data::two_spirals(1000, {.noise = 0.01, .seed = 2});
  const auto accuracy = [&](const Net& net) { return no_grad([&] { return nn::accuracy(net(unseen.tensor(0)), unseen.tensor(1)); }); };
  const auto train = [&](Weights weights) {
    manual_seed(1);
    Net net;
    net.set(weights);
    optim::Adam adam(nn::parameters(net), {.lr = 1e-2});
    optim::CosineAnnealingLR schedule(adam, {.t_max = 300});
    for (int step = 0; step < 300; ++step) {
      const Tensor loss = nn::cross_entropy(net(training.tensor(0)), training.tensor(1));
      adam.zero_grad();
      loss.backward();
      adam.step();
      schedule.step();
    }
    return net;
  };

  drawing::Table table({{"weights"}, {"accuracy on unseen points", drawing::fixed_digits(3)}});
  Net net = train(Weights::full);
  table.add("not rounded", accuracy(net));
  net.set(Weights::straight_through);
  table.add("rounded after training", accuracy(net));
  table.add("trained through the rounding", accuracy(train(Weights::straight_through)));
  table.add("the same with the true slope, 0", accuracy(train(Weights::no_slope)));
  std::printf("%s", table.text().c_str());
}
