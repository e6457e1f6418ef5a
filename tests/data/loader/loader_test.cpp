#include <gradus/data/loader/loader.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <new>
#include <numeric>
#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gradus/autograd/base/denormal.h>
#include <gradus/autograd/base/pool.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/data/dataset/adapters.h>
#include <gradus/data/dataset/tensor_dataset.h>

#include "data/loader/numbers.h"

namespace gradus::data::loader_test {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

TEST(DataLoader, BatchesInOrderWithAShortLastOne) {
  DataLoader loader(rows(10), {.batch_size = 4});
  EXPECT_EQ(loader.size(), 3);
  EXPECT_EQ(loader.samples(), 10);
  EXPECT_THAT(epoch_of(loader), ElementsAre(ElementsAreArray({0, 1, 2, 3}), ElementsAreArray({4, 5, 6, 7}), ElementsAreArray({8, 9})));
}

TEST(DataLoader, DropsTheLastBatchOnlyIfItIsShort) {
  DataLoader loader(rows(10), {.batch_size = 4, .drop_last = true}), even(rows(8), {.batch_size = 4, .drop_last = true});
  EXPECT_EQ(loader.size(), 2);
  EXPECT_EQ(loader.samples(), 8);
  EXPECT_THAT(epoch_of(loader), ElementsAre(ElementsAreArray({0, 1, 2, 3}), ElementsAreArray({4, 5, 6, 7})));
  EXPECT_EQ(even.size(), 2);
  EXPECT_EQ(epoch_of(even).size(), 2u);
}

TEST(DataLoader, EmptyDatasetsAndBigBatches) {
  for (const int workers : {0, 2}) {
    DataLoader none(Numbers{0}, {.workers = workers}), all(Numbers{3}, {.batch_size = 100, .workers = workers});
    DataLoader dropped(Numbers{3}, {.batch_size = 100, .drop_last = true, .workers = workers});
    EXPECT_EQ(none.size(), 0);
    EXPECT_TRUE(epoch_of(none).empty());
    EXPECT_THAT(epoch_of(all), ElementsAre(ElementsAreArray({0, 10, 20})));
    EXPECT_TRUE(epoch_of(dropped).empty());
  }
}

// {} is what it says: options.
TEST(DataLoader, TakesEmptyOptions) {
  DataLoader loader(Numbers{70}, {});
  EXPECT_EQ(loader.size(), 2);
}

TEST(DataLoader, StacksSamples) {
  DataLoader loader(Numbers{5}, {.batch_size = 3});
  auto it = loader.begin();
  const auto [x, y] = *it;
  EXPECT_EQ(x.shape(), (Shape{3, 2}));
  EXPECT_THAT(x.value().to_vector(), ElementsAreArray({0, 0, 1, 1, 2, 2}));
  EXPECT_EQ(y.dtype(), i64);
  ++it;
  EXPECT_THAT(std::get<1>(*it).value().to_vector(), ElementsAreArray({30, 40}));
  EXPECT_THAT(x.value().to_vector(), ElementsAreArray({0, 0, 1, 1, 2, 2}));   // a batch kept stays as it was
}

TEST(DataLoader, SameBatchesForAnyNumberOfWorkers) {
  const auto all = [](int workers, int prefetch) {
    DataLoader loader(Numbers{103}, {.batch_size = 8, .shuffle = true, .seed = 3, .workers = workers, .prefetch = prefetch});
    std::vector<std::vector<std::vector<double>>> epochs;
    for (int epoch = 0; epoch < 3; ++epoch) epochs.push_back(epoch_of(loader));
    return epochs;
  };
  const auto expected = all(0, 2);
  EXPECT_NE(expected[0], expected[1]);
  for (const int workers : {1, 2, 4})
    for (const int prefetch : {1, 2, 50}) EXPECT_EQ(all(workers, prefetch), expected) << workers << " workers, prefetch " << prefetch;
}

TEST(DataLoader, ShufflesBySeedAndEpochAlone) {
  const LoaderOptions options{.batch_size = 16, .shuffle = true, .seed = 9};
  DataLoader loader(rows(64), options), other(rows(64), options);
  const auto first = epoch_of(loader), second = epoch_of(loader);
  EXPECT_NE(first, second);
  EXPECT_EQ(loader.epoch(), 2u);
  other.set_epoch(1);
  EXPECT_EQ(epoch_of(other), second);
  other.set_epoch(0);
  EXPECT_EQ(epoch_of(other), first);
  std::set<double> seen;
  for (const auto& batch : first) seen.insert(batch.begin(), batch.end());
  EXPECT_EQ(seen.size(), 64u);
}

TEST(DataLoader, GoesOnInTheMiddleOfAnEpoch) {
  for (const int workers : {0, 1, 3}) {
    DataLoader loader(rows(50), {.batch_size = 8, .shuffle = true, .workers = workers});
    auto whole = epoch_of(loader);
    loader.set_epoch(0, 4);
    const auto rest = epoch_of(loader);
    whole.erase(whole.begin(), whole.begin() + 4);
    EXPECT_EQ(rest, whole);
    EXPECT_EQ(epoch_of(loader).size(), 7u);   // the next epoch is whole again
    EXPECT_THROW(loader.set_epoch(0, 8), ValueError);
  }
}

TEST(DataLoader, CollatesByAFunction) {
  DataLoader loader(map(Numbers{5}, [](const Tensor&, std::int64_t y) { return std::string(static_cast<std::size_t>(y / 10), 'x'); }),
                    {.batch_size = 2, .workers = 1},
                    [](std::span<std::string> lines) { return std::accumulate(lines.begin(), lines.end(), std::string("|")); });
  std::vector<std::string> batches;
  for (const std::string& batch : loader) batches.push_back(batch);
  EXPECT_THAT(batches, ElementsAreArray({"|x", "|xxxxx", "|xxxx"}));
}

TEST(DataLoader, CollateGoesBeforeTheDatasetsOwnBatches) {
  DataLoader loader(rows(5), {.batch_size = 3}, [](auto samples) { return samples.size(); });
  std::vector<std::size_t> sizes;
  for (const std::size_t n : loader) sizes.push_back(n);
  EXPECT_THAT(sizes, ElementsAreArray({3, 2}));
}

TEST(DataLoader, CopiesAreIndependentAndMovesKeepGoing) {
  DataLoader a(rows(20), {.batch_size = 5, .shuffle = true, .workers = 1});
  const auto first = epoch_of(a);
  DataLoader b = a;                            // goes on from epoch 1
  const auto second = epoch_of(a);
  int pairs = 0;
  a.set_epoch(1);
  for (auto [x, y] : a)
    for (auto [u, v] : b) pairs += x.size() == 5 && v.size() == 5;
  EXPECT_EQ(pairs, 16);
  b.set_epoch(1);
  EXPECT_EQ(epoch_of(b), second);
  DataLoader c = std::move(b);
  c.set_epoch(0);
  EXPECT_EQ(epoch_of(c), first);
  a = c;
  a.set_epoch(0);
  EXPECT_EQ(epoch_of(a), first);
}

TEST(DataLoader, TwoLoopsOverOneLoaderAreToldApart) {
  for (const int workers : {0, 1}) {
    DataLoader loader(rows(20), {.batch_size = 5, .workers = workers});
    auto outer = loader.begin();
    *outer;
    {
      auto inner = loader.begin();
      EXPECT_THAT([&] { *outer; }, ThrowsMessage<ValueError>(HasSubstr("another loop over the same loader has begun")));
      ++outer;
      EXPECT_THAT(std::get<1>(*inner).value().to_vector(), ElementsAreArray({0, 1, 2, 3, 4}));
    }
    EXPECT_EQ(epoch_of(loader).size(), 4u);
  }
}

TEST(DataLoader, RefusesOptionsThatMakeNoSense) {
  const auto make = [](LoaderOptions options) { DataLoader loader(rows(3), options); };
  EXPECT_THAT([&] { make({.batch_size = 0}); }, ThrowsMessage<ValueError>(HasSubstr("batch_size must be at least 1, not 0")));
  EXPECT_THAT([&] { make({.workers = -1}); }, ThrowsMessage<ValueError>(HasSubstr("workers must be at least 0, not -1")));
  EXPECT_THAT([&] { make({.prefetch = 0}); }, ThrowsMessage<ValueError>(HasSubstr("prefetch must be at least 1, not 0")));
}

// Sample 13 cannot be had.
struct Unlucky {
  std::int64_t size() const { return 40; }
  std::int64_t get(std::int64_t i) const {
    if (i == 13) throw std::out_of_range("black cat");
    if (i == 33) throw 5;
    return i;
  }
};

TEST(DataLoader, AnExceptionReachesTheLoopAndNamesTheSample) {
  for (const int workers : {0, 1, 4}) {
    DataLoader loader(Unlucky{}, {.batch_size = 5, .workers = workers});
    for (int round = 0; round < 20; ++round) {
      int batches = 0;
      const auto loop = [&] { for (const Tensor& x : loader) batches += x.size() == 5; };
      EXPECT_THAT(loop, ThrowsMessage<Error>(HasSubstr("DataLoader: sample 13: black cat"))) << workers;
      EXPECT_EQ(batches, 2);
    }
    int caught = 0, whole = 0;   // one may also go on behind it, and what is no std::exception comes through as it is
    for (auto it = loader.begin(); !(it == loader.end()); ++it) {
      for (int twice = 0; twice < 2; ++twice) {
        try {
          whole += (*it).size() == 5;
        } catch (const Error&) {
          ++caught;
        } catch (int five) {
          caught += 10 * five;
        }
      }
    }
    EXPECT_EQ(whole, 12);
    EXPECT_EQ(caught, 102);
  }
}

TEST(DataLoader, ErrorsKeepTheirKind) {
  const auto kind = [](auto error) {
    DataLoader loader(map(Numbers{3}, [=](Tensor, std::int64_t) -> int { throw error; }), {.workers = 1});
    for ([[maybe_unused]] const auto& batch : loader) {}
  };
  EXPECT_THROW(kind(ShapeError("s")), ShapeError);
  EXPECT_THROW(kind(FileError("f")), FileError);
  EXPECT_THROW(kind(ValueError("v")), ValueError);
  EXPECT_THROW(kind(DtypeError("d")), DtypeError);
  EXPECT_THROW(kind(GraphError("g")), GraphError);
  EXPECT_THROW(kind(std::bad_alloc()), std::bad_alloc);
  DataLoader ragged(map(Numbers{30}, [](Tensor, std::int64_t y) { return Array::zeros({y == 200 ? 2 : 1}); }), {.batch_size = 4});
  EXPECT_THAT([&] { for (auto& x : ragged) (void)x; },
              ThrowsMessage<ShapeError>(AllOf(HasSubstr("DataLoader: batch 5 (samples 20, 21, 22, 23): "),
                                              HasSubstr("shapes differ: [2] and [1]"))));
}

TEST(DataLoader, LeavingEarlyIsClean) {
  const std::int64_t before = pool::live_bytes();
  for (const int workers : {0, 1, 4}) {
    DataLoader loader(Numbers{100}, {.batch_size = 3, .workers = workers});
    for (int round = 0; round < 50; ++round) {
      int n = 0;
      for (auto [x, y] : loader) {
        EXPECT_EQ(y.value().at({0}), 30.0 * n);
        if (++n > round % 34) break;
      }
    }
    loader.begin();   // thrown away at once
  }
  EXPECT_EQ(pool::live_bytes(), before);
}

TEST(DataLoader, StressOfTwoHundredRounds) {
  for (int round = 0; round < 200; ++round) {
    const int workers = round % 5, n = round % 23;
    DataLoader loader(Numbers{n}, {.batch_size = 1 + round % 4, .shuffle = true, .workers = workers, .prefetch = 1 + round % 3});
    for (int epoch = 0; epoch < 2; ++epoch) {
      double sum = 0;
      for (auto [x, y] : loader) {
        if (round % 7 == 0) std::this_thread::sleep_for(std::chrono::microseconds(50));
        for (const double label : y.value().to_vector()) sum += label;
      }
      EXPECT_EQ(sum, 10.0 * n * (n - 1) / 2);
    }
    if (round % 3 == 0) loader.begin();
  }
}

TEST(DataLoader, MayBeReplacedInsideItsOwnLoop) {
  for (const int workers : {0, 1, 3}) {
    auto loader = std::make_unique<DataLoader<TensorDataset<2>>>(rows(20), LoaderOptions{.batch_size = 4, .workers = workers});
    std::vector<double> seen;
    for (auto& [x, y] : *loader) {
      if (seen.size() == 4) *loader = DataLoader(rows(6), {.batch_size = 3, .workers = workers});
      if (seen.size() == 12) loader.reset();
      for (const double label : y.value().to_vector()) seen.push_back(label);
    }
    std::vector<double> all(20);
    std::iota(all.begin(), all.end(), 0.0);
    EXPECT_EQ(seen, all) << workers << " workers";
  }
  DataLoader loader(rows(20), {.batch_size = 4, .workers = 2});
  for ([[maybe_unused]] const auto& batch : loader) loader = DataLoader(rows(6), {.batch_size = 3, .workers = 1});
  EXPECT_THAT(epoch_of(loader), ElementsAre(ElementsAreArray({0, 1, 2}), ElementsAreArray({3, 4, 5})));
}

// Workers never run further ahead than the ring is long.
struct Counted {
  std::atomic<int>* made;
  std::int64_t size() const { return 100; }
  std::int64_t get(std::int64_t i) const { ++*made; return i; }
};
TEST(DataLoader, PrefetchIsBounded) {
  std::atomic<int> made{0};
  DataLoader loader(Counted{&made}, {.batch_size = 1, .workers = 2, .prefetch = 3});
  int taken = 0;
  for ([[maybe_unused]] const Tensor& x : loader) {
    std::this_thread::sleep_for(std::chrono::microseconds(200));
    EXPECT_LE(made.load(), taken + 6);
    ++taken;
  }
  EXPECT_EQ(made.load(), 100);
}

// After the first epochs the pool asks the system for nothing more.
TEST(DataLoader, SteadyEpochsTakeNoNewMemory) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the pool keeps nothing under this sanitizer";
#endif
  for (const int workers : {0, 1, 3}) {
    DataLoader loader(rows(5000), {.batch_size = 64, .shuffle = true, .workers = workers});
    for (int epoch = 0; epoch < 30; ++epoch)
      for (auto [x, y] : loader) EXPECT_LE(x.size(), 64);
    const std::int64_t before = pool::blocks_from_system();
    for (int epoch = 0; epoch < 10; ++epoch)
      for (auto [x, y] : loader) EXPECT_LE(y.size(), 64);
    EXPECT_EQ(pool::blocks_from_system(), before) << workers << " workers";
  }
}

