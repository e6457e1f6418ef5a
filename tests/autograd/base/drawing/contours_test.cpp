// Contours on surfaces whose contours are known.
#include <algorithm>
#include <cmath>
#include <limits>

#include <support.h>

#include <gradus/autograd/base/drawing/contours.h>

namespace gradus::drawing::contours_test {

constexpr Window square{-2, 2, -2, 2};

std::vector<double> bowl(int n) {
  std::vector<double> out;
  for (int row = 0; row < n; ++row)
    for (int column = 0; column < n; ++column) {
      const double x = -2 + 4. * column / (n - 1), y = -2 + 4. * row / (n - 1);
      out.push_back(x * x + y * y);
    }
  return out;
}

double length(const Line& line) {
  double out = 0;
  for (std::size_t i = 1; i < line.size(); ++i) out += std::hypot(line[i].x - line[i - 1].x, line[i].y - line[i - 1].y);
  return out;
}

TEST(Contours, OfABowlAreCircles) {
  const std::vector<Line> lines = contours(bowl(81), 81, 81, square, 2.25);
  ASSERT_EQ(lines.size(), 1);
  for (const Point& p : lines[0]) EXPECT_NEAR(std::hypot(p.x, p.y), 1.5, 1e-3);
  EXPECT_NEAR(length(lines[0]), 2 * M_PI * 1.5, 0.01);
  EXPECT_EQ(lines[0].front().x, lines[0].back().x);
  EXPECT_EQ(lines[0].front().y, lines[0].back().y);
}

TEST(Contours, EndAtTheEdgeWhereTheyLeave) {
  const std::vector<Line> lines = contours(bowl(81), 81, 81, square, 6.25);      // a circle of radius 2.5: four arcs in the corners
  ASSERT_EQ(lines.size(), 4);
  for (const Line& line : lines)
    for (const Point& end : {line.front(), line.back()}) EXPECT_NEAR(std::max(std::abs(end.x), std::abs(end.y)), 2, 1e-12);
  EXPECT_TRUE(contours(bowl(81), 81, 81, square, 100).empty());
  EXPECT_TRUE(contours(bowl(81), 81, 81, square, -1).empty());
}

TEST(Contours, OfASaddleGoWhereItsMiddleSays) {
  const std::vector<double> cell{1, 0, 0, 1};                                      // high at two opposite corners
  const std::vector<Line> low = contours(cell, 2, 2, {0, 1, 0, 1}, 0.25), high = contours(cell, 2, 2, {0, 1, 0, 1}, 0.75);
  ASSERT_EQ(low.size(), 2);
  ASSERT_EQ(high.size(), 2);
  for (const Line& line : low) EXPECT_NEAR(length(line), 0.25 * std::sqrt(2), 1e-12);    // around the low corners, the middle is above
  for (const Line& line : high) EXPECT_NEAR(length(line), 0.25 * std::sqrt(2), 1e-12);   // around the high ones
  const auto near_low = [](const Point& p) { return std::abs(p.x + p.y - 1) > 0.7; };    // corners (1, 0) and (0, 1) lie on x + y = 1
  for (const Line& line : low)
    for (const Point& p : line) EXPECT_FALSE(near_low(p));
  for (const Line& line : high)
    for (const Point& p : line) EXPECT_TRUE(near_low(p));
}

TEST(Contours, KeepAwayFromWhatIsNoNumber) {
  std::vector<double> values = bowl(21);
  values[10 * 21 + 16] = std::numeric_limits<double>::quiet_NaN();
  values[3] = std::numeric_limits<double>::infinity();
  const std::vector<Line> lines = contours(values, 21, 21, square, 1.44);
  ASSERT_EQ(lines.size(), 1);                                                      // open now
  EXPECT_NE(lines[0].front().y, lines[0].back().y);
  for (const Point& p : lines[0]) EXPECT_TRUE(std::isfinite(p.x) && std::isfinite(p.y));
  expect_error<ValueError>([&] { contours(values, 20, 21, square, 1); }, {"contours", "441"});
  expect_error<ValueError>([&] { contours({}, 1, 0, square, 1); }, {"contours"});
}

TEST(Contours, LevelsRiseWithinTheValues) {
  for (const bool log : {false, true}) {
    const std::vector<double> levels = contour_levels(bowl(41), 10, log);
    ASSERT_EQ(levels.size(), 10);
    EXPECT_GT(levels.front(), 0);
    EXPECT_LT(levels.back(), 8);
    for (std::size_t i = 2; i < 10; ++i) {
      const double a = levels[i - 2], b = levels[i - 1], c = levels[i];
      if (log) EXPECT_NEAR(c / b, b / a, 1e-9);
      else EXPECT_NEAR(c - b, b - a, 1e-9);
    }
  }
  EXPECT_LE(contour_levels(std::vector<double>(9, 5.), 10, true).size(), 1);
  EXPECT_TRUE(contour_levels(std::vector<double>(9, NAN), 10, false).empty());
}

TEST(Contours, SimplifiedStayWithinTheTolerance) {
  Line circle;
  for (int i = 0; i <= 1000; ++i) circle.push_back({std::cos(2 * M_PI * i / 1000), std::sin(2 * M_PI * i / 1000)});
  const Line few = simplified(circle, 0.01);
  EXPECT_LT(few.size(), 60);
  for (std::size_t i = 1; i < few.size(); ++i) {
    const double x = (few[i].x + few[i - 1].x) / 2, y = (few[i].y + few[i - 1].y) / 2;
    EXPECT_GE(std::hypot(x, y), 0.99 - 1e-12);
  }
  EXPECT_EQ(simplified({{0, 0}, {1, 0}, {2, 0}}, 0.1).size(), 2);
  EXPECT_EQ(simplified({{0, 0}, {1, 0.2}, {2, 0}}, 0.1).size(), 3);
}

}  // namespace gradus::drawing::contours_test
