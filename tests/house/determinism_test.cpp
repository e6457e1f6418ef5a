// Whole training runs: the same seed gives the same weights, bit for bit, twice in a row and for any number of loader workers.
#include <cstring>
#include <vector>

#include <gradus/autograd/ops/activation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/conv.h>
#include <gradus/autograd/ops/dropout.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/pool.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/data/loader/loader.h>
#include <gradus/data/read/idx_images.h>
#include <gradus/nn/layers/batch_norm.h>
#include <gradus/nn/layers/conv.h>
#include <gradus/nn/layers/dropout.h>
#include <gradus/nn/layers/linear.h>
#include <gradus/nn/losses/loss.h>
#include <gradus/nn/model/state.h>
#include <gradus/optim/rules/adam.h>
#include <gtest/gtest.h>

namespace gradus {
namespace {

struct Net {
  nn::Conv2d convolution{1, 4, {.kernel = 3, .padding = 1}};
  nn::BatchNorm2d norm{4};
  nn::Dropout dropout{0.3};
  nn::Linear hidden{4 * 6 * 6, 32}, output{32, 10};
  Tensor operator()(const Tensor& image) const {
    const Tensor x = max_pool2d(relu(norm(convolution(image))), {.kernel = 2});
    return output(dropout(relu(hidden(flatten(x, 1)))));
  }
};

data::IdxImages pictures() {
  Array images({300, 12, 12}, u8), labels({300}, u8);
  Generator g(9);
  for (std::uint8_t& byte : images.mutable_span<std::uint8_t>()) byte = static_cast<std::uint8_t>(g.below(256));
  for (std::uint8_t& label : labels.mutable_span<std::uint8_t>()) label = static_cast<std::uint8_t>(g.below(10));
  return data::IdxImages(images, labels);
}

// The bytes of all parameters, buffers and losses of two epochs.
std::vector<std::byte> train(std::uint64_t seed, int workers) {
  manual_seed(seed);
  Net net;
  optim::Adam adam(nn::parameters(net), {.lr = 1e-2});
  data::DataLoader loader(pictures(), {.batch_size = 32, .shuffle = true, .seed = seed, .workers = workers});
  std::vector<std::byte> bytes;
  const auto keep = [&](const Array& a) {
    const auto* p = static_cast<const std::byte*>(a.raw());
    bytes.insert(bytes.end(), p, p + a.size() * static_cast<std::int64_t>(size_of(a.dtype())));
  };
  for (int epoch = 0; epoch < 2; ++epoch)
    for (auto [image, label] : loader) {
      const Tensor loss = nn::cross_entropy(net(image), label);
      keep(loss.value());
      adam.zero_grad();
      loss.backward();
      adam.step();
    }
  for (const auto& [name, value] : nn::state(net).arrays) keep(value);
  return bytes;
}

TEST(Training, TheSameSeedGivesTheSameBits) {
  const auto first = train(3, 0);
  EXPECT_GT(first.size(), 4u * 32 * 144);
  EXPECT_EQ(train(3, 0), first);
  for (int workers : {1, 2, 4}) EXPECT_EQ(train(3, workers), first) << workers << " workers";
  EXPECT_NE(train(4, 0), first);
}

}  // namespace
}  // namespace gradus