// A sample is what it is without workers, whatever thread makes it.
TEST(DataLoader, WorkersFlushDenormalNumbersAsTheLoopDoes) {
  struct Small {
    std::int64_t size() const { return 12; }
    Tensor get(std::int64_t) const { return full({8}, 1e-39) * 2; }
  };
  const bool before = flush_denormal(), supported = set_flush_denormal(true);
  if (!supported) GTEST_SKIP() << "not on this processor";
  for (const int workers : {0, 1, 2}) {
    DataLoader loader(Small{}, {.batch_size = 3, .workers = workers});
    for (const bool flush : {true, false, true}) {
      std::int64_t zeros = 0;
      std::vector<Array> batches;
      set_flush_denormal(flush);
      for (const Tensor& batch : loader) batches.push_back(batch.value());
      set_flush_denormal(false);
      for (const Array& batch : batches)
        for (std::int64_t i = 0; i < batch.size(); ++i) zeros += batch.data<float>()[i] == 0;
      EXPECT_EQ(zeros, flush ? 12 * 8 : 0) << workers;
    }
  }
  set_flush_denormal(before);
}

TEST(DataLoader, MovedFromItSaysSo) {
  DataLoader loader(rows(10), {.batch_size = 4, .workers = 1});
  EXPECT_EQ(epoch_of(loader).size(), 3u);
  DataLoader moved = std::move(loader);
  const auto gone = ThrowsMessage<ValueError>(HasSubstr("DataLoader: it was moved from"));
  EXPECT_THAT([&] { loader.begin(); }, gone);                  // NOLINT(bugprone-use-after-move)
  EXPECT_THAT([&] { (void)loader.size(); }, gone);
  EXPECT_THAT([&] { (void)loader.samples(); }, gone);
  EXPECT_THAT([&] { (void)loader.dataset(); }, gone);
  EXPECT_THAT([&] { loader.set_epoch(1); }, gone);
  DataLoader copy = loader;
  EXPECT_THAT([&] { copy.begin(); }, gone);
  EXPECT_EQ(epoch_of(moved).size(), 3u);
  loader = moved;
  EXPECT_EQ(epoch_of(loader).size(), 3u);
}

}  // namespace gradus::data::loader_test
