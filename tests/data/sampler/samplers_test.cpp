// Samplers: each a pure function of seed and epoch, each of the distribution that it promises (chi-squared with a fixed seed).
#include <gradus/data/sampler/samplers.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gradus::data::samplers_test {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;
using Indices = std::vector<std::int64_t>;

Indices range_of(std::int64_t n) {
  Indices out(static_cast<std::size_t>(n));
  std::iota(out.begin(), out.end(), 0);
  return out;
}
Indices sorted(Indices of) {
  std::ranges::sort(of);
  return of;
}
// Against counts that are expected; 0 where a count is expected to be 0 and is.
double chi_squared(const std::vector<double>& counts, const std::vector<double>& expected) {
  double chi = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    EXPECT_TRUE(expected[i] > 0 || counts[i] == 0) << i;
    if (expected[i] > 0) chi += (counts[i] - expected[i]) * (counts[i] - expected[i]) / expected[i];
  }
  return chi;
}

const std::vector<double> weights{1, 0, 2.5, 0.5, 6, 1e-3, 3};
const Indices classes{0, 1, 0, 0, 2, 0, 1, 0, 0, 0, 1, 0};
const Indices lengths{5, 1, 9, 3, 3, 8, 2, 7, 7, 4};

struct Row {
  const char* name;
  Order order;
  std::int64_t samples;   // of the dataset
  std::int64_t size;
  bool shuffles = true;
};
std::vector<Row> table() {
  return {
      {"sequential", SequentialSampler(9), 9, 9, false},
      {"sequential, none", SequentialSampler(0), 0, 0, false},
      {"random", RandomSampler(9), 9, 9},
      {"random, more than there are", RandomSampler(9, {.samples = 30}), 9, 30},
      {"random, fewer", RandomSampler(9, {.samples = 4}), 9, 4},
      {"with replacement", RandomSampler(9, {.replacement = true, .samples = 30}), 9, 30},
      {"weighted", WeightedSampler(weights, {.samples = 20}), 7, 20},
      {"weighted, without replacement", WeightedSampler(weights, {.replacement = false, .samples = 6}), 7, 6},
      {"subset", SubsetSampler({8, 3, 5, 1, 0, 7}), 9, 6},
      {"stratified", StratifiedSampler(classes), 12, 12},
      {"buckets", BucketSampler(lengths, {.batch_size = 3, .pool = 2}), 10, 4},
      {"buckets without the last", BucketSampler(lengths, {.batch_size = 3, .drop_last = true}), 10, 3},
      {"buckets in order", BucketSampler(lengths, {.batch_size = 3, .shuffle = false}), 10, 4, false},
      {"distributed", DistributedSampler(RandomSampler(10), {.rank = 2, .world = 3}), 10, 4},
  };
}

TEST(Samplers, ArePureFunctionsOfSeedAndEpoch) {
  for (const Row& r : table()) {
    SCOPED_TRACE(r.name);
    EXPECT_EQ(r.order.size(), r.size);
    const Batches once = r.order.make(1, 2, r.samples);   // checks sizes and indices, too
    EXPECT_EQ(r.order.make(1, 2, r.samples).order, once.order);
    EXPECT_EQ(r.order.make(1, 2, r.samples).ends, once.ends);
    std::set<Indices> seen;
    for (std::uint64_t k = 0; k < 4; ++k) {
      seen.insert(r.order.make(k, 2, r.samples).order);
      seen.insert(r.order.make(1, 10 + k, r.samples).order);
    }
    EXPECT_GE(seen.size(), r.shuffles ? 6u : 1u);
    EXPECT_LE(seen.size(), r.shuffles ? 8u : 1u);
  }
}

