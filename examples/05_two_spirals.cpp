// Two spirals: a small network bends the plane until two interleaved arms come apart.
//
//   ./run example 05_two_spirals
//
// You should see the accuracy rise from about 0.6 to about 0.99 within a second or two (in the very centre the arms meet), and then the
// plane as the network sees it: two arms of # and ·, one inside the other.
#include <gradus/gradus.h>

#include <cstdio>
#include <vector>

using namespace gradus;

struct Net {
  nn::Linear first{2, 64}, second{64, 64}, output{64, 2};
  Tensor operator()(const Tensor& x) const { return output(relu(second(relu(first(x))))); }
};

// What the network makes of a square of the plane: # where it says arm 1.
void draw(const Net& net) {
  constexpr int width = 64, height = 32;
  std::vector<float> grid;
  for (int row = 0; row < height; ++row)
    for (int column = 0; column < width; ++column) {
      grid.push_back(static_cast<float>(2.2 * (column + 0.5) / width - 1.1));
      grid.push_back(static_cast<float>(1.1 - 2.2 * (row + 0.5) / height));
    }
  const Tensor arm = no_grad([&] { return argmax(net(Array::from(grid, {width * height, 2})), 1); });
  const auto arms = arm.value().span<std::int64_t>();
  for (int i = 0; i < width * height; ++i) std::printf("%s%s", arms[i] == 1 ? "#" : "·", i % width == width - 1 ? "\n" : "");
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
  std::printf("\n");
  draw(net);
}
