// A program of somebody else's: it needs values, gradients, a layer and an optimizer to link and work.
#include <gradus/gradus.h>

#include <iostream>

int main() {
  gradus::nn::Linear layer{2, 1};
  gradus::optim::SGD sgd(gradus::nn::parameters(layer), {.lr = 0.1});
  const gradus::Tensor x = gradus::randn({8, 2});
  gradus::mse_loss(layer(x), gradus::zeros({8, 1})).backward();
  sgd.step();
  std::cout << "gradus works: " << layer(x).shape() << '\n';
}
