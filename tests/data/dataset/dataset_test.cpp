#include <algorithm>
#include <cmath>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/data/dataset/adapters.h>
#include <gradus/data/dataset/tensor_dataset.h>
#include <gradus/data/loader/collate.h>
#include <gradus/data/sampler/sampler.h>
#include <gradus/data/sets/fashion_mnist.h>

namespace gradus::data::dataset_test {

using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

Array counting(const Shape& shape, Dtype dtype = f32) {
  std::vector<std::int64_t> values(static_cast<std::size_t>(shape.elements()));
  sequential_order(values);
  return Array::from(values, shape).to(dtype);
}

struct Squares {
  std::int64_t n;
  std::int64_t size() const { return n; }
  std::tuple<double, std::int64_t> get(std::int64_t i) const { return {static_cast<double>(i) / 2, i * i}; }
};
static_assert(Dataset<Squares> && !BatchDataset<Squares>);
static_assert(BatchDataset<TensorDataset<2>> && BatchDataset<Subset<TensorDataset<1>>> && !BatchDataset<Subset<Squares>>);
static_assert(!Dataset<int>);

TEST(TensorDataset, GivesRows) {
  const TensorDataset dataset(counting({3, 2}), counting({3}, i64));
  EXPECT_EQ(dataset.size(), 3);
  const auto [x, y] = dataset.get(1);
  EXPECT_EQ(x.shape(), (Shape{2}));
  EXPECT_THAT(x.value().to_vector(), ElementsAreArray({2, 3}));
  EXPECT_EQ(y.shape(), Shape{});
  EXPECT_EQ(y.item<std::int64_t>(), 1);
  const std::int64_t indices[] = {2, 0, 2};
  const auto [xs, ys] = dataset.get_batch(indices);
  EXPECT_EQ(xs.shape(), (Shape{3, 2}));
  EXPECT_THAT(xs.value().to_vector(), ElementsAreArray({4, 5, 0, 1, 4, 5}));
  EXPECT_EQ(ys.dtype(), i64);
  EXPECT_THAT(ys.value().to_vector(), ElementsAreArray({2, 0, 2}));
}

TEST(TensorDataset, TakesViewsByTheirElements) {
  const TensorDataset dataset(counting({2, 3}).transpose(0, 1));
  const std::int64_t indices[] = {1};
  EXPECT_THAT(std::get<0>(dataset.get_batch(indices)).value().to_vector(), ElementsAreArray({1, 4}));
}

TEST(TensorDataset, EmptyBatchesAndRows) {
  const TensorDataset dataset(counting({3, 0}), counting({3}));
  const std::int64_t indices[] = {1, 2};
  EXPECT_EQ(std::get<0>(dataset.get_batch(indices)).shape(), (Shape{2, 0}));
  EXPECT_EQ(std::get<1>(dataset.get_batch({})).shape(), (Shape{0}));
}

TEST(TensorDataset, NamesWhatDoesNotFit) {
  EXPECT_THAT([] { TensorDataset(counting({3, 2}), counting({4})); },
              ThrowsMessage<ShapeError>(HasSubstr("TensorDataset: tensors of different length: [3, 2] and [4]")));
  EXPECT_THAT([] { TensorDataset(counting({})); }, ThrowsMessage<ShapeError>(HasSubstr("a scalar")));
  EXPECT_THAT([] { TensorDataset dataset{Tensor()}; }, ThrowsMessage<ShapeError>(HasSubstr("undefined")));
  const TensorDataset dataset(counting({3}));
  EXPECT_THAT([&] { dataset.get(3); }, ThrowsMessage<ValueError>(HasSubstr("TensorDataset: no sample 3; there are 3")));
  EXPECT_THROW(dataset.get(-1), ValueError);
  const std::int64_t indices[] = {0, 3};
  EXPECT_THROW(dataset.get_batch(indices), ValueError);
}

TEST(Map, TakesTuplesApartAndSingleValuesWhole) {
  const auto sums = map(Squares{5}, [](double half, std::int64_t square) { return half + static_cast<double>(square); });
  EXPECT_EQ(sums.size(), 5);
  EXPECT_EQ(sums.get(3), 10.5);
  const auto texts = map(sums, [](double x) { return text("<", x, ">"); });
  EXPECT_EQ(texts.get(3), "<10.5>");
  const auto whole = map(Squares{5}, [](std::tuple<double, std::int64_t> sample) { return std::get<1>(sample); });
  EXPECT_EQ(whole.get(4), 16);
}

TEST(Subset, ForwardsSamplesAndBatches) {
  const auto part = subset(TensorDataset(counting({10})), {7, 3, 9});
  EXPECT_EQ(part.size(), 3);
  EXPECT_EQ(std::get<0>(part.get(2)).item(), 9);
  const std::int64_t indices[] = {1, 0};
  EXPECT_THAT(std::get<0>(part.get_batch(indices)).value().to_vector(), ElementsAreArray({3, 7}));
  EXPECT_THROW(part.get(3), ValueError);
  EXPECT_THROW(part.get(-1), ValueError);
  EXPECT_THROW(subset(Squares{3}, {3}), ValueError);
}

TEST(Split, IsAPartitionMadeByTheSeed) {
  const auto [a, b] = split(Squares{101}, 0.7, 5);
  EXPECT_EQ(a.size(), 71);
  EXPECT_EQ(b.size(), 30);
  std::set<std::int64_t> seen;
  for (std::int64_t i = 0; i < a.size(); ++i) seen.insert(std::get<1>(a.get(i)));
  for (std::int64_t i = 0; i < b.size(); ++i) seen.insert(std::get<1>(b.get(i)));
  EXPECT_EQ(seen.size(), 101u);
  const auto firsts = [](std::uint64_t seed) { return std::get<1>(split(Squares{101}, 0.7, seed).first.get(0)); };
  EXPECT_EQ(firsts(5), std::get<1>(a.get(0)));
  EXPECT_TRUE(firsts(1) != firsts(2) || firsts(2) != firsts(3));
  EXPECT_EQ(split(Squares{3}, 0).first.size(), 0);
  EXPECT_EQ(split(Squares{3}, 1).second.size(), 0);
  EXPECT_THROW(split(Squares{3}, 1.1), ValueError);
  EXPECT_THROW(split(Squares{3}, std::nan("")), ValueError);
}

TEST(Order, IsAPermutationAndAPureFunction) {
  std::vector<std::int64_t> a(1000), b(1000), c(1000), d(1000), sorted;
  shuffled_order(a, 7, 3);
  shuffled_order(b, 7, 3);
  shuffled_order(c, 7, 4);
  shuffled_order(d, 8, 3);
  EXPECT_EQ(a, b);
  EXPECT_NE(a, c);
  EXPECT_NE(a, d);
  sorted = a;
  std::ranges::sort(sorted);
  sequential_order(b);
  EXPECT_EQ(sorted, b);
  std::vector<std::int64_t> none, one(1, 9);
  shuffled_order(none, 0, 0);
  shuffled_order(one, 0, 0);
  EXPECT_EQ(one[0], 0);
}

// Pinned: resuming a run on another machine or with a later version must see the same order.
TEST(Order, StaysWhatItWas) {
  std::vector<std::int64_t> order(8);
  shuffled_order(order, 42, 0);
  EXPECT_THAT(order, ElementsAreArray({3, 0, 1, 4, 5, 7, 2, 6}));
}

// Every place gets every sample equally often: chi squared with 24 degrees of freedom per place, far in the tail at 60.
TEST(Order, IsUniform) {
  constexpr int n = 5, rounds = 20'000;
  int count[n][n] = {};
  std::vector<std::int64_t> order(n);
  for (int epoch = 0; epoch < rounds; ++epoch) {
    shuffled_order(order, 1, static_cast<std::uint64_t>(epoch));
    for (int i = 0; i < n; ++i) ++count[i][order[static_cast<std::size_t>(i)]];
  }
  double chi = 0;
  for (const auto& row : count)
    for (const int c : row) chi += (c - rounds / 5.0) * (c - rounds / 5.0) / (rounds / 5.0);
  EXPECT_LT(chi, 60);
}

TEST(Stack, MakesTensorsOfNumbersAndArrays) {
  using Sample = std::tuple<float, double, int, std::uint8_t, bool, std::string, Array, Tensor>;
  std::vector<Sample> samples{{1.5f, 2.5, -3, std::uint8_t{4}, true, "a", counting({2}), counting({1, 2}, f64)},
                              {0.5f, 0.25, 7, std::uint8_t{255}, false, "b", counting({2}), counting({1, 2}, f64)}};
  const auto [f, d, i, u, b, s, a, t] = Stack{}(std::span(samples));
  EXPECT_EQ(f.dtype(), f32);
  EXPECT_THAT(f.value().to_vector(), ElementsAreArray({1.5, 0.5}));
  EXPECT_EQ(d.dtype(), f64);
  EXPECT_EQ(i.dtype(), i64);
  EXPECT_THAT(i.value().to_vector(), ElementsAreArray({-3, 7}));
  EXPECT_EQ(u.dtype(), u8);
  EXPECT_THAT(u.value().to_vector(), ElementsAreArray({4, 255}));
  EXPECT_EQ(b.dtype(), boolean);
  EXPECT_THAT(b.value().to_vector(), ElementsAreArray({1, 0}));
  EXPECT_THAT(s, ElementsAreArray({"a", "b"}));
  EXPECT_EQ(a.shape(), (Shape{2, 2}));
  EXPECT_EQ(t.shape(), (Shape{2, 1, 2}));
  EXPECT_EQ(t.dtype(), f64);
}

TEST(Stack, SingleValuesAndViews) {
  std::vector<Array> samples{counting({2, 2}).transpose(0, 1), counting({2, 2})};
  const Tensor batch = Stack{}(std::span(samples));
  EXPECT_EQ(batch.shape(), (Shape{2, 2, 2}));
  EXPECT_THAT(batch.value().to_vector(), ElementsAreArray({0, 2, 1, 3, 0, 1, 2, 3}));
}

TEST(Stack, NamesWhatDoesNotFit) {
  std::vector<Array> shapes{counting({2}), counting({3})}, dtypes{counting({2}), counting({2}, f64)};
  EXPECT_THAT([&] { Stack{}(std::span(shapes)); }, ThrowsMessage<ShapeError>(HasSubstr("shapes differ: [2] and [3]")));
  EXPECT_THAT([&] { Stack{}(std::span(dtypes)); }, ThrowsMessage<DtypeError>(HasSubstr("dtypes differ: f32 and f64")));
}

}  // namespace gradus::data::dataset_test