TEST(Samplers, WithReplacementIsUniform) {
  std::vector<double> counts(9);
  for (const std::int64_t i : RandomSampler(9, {.replacement = true, .samples = 90'000}).order(3, 0)) ++counts[static_cast<std::size_t>(i)];
  EXPECT_LT(chi_squared(counts, std::vector<double>(9, 10'000)), 26);   // 8 degrees of freedom: beyond it 1 in 1000
}

TEST(Samplers, RandomOfMoreIsOnePermutationAfterTheOther) {
  const Indices all = RandomSampler(5, {.samples = 12}).order(1, 0);
  EXPECT_EQ(sorted({all.begin(), all.begin() + 5}), range_of(5));
  EXPECT_EQ(sorted({all.begin() + 5, all.begin() + 10}), range_of(5));
  EXPECT_NE(Indices(all.begin(), all.begin() + 5), Indices(all.begin() + 5, all.begin() + 10));
}

TEST(Samplers, WeightsAreProportions) {
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  std::vector<double> counts(7), expected;
  for (const std::int64_t i : WeightedSampler(weights, {.samples = 100'000}).order(4, 0)) ++counts[static_cast<std::size_t>(i)];
  for (const double w : weights) expected.push_back(1e5 * w / sum);
  EXPECT_LT(chi_squared(counts, expected), 21);   // 5 degrees of freedom
  // Without replacement: the first in proportion, the second in proportion of what the first has left.
  const std::vector<double> three{1, 2, 5};
  std::vector<double> pairs(9), of_pairs(9);
  const WeightedSampler two(three, {.replacement = false, .samples = 2});
  for (std::uint64_t epoch = 0; epoch < 20'000; ++epoch) {
    const Indices drawn = two.order(6, epoch);
    ++pairs[static_cast<std::size_t>(3 * drawn[0] + drawn[1])];
  }
  for (std::size_t a = 0; a < 3; ++a)
    for (std::size_t b = 0; b < 3; ++b)
      if (a != b) of_pairs[3 * a + b] = 20'000 * three[a] / 8 * three[b] / (8 - three[a]);
  EXPECT_LT(chi_squared(pairs, of_pairs), 21);
  EXPECT_EQ(sorted(WeightedSampler(three, {.replacement = false}).order(1, 1)), range_of(3));
  EXPECT_THAT(balancing_weights(classes), testing::Contains(1.0 / 3).Times(3));
}

TEST(Samplers, StratifiedSpreadsClassesEvenly) {
  Indices labels(1000);
  for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = i % 10 == 0 ? 1 : i % 4 == 1 ? 2 : 0;
  const Indices order = StratifiedSampler(labels).order(5, 1);
  EXPECT_EQ(sorted(order), range_of(1000));
  for (std::size_t begin = 0; begin < 1000; begin += 50) {
    double counts[3] = {};
    for (std::size_t k = begin; k < begin + 50; ++k) ++counts[labels[static_cast<std::size_t>(order[k])]];
    EXPECT_NEAR(counts[1], 5, 2);
    EXPECT_NEAR(counts[2], 12.5, 2.5);
  }
}

TEST(Samplers, BucketsHoldSamplesOfOneLength) {
  const Batches plain = BucketSampler(lengths, {.batch_size = 3, .shuffle = false}).batches(0, 0);
  EXPECT_THAT(plain.order, ElementsAre(1, 6, 3, 4, 9, 0, 7, 8, 5, 2));
  EXPECT_THAT(plain.ends, ElementsAre(3, 6, 9, 10));
  Indices many(1000);
  for (std::size_t i = 0; i < many.size(); ++i) many[i] = static_cast<std::int64_t>(i * 37 % 101);
  const Batches batches = BucketSampler(many, {.batch_size = 10, .pool = 20}).batches(3, 4);
  EXPECT_EQ(sorted(batches.order), range_of(1000));
  std::int64_t padding = 0, begin = 0, falls = 0, last = 0;
  for (const std::int64_t end : batches.ends) {
    const auto length = [&](std::int64_t k) { return many[static_cast<std::size_t>(batches.order[static_cast<std::size_t>(k)])]; };
    std::int64_t longest = 0;
    for (auto k = begin; k < end; ++k) longest = std::max(longest, length(k));
    for (auto k = begin; k < end; ++k) padding += longest - length(k);
    falls += longest < last;
    last = longest, begin = end;
  }
  EXPECT_LT(padding, 3000);   // at random there would be 40000
  EXPECT_GT(falls, 20) << "batches come shuffled";
  EXPECT_EQ(sorted(BucketSampler(lengths, {.batch_size = 3, .drop_last = true}).batches(1, 1).order).size(), 9u);
}

// PyTorch's DistributedSampler: rank r of w has samples r, r + w, … of the order, which begins anew where it ends.
TEST(Samplers, ProcessesShareAnOrder) {
  const auto shares = [](std::int64_t n, Uneven uneven) {
    std::vector<Indices> out;
    for (std::int64_t rank = 0; rank < 3; ++rank) out.push_back(DistributedSampler(SequentialSampler(n), {rank, 3, uneven}).order(0, 0));
    return out;
  };
  EXPECT_THAT(shares(7, Uneven::pad), ElementsAre(ElementsAre(0, 3, 6), ElementsAre(1, 4, 0), ElementsAre(2, 5, 1)));
  EXPECT_THAT(shares(7, Uneven::drop), ElementsAre(ElementsAre(0, 3), ElementsAre(1, 4), ElementsAre(2, 5)));
  EXPECT_THAT(shares(7, Uneven::keep), ElementsAre(ElementsAre(0, 3, 6), ElementsAre(1, 4), ElementsAre(2, 5)));
  EXPECT_THAT(shares(1, Uneven::pad), ElementsAre(ElementsAre(0), ElementsAre(0), ElementsAre(0)));
  EXPECT_THAT(shares(0, Uneven::pad), ElementsAre(ElementsAre(), ElementsAre(), ElementsAre()));
  Indices all;
  for (std::int64_t rank = 0; rank < 4; ++rank)
    for (const std::int64_t i : DistributedSampler(RandomSampler(40), {.rank = rank, .world = 4}).order(8, 3)) all.push_back(i);
  EXPECT_EQ(sorted(all), range_of(40));
}

TEST(Samplers, NameWhatDoesNotFit) {
  EXPECT_THROW(SequentialSampler(-1), ValueError);
  EXPECT_THROW(RandomSampler(3, {.samples = -1}), ValueError);
  EXPECT_THAT([] { RandomSampler(0, {.samples = 2}); }, ThrowsMessage<ValueError>(HasSubstr("2 samples of none")));
  EXPECT_THAT([] { WeightedSampler({1, -2}); }, ThrowsMessage<ValueError>(HasSubstr("weight 1 is -2; weights are finite and at least 0")));
  EXPECT_THROW(WeightedSampler({1, std::nan("")}), ValueError);
  EXPECT_THROW(WeightedSampler({0, 0}), ValueError);
  EXPECT_THAT([] { WeightedSampler({1, 0, 1}, {.replacement = false}); },
              ThrowsMessage<ValueError>(HasSubstr("no more samples than weights above 0, 2, not 3")));
  EXPECT_THROW(BucketSampler({1}, {.batch_size = 0}), ValueError);
  EXPECT_THAT([] { DistributedSampler(SequentialSampler(3), {.rank = 2, .world = 2}); },
              ThrowsMessage<ValueError>(HasSubstr("rank must lie in [0, 2), not 2")));
  struct Lying {
    Batches answer;
    std::int64_t size() const { return 2; }
    Batches batches(std::uint64_t, std::uint64_t) const { return answer; }
  };
  const auto make = [](Batches answer) { Order(Lying{std::move(answer)}).make(0, 0, 3); };
  make({{0, 1, 2}, {1, 3}});
  EXPECT_THAT([&] { make({{0, 3}, {1, 2}}); }, ThrowsMessage<ValueError>(HasSubstr("the sampler asks for sample 3; there are 3")));
  EXPECT_THAT([&] { make({{0}, {1}}); }, ThrowsMessage<ValueError>(HasSubstr("gives 1 batches, and says that there are 2")));
  EXPECT_THAT([&] { make({{0}, {1, 1}}); }, ThrowsMessage<ValueError>(HasSubstr("ends at 1 and begins at 1")));
  EXPECT_THROW(make({{0, 1, 2}, {1, 2}}), ValueError);
}

}  // namespace gradus::data::samplers_test
