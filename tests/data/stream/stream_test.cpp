// Streams, and the loader over them: one table of adapters, each row giving what it says, skipping as if it had read, and the same in any
// number of workers.
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gradus/data/loader/stream_loader.h>
#include <gradus/data/stream/adapters.h>
#include <gradus/data/stream/lines.h>

#include "data/loader/numbers.h"

namespace gradus::data::stream_test {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;
using Values = std::vector<double>;

struct Up {
  int n;
  struct Reader {
    int at, n;
    std::optional<double> next() { return at < n ? std::optional<double>(at++) : std::nullopt; }
  };
  Reader open() const { return {0, n}; }
};
static_assert(Stream<Up> && !Dataset<Up> && !Stream<Numbers> && !Stream<int>);

struct Row {
  std::string name;
  std::function<Values(Pass, std::int64_t)> read;   // all but so many that are skipped
  Values expected;                                  // empty: of chance
  std::int64_t size;
};
template <Stream S>
Row row(std::string name, S stream, Values expected, std::int64_t size = -1) {
  const auto n = size >= 0 ? size : static_cast<std::int64_t>(expected.size());
  return {std::move(name), [stream](Pass pass, std::int64_t skipped) {
            auto reader = detail::open_stream(stream, pass);
            Values out;
            if (skip_samples(reader, skipped) == skipped)
              while (const auto sample = reader.next()) out.push_back(static_cast<double>(*sample));
            return out;
          }, std::move(expected), n};
}

std::vector<Row> table() {
  const auto noisy = [](double x, Generator& random) { return x + random.uniform() / 2; };
  const auto even = [](double x) { return static_cast<int>(x) % 2 == 0; };
  return {
      row("itself", Up{3}, {0, 1, 2}),
      row("map", map(Up{3}, [](double x) { return x * x; }), {0, 1, 4}),
      row("map of chance", map(map(Up{4}, noisy), noisy), {}, 4),
      row("filter", filter(Up{6}, even), {0, 2, 4}),
      row("take", take(Up{6}, 2), {0, 1}),
      row("take more than there is", take(Up{2}, 5), {0, 1}),
      row("take nothing", take(Up{2}, 0), {}, 0),
      row("shard", shard(Up{7}, 1, 3), {1, 4}),
      row("shard, the first", shard(Up{7}, 0, 3), {0, 3, 6}),
      row("shard of a few", shard(Up{1}, 2, 3), {}, 0),
      row("shuffle", shuffle(Up{20}, 5), {}, 20),
      row("shuffle all", shuffle(Up{20}, 100), {}, 20),
      row("shuffle by one", shuffle(Up{3}, 1), {0, 1, 2}),
      row("interleave", interleave(std::vector{Up{3}, Up{1}, Up{2}}), {0, 0, 0, 1, 1, 2}),
      row("interleave two at once", interleave(std::vector{Up{2}, Up{4}, Up{3}}, {.cycle = 2, .block = 2}), {0, 1, 0, 1, 0, 1, 2, 3, 2}),
      row("one behind the other", interleave(std::vector{Up{2}, Up{0}, Up{1}}, {.cycle = 1}), {0, 1, 0}),
      row("interleave none", interleave(std::vector<Up>()), {}, 0),
      row("streams in any order", interleave(std::vector{map(Up{1}, noisy), map(Up{9}, noisy)}, {.shuffle = true}), {}, 10),
      row("generate", generate([] { return [i = 0]() mutable { return i < 3 ? std::optional(i++) : std::nullopt; }; }), {0, 1, 2}),
      row("of a dataset", map(stream(Numbers{3}), [](const Tensor&, std::int64_t y) { return y; }), {0, 10, 20}),
  };
}

TEST(Streams, GiveWhatTheySayAndSkipAsIfTheyHadReadIt) {
  for (const Row& r : table()) {
    SCOPED_TRACE(r.name);
    const Pass pass{.seed = 3, .epoch = 1};
    const Values all = r.read(pass, 0);
    EXPECT_EQ(static_cast<std::int64_t>(all.size()), r.size);
    if (!r.expected.empty()) {
      EXPECT_EQ(all, r.expected);
    }
    for (std::int64_t n = 0; n <= r.size + 1; ++n) EXPECT_EQ(r.read(pass, n), Values(all.begin() + std::min(n, r.size), all.end())) << n;
    const std::set<Values> others{all, r.read({.seed = 3, .epoch = 2}, 0), r.read({.seed = 4, .epoch = 1}, 0)};
    EXPECT_EQ(others.size(), r.expected.empty() && r.size > 0 ? 3u : 1u);
  }
}

TEST(Streams, MapsDrawNumbersOfTheirOwn) {
  const auto draw = [](double, Generator& random) { return random.uniform(); };
  const auto both = map(map(Up{5}, [](double, Generator& random) { return std::pair(random.uniform(), 0.0); }),
                        [](double first, double, Generator& random) { return first == random.uniform(); });
  auto reader = both.open(Pass{});
  while (const auto same = reader.next()) EXPECT_FALSE(*same);
  const Values drawn = row("", map(Up{5}, draw), {}, 5).read({}, 0);
  EXPECT_EQ(std::set<double>(drawn.begin(), drawn.end()).size(), 5u);
  const Values of_two = row("", interleave(std::vector{map(Up{3}, draw), map(Up{3}, draw)}), {}, 6).read({}, 0);
  EXPECT_EQ(std::set<double>(of_two.begin(), of_two.end()).size(), 6u);
}

// All of 5 samples in the buffer: every one of 120 orders is as likely as any other; with a small buffer nobody comes too early.
TEST(Streams, ShuffleIsUniformAndBounded) {
  std::map<Values, int> orders;
  const Row five = row("", shuffle(Up{5}, 5), {}, 5), small = row("", shuffle(Up{60}, 7), {}, 60);
  for (std::uint64_t epoch = 0; epoch < 12'000; ++epoch) ++orders[five.read({.seed = 1, .epoch = epoch}, 0)];
  double chi = 0;
  for (const auto& [order, n] : orders) chi += (n - 100.0) * (n - 100.0) / 100;
  EXPECT_EQ(orders.size(), 120u);
  EXPECT_LT(chi, 172);   // 119 degrees of freedom: beyond it 1 in 1000
  const Values some = small.read({.seed = 5}, 0);
  for (std::size_t i = 0; i < some.size(); ++i) EXPECT_LE(some[i], static_cast<double>(i) + 6);
  EXPECT_EQ(std::set<double>(some.begin(), some.end()).size(), 60u);
}

template <class S>
std::vector<Values> batches_of(const S& stream, LoaderOptions options, std::uint64_t epoch = 0, std::int64_t first = 0) {
  DataLoader loader(stream, options);
  loader.set_epoch(epoch, first);
  std::vector<Values> out;
  for (const Tensor& batch : loader) out.push_back(batch.value().to_vector());
  return out;
}

TEST(StreamLoader, GivesTheSameBatchesForAnyNumberOfWorkers) {
  EXPECT_THAT(batches_of(Up{5}, {.batch_size = 2}), ElementsAre(ElementsAre(0, 1), ElementsAre(2, 3), ElementsAre(4)));
  EXPECT_THAT(batches_of(Up{5}, {.batch_size = 2, .drop_last = true, .workers = 1}), ElementsAre(ElementsAre(0, 1), ElementsAre(2, 3)));
  EXPECT_TRUE(batches_of(Up{0}, {.workers = 2}).empty());
  const auto noisy = shuffle(map(Up{103}, [](double x, Generator& random) { return x + random.uniform(); }), 10);
  const auto expected = batches_of(noisy, {.batch_size = 4, .seed = 3}), second = batches_of(noisy, {.batch_size = 4, .seed = 3}, 1);
  EXPECT_EQ(expected.size(), 26u);
  EXPECT_NE(second, expected);
  for (const int workers : {1, 2, 4})
    for (const std::int64_t first : {0, 1, 25, 26, 40}) {
      const auto rest = batches_of(noisy, {.batch_size = 4, .seed = 3, .workers = workers}, 1, first);
      const std::vector<Values> expected_rest(second.begin() + std::min<std::int64_t>(first, 26), second.end());
      EXPECT_EQ(rest, expected_rest) << workers << " from " << first;
    }
}

// Parts of 0, 5, 12 and 3 samples in batches of 2: of one part each, in turns, whoever reads them; and from every place on.
TEST(StreamLoader, PartsAreReadByAllWorkersInOneOrder) {
  const std::vector<Up> parts{{0}, {5}, {12}, {3}};
  const auto noisy = [](double x, Generator& random) { return x + random.uniform() / 2; };
  const auto stream = parallel(parts, [&](const Up& part) { return map(part, noisy); });
  const auto epoch = [&](const LoaderOptions& options, std::uint64_t number, std::int64_t first) {
    DataLoader loader(stream, options);
    loader.set_epoch(number, first);
    std::vector<Values> batches;
    for (const Tensor& batch : loader) batches.push_back(batch.value().to_vector());
    return batches;
  };
  const LoaderOptions one{.batch_size = 2, .seed = 5};
  const auto expected = epoch(one, 1, 0);
  std::vector<Values> floors;
  for (Values batch : expected) {
    for (double& x : batch) x = std::floor(x);
    floors.push_back(batch);
  }
  EXPECT_THAT(floors, ElementsAre(Values{0, 1}, Values{0, 1}, Values{0, 1}, Values{2, 3}, Values{2, 3}, Values{2}, Values{4}, Values{4, 5},
                                  Values{6, 7}, Values{8, 9}, Values{10, 11}));
  EXPECT_NE(expected[0], expected[1]);                              // each part draws numbers of its own
  for (const int workers : {1, 2, 3, 5}) EXPECT_EQ(epoch({.batch_size = 2, .seed = 5, .workers = workers}, 1, 0), expected) << workers;
  EXPECT_EQ(epoch({.batch_size = 2, .seed = 5, .drop_last = true, .workers = 2}, 1, 0).size(), 9u);
  for (std::size_t stop = 1; stop <= expected.size(); ++stop) {     // a loop that is left, and another loader that goes on
    DataLoader loader(stream, {.batch_size = 2, .seed = 5, .workers = 2});
    loader.set_epoch(1);
    std::size_t seen = 0;
    for ([[maybe_unused]] const Tensor& batch : loader)
      if (++seen == stop) {
        DataLoader other(stream, {.batch_size = 2, .workers = 3});
        other.load_state(loader.state());
        std::vector<Values> rest;
        for (const Tensor& next : other) rest.push_back(next.value().to_vector());
        EXPECT_EQ(rest, std::vector<Values>(expected.begin() + static_cast<std::ptrdiff_t>(stop), expected.end())) << stop;
        break;
      }
  }
  EXPECT_THROW(parallel(std::vector<Up>{}), ValueError);
  const auto broken = parallel(std::vector<int>{3, 4}, [](int n) {
    return map(Up{n}, [n](double x) { return n == 4 && x == 3 ? throw ValueError("no such thing") : x; });
  });
  for (const int workers : {0, 2})
    EXPECT_THAT([&] { for ([[maybe_unused]] const Tensor& batch : DataLoader(broken, {.batch_size = 2, .workers = workers})) {} },
                ThrowsMessage<ValueError>(HasSubstr("DataLoader: sample 3 of part 1 of the stream: no such thing")));
}

TEST(StreamLoader, StateGoesOnWhereItWas) {
  const auto stream = shuffle(Up{20}, 6);
  for (int until = 1; until <= 7; ++until) {
    DataLoader whole(stream, {.batch_size = 3, .seed = 5, .workers = until % 3}), resumed(stream, {.batch_size = 3});
    std::vector<Values> rest, again;
    int seen = 0;
    for (int epoch = 0; epoch < 2; ++epoch)
      for (const Tensor& batch : whole) {
        if (seen++ >= until) rest.push_back(batch.value().to_vector());
        if (seen == until) resumed.load_state(whole.state());
      }
    for (int epoch = 0; epoch < 2; ++epoch)
      for (const Tensor& batch : resumed) again.push_back(batch.value().to_vector());
    EXPECT_EQ(again, rest) << until;
    EXPECT_EQ(resumed.epoch(), 2u);
  }
  DataLoader loader(Up{3}, {.batch_size = 2}), other(Up{3}, {.batch_size = 3});
  EXPECT_THROW(loader.load_state(other.state()), ValueError);
  EXPECT_THAT([] { DataLoader(Up{3}, {.shuffle = true}); }, ThrowsMessage<ValueError>(HasSubstr("goes with no stream")));
}

std::ptrdiff_t threads_of_this_process() {
  std::error_code nowhere;
  return std::distance(std::filesystem::directory_iterator("/proc/self/task", nowhere), std::filesystem::directory_iterator());
}

// Who reads faster than the loop computes waits: no more is read than the ring holds, and what the loop is at.
TEST(StreamLoader, ReadsAheadAndNoFurther) {
  std::atomic<int> made{0};
  DataLoader loader(map(Up{60}, [&made](double x) { return ++made, x; }), {.batch_size = 2, .workers = 2, .prefetch = 3});
  int taken = 0;
  for ([[maybe_unused]] const Tensor& x : loader) {
    std::this_thread::sleep_for(std::chrono::microseconds(200));
    EXPECT_LE(made.load(), 2 * (taken++ + 6));
  }
  EXPECT_EQ(made.load(), 60);
}

// Leaving early, errors and waiting workers leave no thread and no sample behind.
TEST(StreamLoader, EndsCleanlyAndNamesTheSample) {
  const auto alive = std::make_shared<int>(0);
  const auto threads = threads_of_this_process();
  for (const int workers : {0, 1, 3}) {
    const auto failing = map(Up{100}, [alive](double x) { return check<FileError>(x < 30, "torn"), x; });
    DataLoader loader(failing, {.batch_size = 4, .workers = workers});
    for (int round = 0; round < 30; ++round) {
      int batches = 0;
      const auto loop = [&] {
        for ([[maybe_unused]] const Tensor& batch : loader)
          if (++batches > round % 9) break;
      };
      if (round % 9 < 7) EXPECT_NO_THROW(loop());
      else EXPECT_THAT(loop, ThrowsMessage<FileError>("DataLoader: sample 30 of the stream: torn"));
    }
    loader.begin();   // thrown away at once
    auto copy = loader;
    EXPECT_EQ((*copy.begin()).size(), 4);
  }
  EXPECT_EQ(alive.use_count(), 1) << "a loader is gone, and so is what it held";
  EXPECT_EQ(threads_of_this_process(), threads);
  const auto refusing = generate([]() -> std::function<std::optional<int>()> { fail<FileError>("no such file"); });
  DataLoader never(refusing, {.workers = 1});
  for (int twice = 0; twice < 2; ++twice) EXPECT_THAT([&] { never.begin(); }, ThrowsMessage<FileError>("no such file"));
}

std::string written(const std::string& name, const std::string& bytes) {
  const auto path = std::filesystem::temp_directory_path() / ("gradus_lines_" + std::to_string(::getpid()) + name);
  std::ofstream(path, std::ios::binary) << bytes;
  return path.string();
}

TEST(Lines, OfTextFiles) {
  using Texts = std::vector<std::string>;
  const auto read = [](const std::string& bytes, LinesOptions options = {}) {
    const std::string file = written("a", bytes);
    Texts out;
    auto reader = lines(file, options).open();
    while (auto line = reader.next()) out.push_back(*line);
    std::filesystem::remove(file);
    return out;
  };
  EXPECT_EQ(read(""), Texts());
  EXPECT_EQ(read("\n"), Texts({""}));
  EXPECT_EQ(read("\xef\xbb\xbf" "a\r\nb\n\nc"), Texts({"a", "b", "", "c"}));
  EXPECT_EQ(read("a\rb\r"), Texts({"a\rb\r"}));
  EXPECT_EQ(read("\xef\xbb\xbf"), Texts());
  const std::string wide(200'000, 'x');
  EXPECT_EQ(read(wide + "\r\n" + wide), Texts({wide, wide}));
  EXPECT_THAT([&] { read("ab\n" + wide, {.max_bytes = 1000}); }, ThrowsMessage<FileError>(HasSubstr("line 2 has more than 1000 bytes")));
  EXPECT_EQ(read(std::string(1000, 'x'), {.max_bytes = 1000}).size(), 1u);
  EXPECT_THROW(lines("x", {.max_bytes = 0}), ValueError);
  EXPECT_THROW(lines("/nowhere/at/all").open(), FileError);
  const std::string one = written("1", "a\nb\nc\n"), two = written("2", "d\n");
  DataLoader loader(interleave(std::vector{lines(one), lines(two)}), {.batch_size = 3, .workers = 1});
  std::vector<Texts> batches;
  for (const Texts& texts : loader) batches.push_back(texts);
  EXPECT_THAT(batches, ElementsAre(Texts({"a", "d", "b"}), Texts({"c"})));
  auto reader = lines(one).open();
  EXPECT_EQ(skip_samples(reader, 2), 2);
  EXPECT_EQ(*reader.next(), "c");
  EXPECT_EQ(reader.line(), 3);
  EXPECT_EQ(skip_samples(reader, 2), 0);
  std::filesystem::remove(one), std::filesystem::remove(two);
}

}  // namespace gradus::data::stream_test
