// Two spirals: a small network bends the plane until two interleaved arms come apart.
//
//   ./run example 05_two_spirals
//
// You should see the accuracy rise from about 0.6 to about 0.99 within a second or two (in the very centre the arms meet), and then the
// plane as the network sees it: the line between the two arms, and points of each on its side.
#include <gradus/autograd/base/drawing/plane.h>
#include <gradus/gradus.h>

#include <cstdio>

using namespace gradus;

struct Net {
  nn::Linear first{2, 64}, second{64, 64}, output{64, 2};
  Tensor operator()(const Tensor& x) const { return output(relu(second(relu(first(x))))); }
};

// The line where the network cannot decide, and the points of each arm.
void show(const Net& net, const Tensor& points, const Tensor& arms) {
  const auto decision = [&](double x, double y) {
    const Tensor logits = no_grad([&] { return net(tensor({{x, y}})); });
    return logits.value().span<float>()[1] - logits.value().span<float>()[0];
  };
  drawing::Plane plane{.window = {-1.1, 1.1, -1.1, 1.1}, .heights = drawing::heights(decision), .levels = {0}};
  plane.points = {{"arm 0"}, {"arm 1"}};
  const auto at = points.value().span<float>();
  const auto arm = arms.value().span<std::int64_t>();
  for (std::size_t i = 0; i < 200; ++i) plane.points[arm[i]].at.push_back({at[2 * i], at[2 * i + 1]});
  std::printf("\n%s", plane.text({.columns = 88, .colour = drawing::is_terminal()}).c_str());
}

int main() {
  manual_seed(1);
  const auto training = data::two_spirals(1000, {.noise = 0.01, .seed = 1});
  const auto unseen = data::two_spirals(1000, {.noise = 0.01, .seed = 2});
  Net net;
  optim::Adam adam(nn::parameters(net), {.lr = 1e-2});
  optim::CosineAnnealingLR schedule(adam, {.t_max = 40});

  std::printf(" epoch      loss   accuracy on unseen points\n");
  data::DataLoader loader(training, {.batch_size = 100, .shuffle = true});
  for (int epoch = 1; epoch <= 40; ++epoch) {
    double loss_sum = 0;
    for (auto [point, arm] : loader) {
      const Tensor loss = nn::cross_entropy(net(point), arm);
      adam.zero_grad();
      loss.backward();
      adam.step();
      loss_sum += loss.item();
    }
    schedule.step();
    if (epoch == 1 || epoch % 5 == 0) {
      const double accuracy = no_grad([&] { return nn::accuracy(net(unseen.tensor(0)), unseen.tensor(1)); });
      std::printf(" %5d   %7.4f   %25.3f\n", epoch, loss_sum / static_cast<double>(loader.size()), accuracy);
    }
  }
  show(net, unseen.tensor(0), unseen.tensor(1));
}
