// The laws of synthetic problems, by their formulas.
#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gradus/data/sets/sequences.h>
#include <gradus/data/sets/synthetic.h>

namespace gradus::data::problems_test {

using Set = TensorDataset<2>;
constexpr double pi = 3.14159265358979323846;

// visit(row of x, y) for each sample.
template <class F>
void each(const Set& set, F visit) {
  const auto x = set.tensor(0).value().to_vector(), y = set.tensor(1).value().to_vector();
  const std::size_t width = x.size() / y.size();
  for (std::size_t i = 0; i < y.size(); ++i) visit(std::span(x.data() + i * width, width), y[i]);
}
using Row = std::span<const double>;

TEST(SyntheticProblems, PointsLieWhereTheirClassSays) {
  each(circles(300, {.noise = 0, .factor = 0.3}), [](Row x, double y) { EXPECT_NEAR(std::hypot(x[0], x[1]), y == 0 ? 1 : 0.3, 1e-6); });
  each(exclusive_or(300), [](Row x, double y) { EXPECT_EQ(y, (x[0] < 0) != (x[1] < 0)); });
  each(checkerboard(300, {.cells = 3}),
       [](Row x, double y) { EXPECT_EQ(y, (static_cast<int>(x[0] * 3) + static_cast<int>(x[1] * 3)) % 2); });
  each(spirals(300, {.arms = 4, .turns = 0.5, .noise = 0}), [](Row x, double y) {
    const double angle = pi * std::hypot(x[0], x[1]) + pi / 2 * y;
    EXPECT_NEAR(std::atan2(x[1] * std::cos(angle) - x[0] * std::sin(angle), x[0] * std::cos(angle) + x[1] * std::sin(angle)), 0, 1e-4);
  });
  std::map<double, int> count;
  std::map<double, std::pair<double, double>> radii;
  each(gaussian_quantiles(301, {.classes = 3, .features = 4, .deviation = 2}), [&](Row x, double y) {
    double square = 0;
    for (const double v : x) square += v * v;
    if (count[y]++ == 0) radii[y] = {square, square};
    radii[y] = {std::min(radii[y].first, square), std::max(radii[y].second, square)};
  });
  EXPECT_THAT(count, testing::ElementsAre(testing::Pair(0, 100), testing::Pair(1, 100), testing::Pair(2, 101)));
  EXPECT_LT(radii[0].second, radii[1].first);
  EXPECT_LT(radii[1].second, radii[2].first);
  EXPECT_EQ(gaussian_quantiles(2).tensor(1).value().to_vector(), (std::vector<double>{2, 2}));  // fewer points than classes
}

TEST(SyntheticProblems, BlobsAreNormalAroundTheirCentres) {
  std::map<double, std::vector<std::array<double, 3>>> of;
  each(blobs(6000, {.centres = 2, .features = 3, .deviation = 0.5, .low = -1, .high = 1}),
       [&](Row x, double y) { of[y].push_back({x[0], x[1], x[2]}); });
  ASSERT_EQ(of.size(), 2u);
  for (const auto& [label, points] : of)
    for (std::size_t k = 0; k < 3; ++k) {
      double sum = 0, squares = 0;
      for (const auto& p : points) sum += p[k], squares += p[k] * p[k];
      const double mean = sum / 3000;
      EXPECT_TRUE(mean > -1.1 && mean < 1.1);
      EXPECT_NEAR(std::sqrt(squares / 3000 - mean * mean), 0.5, 0.03);
    }
}

TEST(SyntheticProblems, ClassificationHasTheFeaturesAskedFor) {
  const ClassificationOptions options{
      .features = 9, .informative = 3, .redundant = 2, .repeated = 2, .classes = 4, .separation = 5, .flipped = 0};
  const Set set = classification(4000, options);
  std::map<std::vector<bool>, std::map<double, int>> corners;  // by the signs of the informative features
  double noise = 0;
  each(set, [&](Row x, double y) {
    ++corners[{x[0] > 0, x[1] > 0, x[2] > 0}][y];
    noise += x[7] * x[7] / 4000;
    for (const std::size_t k : {5u, 6u}) EXPECT_TRUE(std::any_of(x.begin(), x.begin() + 5, [&](double v) { return v == x[k]; }));
  });
  EXPECT_NEAR(noise, 1, 0.08);
  ASSERT_EQ(corners.size(), 8u);
  for (const auto& [corner, labels] : corners) {  // a class each, but for points that strayed
    int most = 0, all = 0;
    for (const auto& [label, n] : labels) most = std::max(most, n), all += n;
    EXPECT_GT(most, 0.9 * all);
    EXPECT_NEAR(all, 500, 120);
  }
  ClassificationOptions flips = options;
  flips.flipped = 0.5;
  int changed = 0;
  const auto a = set.tensor(1).value().to_vector(), b = classification(4000, flips).tensor(1).value().to_vector();
  for (std::size_t i = 0; i < a.size(); ++i) changed += a[i] != b[i];
  EXPECT_NEAR(changed, 4000 * 0.5 * 0.75, 150);
}

TEST(SyntheticProblems, NumbersFollowTheirFormulas) {
  const RegressionOptions options{.features = 5, .informative = 2, .targets = 1, .bias = 3, .seed = 4};
  const auto c = regression_coefficients(options).value().to_vector();
  EXPECT_THAT((std::vector(c.begin() + 2, c.end())), testing::Each(0));
  EXPECT_NE(c[0], c[1]);
  each(regression(100, options), [&](Row x, double y) { EXPECT_NEAR(y, 3 + c[0] * x[0] + c[1] * x[1], 1e-4 * (1 + std::abs(y))); });
  each(friedman1(100, {.features = 7}), [](Row x, double y) {
    ASSERT_EQ(x.size(), 7u);
    EXPECT_NEAR(y, 10 * std::sin(pi * x[0] * x[1]) + 20 * (x[2] - 0.5) * (x[2] - 0.5) + 10 * x[3] + 5 * x[4], 1e-4);
  });
  each(friedman2(100), [](Row x, double y) {
    const double z = x[1] * x[2] - 1 / (x[1] * x[3]);
    EXPECT_NEAR(y, std::sqrt(x[0] * x[0] + z * z), 1e-3);
    EXPECT_TRUE(x[0] >= 0 && x[0] < 100 && x[1] > 40 * pi - 1 && x[1] < 560 * pi + 1 && x[2] >= 0 && x[2] <= 1 && x[3] >= 1 && x[3] <= 11);
  });
  each(friedman3(100), [](Row x, double y) { EXPECT_NEAR(y, std::atan((x[1] * x[2] - 1 / (x[1] * x[3])) / x[0]), 1e-4); });
  each(s_curve(100), [](Row x, double t) {
    EXPECT_NEAR(x[0], std::sin(t), 1e-5);
    EXPECT_NEAR(x[2], (t < 0 ? -1 : 1) * (std::cos(t) - 1), 1e-5);
    EXPECT_TRUE(x[1] >= 0 && x[1] < 2 && std::abs(t) <= 1.5 * pi + 1e-5);
  });
  each(swiss_roll(100), [](Row x, double t) {
    EXPECT_NEAR(std::hypot(x[0], x[2]), t, 1e-4);
    EXPECT_NEAR(x[0], t * std::cos(t), 1e-4);
    EXPECT_TRUE(x[1] >= 0 && x[1] < 21);
  });
  double squares = 0;
  const auto plain = friedman1(3000).tensor(1).value().to_vector(), noisy = friedman1(3000, {.noise = 2}).tensor(1).value().to_vector();
  each(s_curve(3000, {.noise = 0.2}), [&](Row x, double t) { squares += (x[0] - std::sin(t)) * (x[0] - std::sin(t)) / 3000; });
  EXPECT_NEAR(std::sqrt(squares), 0.2, 0.01);
  EXPECT_NE(plain, noisy);
}

TEST(SyntheticProblems, SequencesAreWhatTheySay) {
  const Set waves = sines(5, {.length = 20, .lowest = 0.05, .highest = 0.05});
  const Array x = waves.tensor(0).value(), y = waves.tensor(1).value();
  EXPECT_EQ(x.shape(), (Shape{5, 20, 1}));
  for (std::int64_t t = 0; t + 2 < 20; ++t) {
    EXPECT_EQ(y.at({2, t, 0}), x.at({2, t + 1, 0}));
    EXPECT_NEAR(x.at({2, t, 0}) + x.at({2, t + 2, 0}), 2 * std::cos(2 * pi * 0.05) * x.at({2, t + 1, 0}), 1e-5);  // a frequency of 0.05
  }
  const Set copies = copying(4, {.length = 3, .symbols = 5, .pause = 2});
  for (std::int64_t i = 0; i < 4; ++i) {
    const auto heard = copies.tensor(0).value().slice(0, i, i + 1).to_vector(),
               said = copies.tensor(1).value().slice(0, i, i + 1).to_vector();
    ASSERT_EQ(heard.size(), 8u);
    EXPECT_THAT(std::vector(heard.begin(), heard.begin() + 3), testing::Each(testing::AllOf(testing::Ge(1), testing::Le(5))));
    EXPECT_EQ(std::vector(heard.begin() + 3, heard.end()), (std::vector<double>{0, 6, 0, 0, 0}));
    EXPECT_EQ(std::vector(said.begin(), said.begin() + 5), std::vector<double>(5, 0));
    EXPECT_EQ(std::vector(said.begin() + 5, said.end()), std::vector(heard.begin(), heard.begin() + 3));
  }
  const TextPairs sums = addition(200, {.digits = 18}), back = addition(200, {.digits = 18, .reversed = true});
  std::set<std::size_t> lengths;
  for (std::int64_t i = 0; i < 200; ++i) {
    const auto [question, answer] = sums.get(i);
    const std::size_t plus = question.find('+');
    lengths.insert(plus);
    EXPECT_EQ(std::stoll(question.substr(0, plus)) + std::stoll(question.substr(plus + 1)), std::stoll(answer));
    EXPECT_EQ(question.back(), '=');
    const std::string turned = std::get<1>(back.get(i));
    EXPECT_EQ(std::string(turned.rbegin(), turned.rend()), answer);
  }
  EXPECT_EQ(lengths.size(), 18u);
}

TEST(SyntheticProblems, HangFromTheSeedAndBeginAlike) {
  const std::map<std::string, std::function<Set(std::int64_t, std::uint64_t)>> all{
      {"spirals", [](auto n, auto seed) { return spirals(n, {.seed = seed}); }},
      {"circles", [](auto n, auto seed) { return circles(n, {.seed = seed}); }},
      {"blobs", [](auto n, auto seed) { return blobs(n, {.seed = seed}); }},
      {"exclusive_or", [](auto n, auto seed) { return exclusive_or(n, {.seed = seed}); }},
      {"checkerboard", [](auto n, auto seed) { return checkerboard(n, {.noise = 0.1, .seed = seed}); }},
      {"gaussian_quantiles", [](auto n, auto seed) { return gaussian_quantiles(n, {.seed = seed}); }},
      {"classification", [](auto n, auto seed) { return classification(n, {.seed = seed}); }},
      {"regression", [](auto n, auto seed) { return regression(n, {.seed = seed}); }},
      {"friedman1", [](auto n, auto seed) { return friedman1(n, {.seed = seed}); }},
      {"friedman2", [](auto n, auto seed) { return friedman2(n, {.seed = seed}); }},
      {"friedman3", [](auto n, auto seed) { return friedman3(n, {.seed = seed}); }},
      {"s_curve", [](auto n, auto seed) { return s_curve(n, {.seed = seed}); }},
      {"swiss_roll", [](auto n, auto seed) { return swiss_roll(n, {.seed = seed}); }},
      {"sines", [](auto n, auto seed) { return sines(n, {.seed = seed}); }},
      {"copying", [](auto n, auto seed) { return copying(n, {.seed = seed}); }},
  };
  for (const auto& [name, make] : all) {
    const auto x = [&](std::int64_t n, std::uint64_t seed) { return make(n, seed).tensor(0).value().to_vector(); };
    const auto five = x(5, 1), eight = x(8, 1);
    EXPECT_EQ(x(5, 1), five) << name;
    EXPECT_NE(x(5, 2), five) << name;
    EXPECT_TRUE(std::equal(five.begin(), five.end(), eight.begin())) << name;
    EXPECT_EQ(make(0, 1).size(), 0) << name;
    try {
      make(-1, 1);
      ADD_FAILURE() << name;
    } catch (const ValueError& e) {
      EXPECT_THAT(e.what(), testing::HasSubstr(name + ": no number of samples: -1"));
    }
  }
  EXPECT_THROW(circles(1, {.factor = 1}), ValueError);
  EXPECT_THROW(blobs(1, {.low = 2, .high = 1}), ValueError);
  EXPECT_THROW(blobs(1, {.centres = 1 << 20, .features = 1 << 20}), ValueError);
  EXPECT_THROW(classification(1, {.features = 3}), ValueError);
  EXPECT_THROW(classification(1, {.classes = 3}), ValueError);  // 6 clusters, 4 corners
  EXPECT_THROW(friedman1(1, {.features = 4}), ValueError);
  EXPECT_THROW(addition(1, {.digits = 19}), ValueError);
  EXPECT_THROW(sines(1, {.lowest = 0.2}), ValueError);
}

}  // namespace gradus::data::problems_test
