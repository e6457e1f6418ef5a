// What a stranger's program makes of the public headers' templates, compiled with every warning as an error.
#include <gradus/autograd/fuse.h>
#include <gradus/gradus.h>

#include <array>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <vector>

using namespace gradus;

namespace {

struct Block {
  nn::Linear first{4, 8}, second{8, 4};
  nn::Dropout dropout{0.1};
  Tensor operator()(const Tensor& x) const { return x + dropout(second(relu(first(x)))); }
};

struct Net {
  nn::Conv2d conv{1, 2, {.kernel = 3, .padding = 1}};
  nn::BatchNorm2d norm{2};
  std::vector<Block> blocks = std::vector<Block>(2);
  std::map<std::string, nn::Linear> heads{{"a", {4, 2}}};
  std::optional<nn::Embedding> table;
  std::shared_ptr<Block> shared = std::make_shared<Block>();
  nn::Sequential<> tail{nn::Linear(4, 4), nn::Tanh{}, [](const Tensor& x) { return 2 * x; }};
  Tensor operator()(const Tensor& x) const {
    Tensor y = mean(norm(conv(reshape(x, {x.shape()[0], 1, 2, 2}))), {1});
    y = reshape(y, {-1, 4});
    for (const Block& block : blocks) y = block(y);
    return heads.at("a")(tail((*shared)(y)));
  }
};

struct Cube : Op {
  std::string_view name() const override { return "cube"; }
  Array forward(const Tensor& x) {
    save(x);
    return (x * x * x).value();
  }
  Grads backward(Tensor g) override {
    const auto [x] = saved<1>();
    return {3 * g * x * x};
  }
};

struct Squares {
  std::int64_t size() const { return 16; }
  auto get(std::int64_t i) const { return std::pair(full({4}, static_cast<double>(i)), tensor(i % 2)); }
};

template <class Optimizer, class... Options>
void step(Net& net, Options... options) {
  Optimizer optimizer(nn::parameters(net), options...);
  optimizer.set_lr(0.01);
  optimizer.step();
  optim::StepLR schedule(optimizer, {.step_size = 2});
  schedule.step();
}

}  // namespace

int main() {
  Net net;
  data::DataLoader loader(data::map(Squares{}, [](Tensor x, Tensor y) { return std::pair(x + randn({4}), y); }),
                          {.batch_size = 4, .shuffle = true});
  for (auto [x, y] : loader) {
    Tensor loss = nn::cross_entropy(net(x), y) + sum(record(Cube{}, net(x)));
    loss.backward();
  }
  step<optim::SGD>(net, optim::SGDOptions{.lr = 0.1});
  step<optim::Adam>(net);
  step<optim::AdamW>(net);
  step<optim::RMSprop>(net);
  step<optim::Adagrad>(net);
  step<optim::Adadelta>(net);
  step<optim::NAdam>(net);
  step<optim::RAdam>(net);
  step<optim::Adamax>(net);
  step<optim::Rprop>(net);
  step<optim::ASGD>(net);
  step<optim::Lion>(net);
  step<optim::LAMB>(net);
  step<optim::Adafactor>(net);
  const Tensor x = randn({8, 2}), w = rand({2});
  Tensor y =
      fuse([](auto a, auto b) { return where(a < b, exp(a), log1p(abs(b))) + pow(abs(a), b) * erf(a) + softplus(b) * like(a, 2); }, x, w);
  y = sum(y, {0}) + max(y) + fuse([](auto a) { return tanh(a) / (1 + square(a)); }, w);
  const Net copy = net;
  std::cout << nn::summary(copy) << y << sum(y).item<float>() << '\n';
  nn::save(net, "net.safetensors");
  nn::load(net, "net.safetensors");
}
