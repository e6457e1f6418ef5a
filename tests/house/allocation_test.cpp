// In a steady training loop our code never asks the system for memory.
#include <optional>
#include <string>

#include <gradus/autograd/ops/activation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/data/loader/loader.h>
#include <gradus/data/read/idx_images.h>
#include <gradus/nn/layers/linear.h>
#include <gradus/nn/losses/loss.h>
#include <gradus/nn/model/module.h>
#include <gradus/optim/rules/adam.h>
#include <gtest/gtest.h>

#include <count_allocations.h>

namespace gradus {
namespace {

struct Net {   // the demo's
  nn::Linear first{784, 512}, second{512, 256}, output{256, 10};
  Tensor operator()(const Tensor& image) const { return output(relu(second(relu(first(flatten(image, 1)))))); }
};

data::IdxImages pictures(std::int64_t n) {
  Array images({n, 28, 28}, u8), labels({n}, u8);
  for (std::int64_t i = 0; i < images.size(); ++i) images.mutable_data<std::uint8_t>()[i] = static_cast<std::uint8_t>(i * 31 % 251);
  for (std::int64_t i = 0; i < n; ++i) labels.mutable_data<std::uint8_t>()[i] = static_cast<std::uint8_t>(i % 10);
  return data::IdxImages(images, labels);
}

// Allocations of the operator and blocks from the system in the second half of an epoch, once two epochs running have made none; else of
// the last one that there was patience for. Each thread keeps what the pieces that it runs need, from the first of its kind on, and which
// thread runs which piece is chance: where others keep a thread from its core, the first of its kind may come late.
std::int64_t steady_allocations(int workers) {
  constexpr int patience = 100;
  Net net;
  optim::Adam adam(nn::parameters(net), {.lr = 1e-3});
  data::DataLoader loader(pictures(64 * 20), {.batch_size = 64, .shuffle = true, .workers = workers});
  std::int64_t blocks = 0, asked = 0;
  std::optional<AllocationCount> count;
  for (int epoch = 0, quiet = 0; epoch < patience && quiet < 2; ++epoch) {
    int step = 0;
    for (auto [image, label] : loader) {
      if (++step == 10) {
        blocks = pool::blocks_from_system();
        count.emplace();
      }
      const Tensor logits = net(image);
      const Tensor loss = nn::cross_entropy(logits, label);
      adam.zero_grad();
      loss.backward();
      adam.step();
    }
    asked = count->so_far() + pool::blocks_from_system() - blocks;
    quiet = epoch > 0 && asked == 0 ? quiet + 1 : 0;
  }
  return asked;
}

TEST(Allocation, TheCounterCounts) {
  if (!can_count) GTEST_SKIP() << "a sanitizer owns operator new";
  const AllocationCount count;
  delete new std::string(100, 'x');
  EXPECT_GE(count.so_far(), 1);
}

TEST(Allocation, ATrainingStepAsksTheSystemForNothing) {
  if (!can_count) GTEST_SKIP() << "a sanitizer owns operator new";
  EXPECT_EQ(steady_allocations(0), 0);
  EXPECT_EQ(steady_allocations(1), 0);
}

}  // namespace
}  // namespace gradus
