// The loader in the order of samplers, with batches of ragged sequences, and how its errors name samples.
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gradus/autograd/ops/shape.h>
#include <gradus/data/dataset/map.h>
#include <gradus/data/loader/loader.h>
#include <gradus/data/loader/pad.h>
#include <gradus/data/sampler/samplers.h>

#include "data/loader/numbers.h"

namespace gradus::data::loader_order_test {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

struct Backwards {
  std::int64_t n;
  std::int64_t size() const { return n; }
  std::vector<std::int64_t> order(std::uint64_t, std::uint64_t epoch) const {
    std::vector<std::int64_t> out;
    for (std::int64_t i = n; i-- > 0;) out.push_back((i + static_cast<std::int64_t>(epoch)) % n);
    return out;
  }
};

TEST(DataLoader, TakesSamplers) {
  DataLoader loader(rows(10), Backwards{5}, {.batch_size = 2});
  EXPECT_EQ(loader.size(), 3);
  EXPECT_EQ(loader.samples(), 5);
  EXPECT_THAT(epoch_of(loader), ElementsAre(ElementsAre(4, 3), ElementsAre(2, 1), ElementsAre(0)));
  EXPECT_THAT(epoch_of(loader), ElementsAre(ElementsAre(0, 4), ElementsAre(3, 2), ElementsAre(1)));
  DataLoader dropping(rows(10), Backwards{5}, {.batch_size = 2, .drop_last = true});
  EXPECT_EQ(dropping.samples(), 4);
  EXPECT_EQ(epoch_of(dropping).size(), 2u);
  DataLoader random(rows(10), RandomSampler(10), {.batch_size = 4, .seed = 3});
  DataLoader shuffled(rows(10), {.batch_size = 4, .shuffle = true, .seed = 3});
  EXPECT_EQ(epoch_of(random), epoch_of(shuffled));
  EXPECT_THAT([] { DataLoader(rows(3), Backwards{3}, {.shuffle = true}); }, ThrowsMessage<ValueError>(HasSubstr("goes with no sampler")));
  DataLoader far(rows(3), Backwards{4});
  EXPECT_THAT([&] { far.begin(); }, ThrowsMessage<ValueError>(HasSubstr("the sampler asks for sample 3; there are 3")));
}

TEST(DataLoader, TakesBatchSamplers) {
  const std::vector<std::int64_t> lengths{5, 1, 9, 3, 3, 8, 2, 7, 7, 4};
  for (const int workers : {0, 2}) {
    DataLoader loader(rows(10), BucketSampler(lengths, {.batch_size = 4, .shuffle = false}), {.workers = workers});
    EXPECT_EQ(loader.size(), 3);
    EXPECT_EQ(loader.samples(), 10);
    EXPECT_THAT(epoch_of(loader), ElementsAre(ElementsAre(1, 6, 3, 4), ElementsAre(9, 0, 7, 8), ElementsAre(5, 2)));
  }
}

// The middle of an epoch is had again, of samplers and batch samplers, too; a state of another sampler is refused.
TEST(DataLoaderState, OfSamplers) {
  const Order orders[] = {RandomSampler(12, {.replacement = true, .samples = 11}),
                          BucketSampler(std::vector<std::int64_t>(12, 1), {.batch_size = 3})};
  for (const Order& order : orders)
    for (int until = 1; until <= 4; ++until) {
      DataLoader whole(rows(12), order, {.batch_size = 3, .seed = 2, .workers = until % 2}), resumed(rows(12), order, {.batch_size = 3});
      std::vector<std::vector<double>> rest, again;
      State state;
      int seen = 0;
      for (auto [x, y] : whole) {
        if (seen >= until) rest.push_back(y.value().to_vector());
        if (++seen == until) state = whole.state();
      }
      resumed.load_state(state);
      if (until < 4) again = epoch_of(resumed);
      EXPECT_EQ(again, rest);
    }
  DataLoader one(rows(12), Backwards{6}), other(rows(12), Backwards{5}), none(rows(12));
  EXPECT_THAT([&] { one.load_state(other.state()); },
              ThrowsMessage<ValueError>(HasSubstr("the sampler's epoch has 5 samples in the state but 6 here")));
  EXPECT_THAT([&] { one.load_state(none.state()); }, ThrowsMessage<ValueError>(HasSubstr("missing order")));
}

struct WholeBatches {
  std::int64_t size() const { return 12; }
  std::int64_t get(std::int64_t i) const { return i; }
  Tensor get_batch(std::span<const std::int64_t> indices) const {
    for (const std::int64_t i : indices) check<FileError>(i != 7, "cannot be read");
    check<ShapeError>(indices.size() != 4 || indices[0] != 8, "too many");
    return Array::zeros({static_cast<std::int64_t>(indices.size())});
  }
};

TEST(DataLoader, ErrorsOfWholeBatchesNameTheSampleWhereOneIsTheCause) {
  for (const int workers : {0, 2}) {
    DataLoader loader(WholeBatches{}, {.batch_size = 4, .workers = workers});
    auto it = loader.begin();
    EXPECT_EQ((*it).size(), 4);
    ++it;
    EXPECT_THAT([&] { *it; }, ThrowsMessage<FileError>("DataLoader: sample 7: cannot be read"));
    ++it;
    EXPECT_THAT([&] { *it; }, ThrowsMessage<ShapeError>("DataLoader: batch 2 (samples 8, 9, 10, 11): too many"));
  }
}

// What is no gradus::Error becomes one, and has the original inside.
TEST(DataLoader, OtherErrorsAreNested) {
  DataLoader loader(map(Numbers{3}, [](const Tensor&, std::int64_t) -> int { throw std::invalid_argument("mine"); }));
  const auto loop = [&] { for ([[maybe_unused]] const auto& batch : loader) {} };
  EXPECT_THAT(loop, ThrowsMessage<Error>("DataLoader: sample 0: mine"));
  try {
    loop();
  } catch (const Error& e) {
    EXPECT_THROW(std::rethrow_if_nested(e), std::invalid_argument);
  }
}

using Sentence = std::tuple<Tensor, std::int64_t>;
struct Ragged {
  std::int64_t size() const { return 4; }
  Sentence get(std::int64_t i) const { return {Tensor(Array::full({(i * 2) % 5, 2}, static_cast<double>(i + 1))), i}; }   // 0, 2, 4, 1 rows
};

TEST(Pad, BringsSequencesToOneLength) {
  DataLoader loader(Ragged{}, {.batch_size = 4, .workers = 1}, Pad{.value = -1});
  for (const auto& [text, label] : loader) {
    EXPECT_EQ(text.values.shape(), (Shape{4, 4, 2}));
    EXPECT_EQ(text.lengths.dtype(), i64);
    EXPECT_THAT(text.lengths.value().to_vector(), ElementsAre(0, 2, 4, 1));
    EXPECT_THAT(slice(text.values, 0, 3, 4).value().to_vector(), ElementsAre(4, 4, -1, -1, -1, -1, -1, -1));
    EXPECT_THAT(text.mask().value().to_vector(), ElementsAre(0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0));
    EXPECT_EQ(label.shape(), (Shape{4}));
  }
  using Ids = std::vector<std::int64_t>;
  std::vector<std::pair<Ids, std::string>> samples{{{1, 2, 3}, "a"}, {{4}, "b"}};
  const auto [ids, names] = Pad{.value = 9, .side = Side::left, .multiple_of = 4}(std::span(samples));
  EXPECT_THAT(ids.values.value().to_vector(), ElementsAre(9, 1, 2, 3, 9, 9, 9, 4));
  EXPECT_THAT(ids.mask().value().to_vector(), ElementsAre(0, 1, 1, 1, 0, 0, 0, 1));
  EXPECT_EQ(ids.values.dtype(), i64);
  EXPECT_THAT(names, ElementsAre("a", "b"));
  std::vector<Ids> long_ones{{1, 2, 3}, {4}};
  EXPECT_THAT(Pad{.max_length = 2}(std::span(long_ones)).values.value().to_vector(), ElementsAre(1, 2, 4, 0));
  std::vector<Tensor> scalars{Array::full({}, 3), Array::full({}, 4)};
  EXPECT_THAT(Pad{}(std::span(scalars)).values.value().to_vector(), ElementsAre(3, 4));
}

TEST(Pad, NamesWhatDoesNotFit) {
  const auto pad = [](const Array& a, const Array& b, Pad with = {}) { with.pad(std::vector{a, b}); };
  EXPECT_THAT([&] { pad(Array::zeros({2, 3}), Array::zeros({2, 4})); },
              ThrowsMessage<ShapeError>(HasSubstr("differ in more than their length: [2, 3] and, number 1 of the batch, [2, 4]")));
  EXPECT_THROW(pad(Array::zeros({2}), Array::zeros({})), ShapeError);
  EXPECT_THROW(pad(Array::zeros({2}), Array::zeros({2}, f64)), DtypeError);
  EXPECT_THAT([&] { pad(Array::zeros({2}, u8), Array::zeros({1}, u8), {.value = -1}); },
              ThrowsMessage<ValueError>(HasSubstr("u8 cannot hold the value -1")));
  EXPECT_THROW(pad(Array::zeros({2}), Array::zeros({1}), {.multiple_of = 0}), ValueError);
  EXPECT_THROW(pad(Array::zeros({2}), Array::zeros({1}), {.max_length = -1}), ValueError);
}

}  // namespace gradus::data::loader_order_test
