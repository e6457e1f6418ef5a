// A residual network (He et al., 2015) on Fashion-MNIST, with pictures that are moved and mirrored at random.
//
//   ./run example 27_fashion_mnist_resnet                 (--epochs, --blocks, --batch, --limit, --seed, --data, --picture FILE)
//
// You should see the test accuracy pass 0.93 at the end of ten epochs (0.934), which take seven minutes on two fast cores.
#include <gradus/gradus.h>

#include <chrono>
#include <cstdio>

#include "support/arguments.h"
#include "support/report.h"

using namespace gradus;

// Two convolutions, and what came in is added to what they make of it. Where there are more channels than before, there are half as many
// rows and columns, and a 1 x 1 convolution brings what came in to that size.
struct Block {
  nn::Conv2d conv1;
  nn::BatchNorm2d norm1;
  nn::Conv2d conv2;
  nn::BatchNorm2d norm2;
  std::optional<nn::Conv2d> shortcut;

  // norm.relu(y, x) is relu(norm(y) + x), in one operation.
  Tensor operator()(const Tensor& x) const { return norm2.relu(conv2(norm1.relu(conv1(x))), shortcut ? (*shortcut)(x) : x); }
};
Block block(std::int64_t in, std::int64_t out) {
  const std::int64_t stride = in == out ? 1 : 2;
  Block b{nn::Conv2d{in, out, {.stride = stride, .padding = 1, .bias = false}}, nn::BatchNorm2d{out},
          nn::Conv2d{out, out, {.padding = 1, .bias = false}}, nn::BatchNorm2d{out}, {}};
  if (in != out) b.shortcut = nn::Conv2d{in, out, {.kernel = 1, .stride = stride, .bias = false}};
  return b;
}

struct Net {
  nn::Conv2d conv{1, 16, {.padding = 1, .bias = false}};
  nn::BatchNorm2d norm{16};
  std::vector<Block> blocks;
  nn::Linear output{64, 10};

  Tensor operator()(const Tensor& image) const {
    Tensor x = norm.relu(conv(image));
    for (const Block& b : blocks) x = b(x);
    return output(flatten(adaptive_avg_pool2d(x, 1), 1));
  }
};

// Each picture up to two pixels away from where it was, every second one mirrored.
Tensor moved(const Tensor& x, Generator& dice) {
  const Array from = pad(x, {2, 2, 2, 2}, PadMode::constant, x.value().at({0, 0, 0, 0})).value();   // its corner is black
  Array to = Array::empty_like(x.value());
  const std::int64_t h = x.dim(2), w = x.dim(3);
  float* pixel = to.mutable_data<float>();
  for (std::int64_t i = 0; i < x.dim(0); ++i) {
    const auto down = static_cast<std::int64_t>(dice.below(5)), right = static_cast<std::int64_t>(dice.below(5));
    const bool mirrored = dice.below(2) == 1;
    const float* const picture = from.data<float>() + i * (h + 4) * (w + 4);
    for (std::int64_t row = 0; row < h; ++row)
      for (std::int64_t column = 0; column < w; ++column)
        *pixel++ = picture[(row + down) * (w + 4) + right + (mirrored ? w - 1 - column : column)];
  }
  return to;
}

struct Options {
  int epochs = 10, blocks = 2;   // blocks of each of the three widths
  std::uint64_t seed = 1;
  std::int64_t batch = 128;
  std::string data;
  std::int64_t limit = 0;
  std::string picture;

  void describe(Describe& is) const { is(range::at_least_one, epochs, blocks), is(range::at_least_zero, limit); }
};

int main(int argc, char** argv) try {
  const auto options = support::arguments<Options>(argc, argv);
  manual_seed(options.seed);
  auto [train, test] = support::fashion_mnist(options);
  Net net;
  std::int64_t last = 16;
  for (const std::int64_t width : {16, 32, 64})
    for (int i = 0; i < options.blocks; ++i, last = width) net.blocks.push_back(block(last, width));
  optim::SGD sgd(nn::parameters(net), {.lr = 0.1, .momentum = 0.9, .weight_decay = 5e-4, .nesterov = true});
  optim::OneCycleLR schedule(sgd, {.max_lr = 0.1, .total_steps = options.epochs * train.size()});

  Generator dice(options.seed, 1);
  std::vector<support::Epoch> history;
  support::Result result;
  for (int epoch = 1; epoch <= options.epochs; ++epoch) {
    support::Average loss_average, accuracy_average;
    const double lr = sgd.lr();
    const auto start = std::chrono::steady_clock::now();
    auto bar = progress(train, "epoch ", epoch, "/", options.epochs);
    for (auto [image, label] : bar) {
      const Tensor logits = net(moved(image, dice));
      const Tensor loss = nn::cross_entropy(logits, label);
      sgd.zero_grad();
      loss.backward();
      sgd.step();
      schedule.step();
      loss_average.add(loss.item(), label.size());
      accuracy_average.add(nn::accuracy(logits, label), label.size());
      bar.note("loss", loss_average.value());
    }
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    result = support::test(net, test);
    history.push_back({loss_average.value(), accuracy_average.value(), result.accuracy, lr, seconds.count()});
  }

  support::print_epochs(history);
  support::print_confusion(result.confusion, support::clothes);
  support::draw_curves(options.picture, argv[0], "Fashion-MNIST, residual network", history);
  std::printf("test accuracy %.4f\n", result.accuracy);
} catch (const Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
