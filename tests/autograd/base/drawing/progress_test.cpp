#include <gradus/autograd/base/drawing/progress.h>

#include <algorithm>
#include <list>
#include <sstream>
#include <stdexcept>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gradus/data/dataset/tensor_dataset.h>
#include <gradus/data/loader/loader.h>

namespace gradus::drawing::progress_test {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::SizeIs;

std::vector<std::string> pieces(const std::string& all, char separator) {
  std::vector<std::string> out;
  std::istringstream in(all);
  for (std::string piece; std::getline(in, piece, separator);) out.push_back(piece);
  return out;
}

struct Recorded {
  std::ostringstream out;
  ProgressOptions pipe() { return {.out = &out}; }
  ProgressOptions terminal(int width = 80, double interval = 0) {
    return {.out = &out, .terminal = true, .width = width, .interval = interval};
  }
  std::vector<std::string> lines() const { return pieces(out.str(), '\n'); }
  std::vector<std::string> drawings() const {   // what the terminal showed, one after the other
    auto all = pieces(out.str(), '\r');
    all.erase(all.begin());
    for (std::string& s : all) s.resize(s.find("\x1b[K"));
    return all;
  }
};

TEST(Progress, WritesAFewPlainLinesIntoAPipe) {
  Recorded r;
  const std::vector<int> steps(100);
  auto bar = progress(steps, r.pipe(), "epoch ", 3);
  int n = 0;
  for ([[maybe_unused]] const int step : bar) bar.note("loss", 1.0 / ++n);
  ASSERT_THAT(r.lines(), SizeIs(4));
  EXPECT_THAT(r.lines()[0], MatchesRegex("epoch 3  25% 25/100  [0-9.]+[kM]? steps/s  0:0[0-9] left  loss 0\\.04"));
  EXPECT_THAT(r.lines()[1], HasSubstr(" 50% 50/100"));
  EXPECT_THAT(r.lines()[2], HasSubstr(" 75% 75/100"));
  EXPECT_THAT(r.lines()[3], MatchesRegex("epoch 3 100% 100/100  [0-9.]+[kM]? steps/s  in [0-9.]+ s  loss 0\\.01"));
  EXPECT_THAT(r.out.str(), AllOf(Not(HasSubstr("\r")), Not(HasSubstr("\x1b")), EndsWith("\n")));
}

TEST(Progress, IsNotSilentForLongInAPipe) {
  Recorded r;
  ProgressOptions options = r.pipe();
  EXPECT_LE(options.silence, 60);
  options.silence = 0;   // every step takes longer than that
  ProgressBar bar("slow", options);
  bar.start(1000);
  EXPECT_THAT(r.lines(), SizeIs(0));
  for (int step = 1; step <= 3; ++step) {
    bar.step();
    ASSERT_THAT(r.lines(), SizeIs(static_cast<std::size_t>(step)));
    EXPECT_THAT(r.lines().back(), HasSubstr(" 0% " + std::to_string(step) + "/1000"));
  }
  options.silence = 3600;
  ProgressBar fast("fast", options);
  fast.start(1000);
  for (int step = 1; step <= 3; ++step) fast.step();
  EXPECT_THAT(r.lines(), SizeIs(3));
}

TEST(Progress, ShortLoopsHaveFewerLines) {
  for (const auto& [steps, lines] : {std::pair(0, 1), {1, 1}, {2, 2}, {3, 3}, {5, 4}}) {
    Recorded r;
    for ([[maybe_unused]] const int x : progress(std::list<int>(static_cast<std::size_t>(steps)), r.pipe(), "x")) {}
    EXPECT_THAT(r.lines(), SizeIs(static_cast<std::size_t>(lines))) << steps;
    EXPECT_THAT(r.lines().back(), HasSubstr("100%"));
  }
}

TEST(Progress, RedrawsInPlaceOnATerminal) {
  Recorded r;
  const std::vector<int> steps(20);
  auto bar = progress(steps, r.terminal(), "fit");
  for ([[maybe_unused]] const int step : bar) bar.note("loss", "low");
  const auto drawings = r.drawings();
  ASSERT_THAT(drawings, SizeIs(21));
  EXPECT_THAT(drawings.front(), MatchesRegex("fit   0% \\[> +\\] 0/20"));
  EXPECT_THAT(drawings[10], MatchesRegex("fit  50% \\[=+> +\\] 10/20  [0-9.]+[kM]? steps/s  0:0[0-9] left  loss low"));
  EXPECT_THAT(drawings.back(), MatchesRegex("fit 100% \\[=+\\] 20/20  [0-9.]+[kM]? steps/s  in [0-9.]+ s  loss low"));
  for (const std::string& d : drawings) EXPECT_LE(d.size(), 79u) << d;
  EXPECT_THAT(r.out.str(), EndsWith("\x1b[K\n"));
  EXPECT_THAT(r.lines(), SizeIs(1));
}

TEST(Progress, DrawsRarely) {
  Recorded r;
  for ([[maybe_unused]] const int step : progress(std::vector<int>(100'000), r.terminal(80, 3600))) {}
  EXPECT_THAT(r.drawings(), SizeIs(2));   // the first and the last
}

TEST(Progress, FitsNarrowTerminals) {
  for (int width = 1; width < 100; ++width) {
    Recorded r;
    const std::vector<int> steps(3);
    auto bar = progress(steps, r.terminal(width), "époque ", 12);
    for ([[maybe_unused]] const int step : bar) bar.note("loss", 0.25);
    for (const std::string& d : r.drawings()) {
      const auto columns = std::ranges::count_if(d, [](char c) { return (c & 0xC0) != 0x80; });
      EXPECT_LE(columns, width - 1) << d;
      EXPECT_TRUE(width == 1 || d.starts_with("é")) << width;
      EXPECT_EQ(d.find('%') != d.npos, width > 6) << width;   // of a label that is too long the end goes, not the number behind it
    }
  }
}

TEST(Progress, TellsWhereALoopStopped) {
  Recorded broken, thrown;
  for (const int step : progress(std::vector<int>{1, 2, 3, 4, 5, 6, 7, 8}, broken.pipe(), "b"))
    if (step == 4) break;
  EXPECT_THAT(broken.lines().back(), MatchesRegex("b  37% 3/8 .* stopped after [0-9.]+ s"));
  const std::vector<int> steps(8);
  auto bar = progress(steps, thrown.terminal(), "t");
  EXPECT_THROW(for ([[maybe_unused]] const int step : bar) throw std::runtime_error("no"), std::runtime_error);
  EXPECT_THAT(thrown.out.str(), EndsWith("\x1b[K\n"));   // though the bar is still there
  EXPECT_THAT(thrown.drawings().back(), HasSubstr("0/8  stopped after 0.0 s"));
}

TEST(Progress, CanRunAgain) {
  Recorded r;
  const std::vector<int> steps(4);
  auto bar = progress(steps, r.pipe(), "again");
  for (int epoch = 0; epoch < 2; ++epoch)
    for ([[maybe_unused]] const int step : bar) {}
  EXPECT_THAT(r.lines(), SizeIs(8));
}

TEST(Progress, CountsALoadersSamples) {
  Recorded r;
  data::DataLoader loader(data::TensorDataset(Array::zeros({100, 2}), Array::zeros({100}, i64)), {.batch_size = 8, .workers = 1});
  std::int64_t seen = 0;
  for (auto [x, y] : progress(loader, r.pipe(), "epoch ", 0)) seen += y.size();
  EXPECT_EQ(seen, 100);
  EXPECT_THAT(r.lines().back(), MatchesRegex("epoch 0 100% 13/13  [0-9.]+[kM]? samples/s  in [0-9.]+ s"));
}

TEST(Progress, GivesTheElementsThemselves) {
  Recorded r;
  std::vector<int> values{1, 2, 3};
  for (int& value : progress(values, r.pipe())) value *= 2;
  EXPECT_THAT(values, ::testing::ElementsAreArray({2, 4, 6}));
}

TEST(Progress, DropsWholePiecesWhereATerminalIsNarrow) {
  const std::string notes = "loss 0.3412  accuracy 0.91  lr 0.00.";
  const std::pair<int, std::string> narrow[] = {{90, "epoch 3  50% \\[=+> +\\] 1/2 .* steps/s  0:0. left  " + notes},
                                                {66, "epoch 3  50% 1/2  0:0. left  " + notes},
                                                {41, "epoch 3  50%  0:0. left  loss 0.3412"},
                                                {25, "epoch 3  50%  0:0. left"},
                                                {21, "epoch 3  50%"},
                                                {9, "epo  50%"}};
  for (const auto& [width, expected] : narrow) {
    Recorded r;
    ProgressBar bar("epoch 3", r.terminal(width, 0));
    bar.start(2);
    bar.note("loss", 0.3412);
    bar.note("accuracy", 0.91);
    bar.note("lr", 0.001);
    bar.step();
    EXPECT_THAT(r.drawings().back(), MatchesRegex(expected)) << width;
  }
}

// A terminal of a few lines: what stands there in the end.
TEST(Progress, NestedBarsHaveALineEach) {
  Recorded r;
  std::vector<std::string> during;
  const auto screen = [&] {
    std::vector<std::string> lines(1);
    std::size_t row = 0;
    const std::string all = r.out.str();
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (all.compare(i, 3, "\x1b[A") == 0) --row, i += 2;
      else if (all.compare(i, 3, "\x1b[K") == 0) i += 2;
      else if (all[i] == '\r') lines[row].clear();
      else if (all[i] == '\n') lines.resize(std::max(lines.size(), ++row + 1));
      else lines[row] += all[i];
    }
    return lines;
  };
  const std::vector<int> epochs(2), batches(3);
  auto outer = progress(epochs, r.terminal(), "epochs");
  for ([[maybe_unused]] const int epoch : outer) {
    auto inner = progress(batches, r.terminal(), "batches");
    for ([[maybe_unused]] const int batch : inner) during = screen();
    outer.note("loss", 0.5);
  }
  ASSERT_THAT(during, SizeIs(2));
  EXPECT_THAT(during[0], HasSubstr("epochs  50%"));
  EXPECT_THAT(during[1], HasSubstr("batches  66%"));
  const auto lines = screen();
  EXPECT_THAT(lines[0], AllOf(HasSubstr("epochs 100%"), HasSubstr("loss 0.5")));
  EXPECT_THAT(lines[1], ::testing::IsEmpty());
}

TEST(ProgressBar, ServesOtherLoops) {
  Recorded r;
  ProgressBar bar("steps", r.pipe());
  bar.step();   // before the start: nothing
  bar.start(2, 2'000'000);
  bar.step();
  bar.note("loss", 12345.678);
  bar.step();
  bar.step();
  bar.finish();
  ASSERT_THAT(r.lines(), SizeIs(2));
  EXPECT_THAT(r.lines()[1], AllOf(HasSubstr("samples/s"), EndsWith("loss 1.235e+04")));
}

}  // namespace gradus::drawing::progress_test
