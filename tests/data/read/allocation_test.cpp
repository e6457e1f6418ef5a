// Counts every allocation of this program: a steady loop over a loader must make none.
#include <sstream>

#include <gtest/gtest.h>

#include <gradus/autograd/base/drawing/progress.h>
#include <gradus/data/dataset/adapters.h>
#include <gradus/data/dataset/tensor_dataset.h>
#include <gradus/data/loader/loader.h>
#include <gradus/data/read/idx_images.h>

#include <count_allocations.h>

namespace gradus::data::allocation_test {

struct Numbers {
  std::int64_t size() const { return 500; }
  std::tuple<Tensor, std::int64_t> get(std::int64_t i) const { return {Array::full({2}, static_cast<double>(i)), i}; }
};

template <class Loop>
std::int64_t allocations_in(Loop loop) {
  for (int i = 0; i < 3; ++i) loop();
  const AllocationCount count;
  for (int i = 0; i < 3; ++i) loop();
  return count.so_far();
}

TEST(Allocation, LoadersMakeNoneInSteadyEpochs) {
  if (!can_count) GTEST_SKIP() << "a sanitizer owns operator new";
  for (const int workers : {0, 1, 3}) {
    const LoaderOptions options{.batch_size = 8, .shuffle = true, .workers = workers};
    DataLoader rows(TensorDataset(Array::zeros({500, 3}), Array::zeros({500}, i64)), options);
    DataLoader images(IdxImages(Array::zeros({500, 4, 4}, u8), Array::zeros({500}, u8)), options);
    DataLoader samples(Numbers{}, options);
    DataLoader halves(subset(TensorDataset(Array::zeros({500})), std::vector<std::int64_t>(500, 7)), options);
    std::int64_t n = 0;
    const auto over = [&](auto& loader) {
      return allocations_in([&] {
        for (const auto& batch : loader) n += std::get<0>(batch).dim(0);
      });
    };
    EXPECT_EQ(over(rows), 0) << workers << " workers";
    EXPECT_EQ(over(images), 0) << workers << " workers";
    EXPECT_EQ(over(samples), 0) << workers << " workers";
    EXPECT_EQ(over(halves), 0) << workers << " workers";
    EXPECT_EQ(n, 4 * 6 * 500);
  }
}

TEST(Allocation, ProgressMakesNoneBetweenDrawings) {
  if (!can_count) GTEST_SKIP() << "a sanitizer owns operator new";
  std::ostringstream out;
  const std::vector<int> steps(1000);
  auto bar = progress(steps, {.out = &out, .terminal = true, .width = 80, .interval = 3600}, "epoch");
  const AllocationCount count;
  std::int64_t at_first = 0, at_last = 0;
  int n = 0;
  for ([[maybe_unused]] const int step : bar) {
    bar.note("loss", 0.5 * n);
    if (++n == 2) at_first = count.so_far();
    at_last = count.so_far();
  }
  EXPECT_EQ(at_last, at_first);
}

}  // namespace gradus::data::allocation_test
