// Saving and loading a model while memory is short: every allocation fails once, and model and file are as they were.
#include <gmock/gmock.h>

#include <gradus/autograd/base/internal/file.h>
#include <gradus/nn/layers/batch_norm.h>
#include <gradus/nn/layers/conv.h>
#include <gradus/nn/layers/dropout.h>
#include <gradus/nn/layers/linear.h>
#include <gradus/nn/model/state.h>

#include <count_allocations.h>
#include <temporary_folder.h>

namespace gradus::allocation_test {

struct Net {
  nn::Conv2d with_a_name_that_is_longer_than_small_strings{1, 2, {.kernel = 2}};
  nn::BatchNorm2d norm{2};
  nn::Dropout drop{0.5};
  nn::Linear fc{2, 3};
};

std::vector<std::vector<double>> values(const Net& net) {
  std::vector<std::vector<double>> all;
  for (const auto& [name, value] : nn::state(net).arrays) all.push_back(value.to_vector());
  return all;
}

TEST(ShortMemory, ASaveLeavesTheOldFileOrWritesTheNew) {
  if (!can_count) GTEST_SKIP() << "the sanitizer owns operator new";
  const TemporaryFolder folder;
  const auto file = folder / "net.safetensors";
  Net net;
  nn::save(net, file);
  const std::string old = read_file(file);
  net.fc.bias.set_value(Array::full({3}, 9));
  const int failures = while_memory_is_short([&] { folder.write("net.safetensors", old); }, [&] { nn::save(net, file); },
                                             [&] {
                                               ASSERT_EQ(read_file(file), old);
                                               ASSERT_EQ(folder.files(), 1u);
                                             });
  EXPECT_GT(failures, 50);
  Net back;
  nn::load(back, file);
  EXPECT_EQ(values(back), values(net));
}

TEST(ShortMemory, ALoadTakesAllOrNothing) {
  if (!can_count) GTEST_SKIP() << "the sanitizer owns operator new";
  const TemporaryFolder folder;
  const auto file = folder / "net.safetensors";
  Net saved;
  saved.norm.running_mean = Array::full({2}, 7);
  nn::save(saved, file);
  const Net fresh;
  Net net = fresh;
  ASSERT_NE(values(fresh), values(saved));
  const int failures =
      while_memory_is_short([&] { net = fresh; }, [&] { nn::load(net, file); }, [&] { ASSERT_EQ(values(net), values(fresh)); });
  EXPECT_GT(failures, 100);
  EXPECT_EQ(values(net), values(saved));
}

}  // namespace gradus::allocation_test
