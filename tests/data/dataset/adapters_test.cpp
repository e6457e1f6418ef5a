// Datasets made of datasets: one table, of which every row states size, samples, batches, errors, and that several threads may ask at once.
#include <atomic>
#include <functional>
#include <numeric>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/data/dataset/adapters.h>
#include <gradus/data/dataset/cache.h>
#include <gradus/data/dataset/concat.h>
#include <gradus/data/dataset/filter.h>
#include <gradus/data/dataset/map_batches.h>
#include <gradus/data/dataset/take.h>
#include <gradus/data/dataset/windows.h>
#include <gradus/data/dataset/zip.h>

#include "data/loader/numbers.h"

namespace gradus::data::adapters_test {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;
using Values = std::vector<double>;

double number(const Tensor& t) { return t.item(); }
double number(std::int64_t n) { return static_cast<double>(n); }

// A dataset whose samples are tuples, seen by their last members.
struct Row {
  std::string name;
  std::int64_t size;
  std::function<double(std::int64_t)> label;
  std::function<Values(std::span<const std::int64_t>)> batch;   // empty: it makes no batches
  Values expected;
};
template <class D>
Row row(std::string name, D dataset, Values expected) {
  constexpr auto last = std::tuple_size_v<SampleOf<D>> - 1;
  const auto label = [dataset](std::int64_t i) { return number(std::get<last>(dataset.get(i))); };
  Row out{std::move(name), dataset.size(), label, {}, std::move(expected)};
  if constexpr (BatchDataset<D>)
    out.batch = [dataset](std::span<const std::int64_t> i) { return std::get<last>(dataset.get_batch(i)).value().to_vector(); };
  return out;
}

std::vector<Row> table() {
  const auto ten = rows(10), three = rows(3), none = rows(0);
  const auto doubled = [](const Tensor& x, const Tensor& y) { return std::tuple(x, Tensor(y.value().to(f32)) * 2); };
  const auto same = [](const Tensor& x, const Tensor& y) { return std::tuple(x, y); };
  const auto drawing = [](std::tuple<Tensor, Tensor> s, Generator& random) {
    return std::tuple(std::get<0>(s), static_cast<std::int64_t>(random.below(1)));
  };
  const auto odd = [](const Tensor&, const Tensor& y) { return y.item<std::int64_t>() % 2 == 1; };
  const auto ramp = [](std::int64_t n) {
    std::vector<std::int64_t> values(static_cast<std::size_t>(n));
    sequential_order(values);
    return Tensor(Array::from(values, {n}));
  };
  return {
      row("map", map(three, doubled), {0, 2, 4}),
      row("map of a whole sample, with random numbers", map(three, drawing), {0, 0, 0}),
      row("map of numbers", map(take(Numbers{9}, 3), [](const Tensor& x, std::int64_t y) { return std::pair(x, y + 1); }), {1, 11, 21}),
      row("map_batches", map_batches(three, doubled), {0, 2, 4}),
      row("map_batches of a subset", map_batches(subset(ten, {9, 4}), doubled), {18, 8}),
      row("subset", subset(ten, {7, 3, 3}), {7, 3, 3}),
      row("filter", filter(ten, odd), {1, 3, 5, 7, 9}),
      row("filter of nothing", filter(none, odd), {}),
      row("take", take(ten, 3), {0, 1, 2}),
      row("take more than there is", take(three, 10), {0, 1, 2}),
      row("skip", skip(ten, 8), {8, 9}),
      row("skip all", skip(three, 4), {}),
      row("take, skipped", skip(take(ten, 5), 3), {3, 4}),
      row("repeat", repeat(three, 3), {0, 1, 2, 0, 1, 2, 0, 1, 2}),
      row("repeat nothing", repeat(none, 3), {}),
      row("repeat never", repeat(three, 0), {}),
      row("concat", concat(three, none, take(ten, 2), map_batches(three, same)), {0, 1, 2, 0, 1, 0, 1, 2}),
      row("concat of what makes no batches", concat(three, map(three, same)), {0, 1, 2, 0, 1, 2}),
      row("concat of a list", concat(std::vector{three, ten}), {0, 1, 2, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9}),
      row("zip", zip(three, skip(three, 0)), {0, 1, 2}),
      row("zip of numbers", zip(three, Numbers{3}), {0, 10, 20}),
      row("cache", cache(three), {0, 1, 2}),
      row("windows", Windows(ramp(7), {.length = 3}), {3, 4, 5, 6}),
      row("windows that step", Windows(ramp(9), {.length = 3, .stride = 2, .offset = 4}), {4, 6, 8}),
      row("windows of several series", Windows(ramp(10), {.length = 2}, std::vector<std::int64_t>{4, 2, 0, 4}), {2, 3, 8, 9}),
      row("no windows", Windows(ramp(2), {.length = 2}), {}),
  };
}

TEST(Adapters, EveryOneIsWhatItSays) {
  for (const Row& r : table()) {
    SCOPED_TRACE(r.name);
    ASSERT_EQ(r.size, static_cast<std::int64_t>(r.expected.size()));
    Values all;
    for (std::int64_t i = 0; i < r.size; ++i) all.push_back(r.label(i));
    EXPECT_EQ(all, r.expected);
    EXPECT_THROW(r.label(r.size), ValueError);
    EXPECT_THROW(r.label(-1), ValueError);
    if (r.batch) {
      EXPECT_EQ(r.batch({}), Values());
      std::vector<std::int64_t> mixed;             // backwards, each third twice
      Values expected;
      for (std::int64_t k = 2 * r.size; k-- > 0;)
        if (const auto i = k / 2; k % 2 || i % 3 == 0) mixed.push_back(i), expected.push_back(r.expected[static_cast<std::size_t>(i)]);
      EXPECT_EQ(r.batch(mixed), expected);
      mixed.push_back(r.size);
      EXPECT_THROW(r.batch(mixed), ValueError);
    }
    Values of_threads[2];
    std::vector<std::thread> threads;
    for (Values& values : of_threads)
      threads.emplace_back([&] {
        for (std::int64_t i = 0; i < r.size; ++i) values.push_back(r.label(i));
      });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(of_threads[0], r.expected);
    EXPECT_EQ(of_threads[1], r.expected);
  }
  int batches = 0;
  for (const Row& r : table()) batches += r.batch != nullptr;
  EXPECT_EQ(batches, 20) << "rows that make batches";
}

TEST(Adapters, NameWhatDoesNotFit) {
  const auto three = rows(3);
  EXPECT_THAT([&] { zip(three, rows(4)); }, ThrowsMessage<ValueError>(HasSubstr("datasets of different size: 3 and 4")));
  EXPECT_THAT([&] { take(three, -1); }, ThrowsMessage<ValueError>(HasSubstr("data::take: a number of samples must be at least 0, not -1")));
  EXPECT_THROW(skip(three, -1), ValueError);
  EXPECT_THAT([&] { repeat(three, -2); }, ThrowsMessage<ValueError>(HasSubstr("times must be at least 0, not -2")));
  EXPECT_THAT([&] { repeat(three, std::int64_t{1} << 62); }, ThrowsMessage<ValueError>(HasSubstr("are too many")));
  EXPECT_THAT([&] { filter(three, [](const Tensor&, const Tensor& y) -> bool { return check<ShapeError>(number(y) < 2, "two"), true; }); },
              ThrowsMessage<ShapeError>(HasSubstr("data::filter: sample 2: two")));
  const TensorDataset<1> narrow(Tensor(Array::full({2, 1}, 1))), wide(Tensor(Array::full({2, 2}, 1)));
  const TensorDataset<1> of_f64(Tensor(Array::full({2, 1}, 1, f64)));
  const std::int64_t both[] = {0, 2};
  EXPECT_THAT([&] { concat(narrow, wide).get_batch(both); }, ThrowsMessage<ShapeError>(HasSubstr("different shapes: [1, 1] and [1, 2]")));
  EXPECT_THROW(concat(narrow, of_f64).get_batch(both), DtypeError);
  const Tensor series = Array::full({5, 2}, 1);
  EXPECT_THAT([&] { Windows(series, {.length = 0}); }, ThrowsMessage<ValueError>(HasSubstr("Windows: length must be at least 1, not 0")));
  EXPECT_THAT([&] { Windows(series, {.offset = -1}); }, ThrowsMessage<ValueError>(HasSubstr("offset must be at least 0")));
  EXPECT_THAT([&] { Windows(series, {}, std::vector<std::int64_t>{2, 2}); },
              ThrowsMessage<ValueError>(HasSubstr("add up to 4, not to the 5")));
  EXPECT_THROW(Windows(series, {}, std::vector<std::int64_t>{2, 4}), ValueError);
  EXPECT_THROW(Windows(series, {.horizon = INT64_MAX}), ValueError);
  EXPECT_THROW(Windows(Tensor(Array::full({}, 1))), ShapeError);
  EXPECT_THROW(Windows(series, Tensor(Array::full({4}, 1))), ShapeError);
}

TEST(Windows, AreViewsOfInputsAndTargets) {
  std::vector<std::int64_t> values(12);
  std::iota(values.begin(), values.end(), 0);
  const Tensor series = Array::from(values, {6, 2});
  const Windows next(series, {.length = 2, .horizon = 2, .offset = 1});
  ASSERT_EQ(next.size(), 4);
  const auto [x, y] = next.get(3);
  EXPECT_THAT(x.value().to_vector(), ElementsAreArray({6, 7, 8, 9}));
  EXPECT_THAT(y.value().to_vector(), ElementsAreArray({8, 9, 10, 11}));
  const std::int64_t two[] = {3, 0};
  const auto [xs, ys] = next.get_batch(two);
  EXPECT_EQ(xs.shape(), (Shape{2, 2, 2}));
  EXPECT_THAT(ys.value().to_vector(), ElementsAreArray({8, 9, 10, 11, 2, 3, 4, 5}));
  const Windows inputs(series, {.length = 6, .horizon = 0});
  EXPECT_EQ(inputs.size(), 1);
  EXPECT_EQ(std::get<1>(inputs.get(0)).shape(), (Shape{0, 2}));
  const Windows other(series, Tensor(Array::from(std::vector<std::int64_t>{0, 1, 2, 3, 4, 5}, {6})), {.length = 2});
  EXPECT_THAT(std::get<1>(other.get(1)).value().to_vector(), ElementsAre(3));
}

// What is random in a cached sample is drawn once, whoever asks first, and does not go along with the epoch.
TEST(Cache, KeepsWhatWasDrawn) {
  std::atomic<int> made{0};
  const auto noisy = map(rows(4), [&made](const Tensor&, const Tensor& y, Generator& random) {
    if (++made == 1) fail<FileError>("not yet");
    return std::tuple(y, Tensor(Array::full({}, random.uniform(), f64)));
  });
  const auto kept = cache(noisy, 3), again = cache(noisy, 3), other = cache(noisy, 4);
  EXPECT_THROW(kept.get(2), FileError);
  const double first = number(std::get<1>(kept.get(2)));
  {
    const GeneratorScope elsewhere(Generator(99));
    EXPECT_EQ(number(std::get<1>(again.get(2))), first);
  }
  const int before = made;
  EXPECT_EQ(number(std::get<1>(kept.get(2))), first);
  EXPECT_EQ(made, before);
  EXPECT_NE(number(std::get<1>(kept.get(1))), first);
  EXPECT_NE(number(std::get<1>(other.get(2))), first);
}

}  // namespace gradus::data::adapters_test
