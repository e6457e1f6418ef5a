// A program of somebody else's: it needs values, gradients, a layer, an optimizer and a formula of its own to compile, link and work.
#include <gradus/autograd/fuse.h>
#include <gradus/gradus.h>

#include <iostream>

int main() {
  gradus::nn::Linear layer{2, 1};
  gradus::optim::SGD sgd(gradus::nn::parameters(layer), {.lr = 0.1});
  const gradus::Tensor x = gradus::randn({8, 2});
  const gradus::Tensor y = gradus::fuse([](auto v) { return v * sigmoid(v); }, layer(x));
  gradus::mse_loss(y, gradus::zeros({8, 1})).backward();
  sgd.step();
  std::cout << "gradus works: " << layer(x).shape() << '\n';
}
