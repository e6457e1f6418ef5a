// The job compile: a whole training program of twenty lines, as a user writes it. Only compiled.
#include <gradus/gradus.h>

using namespace gradus;

struct Net {
  nn::Linear hidden{784, 128}, output{128, 10};
  Tensor operator()(const Tensor& image) const { return output(relu(hidden(flatten(image, 1)))); }
};

int main() {
  Net net;
  optim::Adam adam(nn::parameters(net), {.lr = 1e-3});
  data::DataLoader loader(data::fashion_mnist(data::Split::train), {.batch_size = 64, .shuffle = true});
  for (auto [image, label] : loader) {
    const Tensor loss = nn::cross_entropy(net(image), label);
    adam.zero_grad();
    loss.backward();
    adam.step();
  }
}
