// Random numbers in and around the loader: those of a sample, of a batch and of a collation, and the order of an epoch.
#include <algorithm>
#include <set>
#include <span>

#include <gtest/gtest.h>

#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/data/dataset/adapters.h>
#include <gradus/data/loader/loader.h>

#include "data/loader/numbers.h"

namespace gradus::data::loader_random_test {

// What a loader gives in two epochs, all values of all batches; as documented at data::map, with noise.
template <class Loader>
std::vector<double> two_epochs_of(Loader& loader) {
  std::vector<double> all;
  for (int epoch = 0; epoch < 2; ++epoch)
    for (auto [x, y] : loader)
      for (const double v : x.value().to_vector()) all.push_back(v);
  return all;
}
auto noisy(std::int64_t n) {
  return map(Numbers{n}, [](const Tensor& x, std::int64_t label) { return std::tuple(x + 0.1 * randn(x.shape()), label); });
}

TEST(DataLoader, RandomNumbersOfASampleDependOnSeedEpochAndIndexAlone) {
  const auto all = [](std::uint64_t seed, int workers, bool shuffle, std::int64_t batch) {
    DataLoader loader(noisy(23), {.batch_size = batch, .shuffle = shuffle, .seed = seed, .workers = workers});
    return two_epochs_of(loader);
  };
  manual_seed(5);
  const double next = (manual_seed(5), default_generator().uniform());
  const auto expected = all(1, 0, false, 4);
  manual_seed(5);
  EXPECT_EQ(all(1, 0, false, 4), expected);
  EXPECT_EQ(default_generator().uniform(), next);   // the loop's own numbers go on as if no sample had drawn any
  manual_seed(6);
  for (const int workers : {0, 1, 2, 4}) {
    EXPECT_EQ(all(1, workers, false, 4), expected) << workers << " workers";
    EXPECT_EQ(all(1, workers, false, 7), expected) << workers << " workers";
    auto shuffled = all(1, workers, true, 5), sorted = expected;
    // an epoch is 23 samples of 2 values
    std::sort(shuffled.begin(), shuffled.begin() + 46), std::sort(sorted.begin(), sorted.begin() + 46);
    EXPECT_TRUE(std::equal(shuffled.begin(), shuffled.begin() + 46, sorted.begin())) << workers << " workers";
  }
  EXPECT_NE(all(2, 0, false, 4), expected);
  const std::set<double> noise(expected.begin(), expected.end());
  EXPECT_EQ(noise.size(), 4u * 23);   // other noise in each sample and each epoch
}

struct WholeBatches {
  std::int64_t size() const { return 20; }
  std::tuple<Tensor, Tensor> get(std::int64_t i) const { return get_batch(std::span(&i, 1)); }
  std::tuple<Tensor, Tensor> get_batch(std::span<const std::int64_t> indices) const {
    const auto n = static_cast<std::int64_t>(indices.size());
    return {randn({n, 2}), zeros({n})};
  }
};

TEST(DataLoader, WholeBatchesAndCollationsDrawAsSamplesDo) {
  std::vector<double> batches, mixed;
  for (const int workers : {0, 1, 2, 4}) {
    DataLoader loader(WholeBatches{}, {.batch_size = 3, .seed = 8, .workers = workers});
    DataLoader mixing(Numbers{20}, {.batch_size = 3, .seed = 8, .workers = workers}, [](auto samples) {
      const Tensor x = randn({static_cast<std::int64_t>(samples.size())});
      return std::tuple(x, x);
    });
    const auto now = two_epochs_of(loader), mix = two_epochs_of(mixing);
    if (workers == 0) batches = now, mixed = mix;
    EXPECT_EQ(now, batches) << workers << " workers";
    EXPECT_EQ(mix, mixed) << workers << " workers";
  }
  EXPECT_EQ(std::set<double>(batches.begin(), batches.end()).size(), 80u);
  EXPECT_EQ(std::set<double>(mixed.begin(), mixed.end()).size(), 40u);
}

// A dataset that seeds for itself changes its own sample's numbers and nobody else's.
TEST(DataLoader, SeedingInsideADatasetStaysThere) {
  const auto seeding = map(Numbers{6}, [](const Tensor& x, std::int64_t label) {
    manual_seed(static_cast<std::uint64_t>(label));
    return std::tuple(randn(x.shape()), label);
  });
  manual_seed(11);
  const double next = (manual_seed(11), default_generator().uniform());
  for (const int workers : {0, 2}) {
    manual_seed(11);
    DataLoader loader(seeding, {.batch_size = 6, .seed = 1, .workers = workers});
    for (auto [x, y] : loader)
      for (std::int64_t i = 0; i < 6; ++i) {
        Generator own(static_cast<std::uint64_t>(10 * i));
        EXPECT_EQ(x.value().at({i, 0}), randn({2}, own).value().at({0}));
      }
    EXPECT_EQ(default_generator().uniform(), next) << workers << " workers";
  }
}

TEST(DataLoader, ShufflesFollowManualSeed) {
  const auto first_epoch = [](std::uint64_t seed, LoaderOptions options) {
    options.batch_size = 50, options.shuffle = true;
    DataLoader loader(rows(50), options);
    manual_seed(seed);                          // after the loader was made: the first epoch's begin counts
    return epoch_of(loader);
  };
  EXPECT_EQ(first_epoch(1, {}), first_epoch(1, {.workers = 2}));
  EXPECT_NE(first_epoch(1, {}), first_epoch(2, {}));
  EXPECT_EQ(first_epoch(1, {.seed = 7}), first_epoch(2, {.seed = 7}));

  manual_seed(3);
  DataLoader one(rows(50), {.batch_size = 50, .shuffle = true}), other(rows(50), {.batch_size = 50, .shuffle = true});
  const auto orders = epoch_of(one);
  EXPECT_NE(epoch_of(other), orders);           // two loaders have orders of their own
  DataLoader again(rows(50), {.batch_size = 50, .shuffle = true, .seed = one.seed()});
  EXPECT_EQ(epoch_of(again), orders);
  DataLoader copy = one;
  EXPECT_EQ(copy.seed(), one.seed());
  EXPECT_EQ(epoch_of(copy), epoch_of(again));
}

}  // namespace gradus::data::loader_random_test
