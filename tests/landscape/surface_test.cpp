// The surfaces: values, gradients and level places that are known from the literature or by hand.
#include <algorithm>
#include <cmath>

#include <gradus/autograd/creation.h>
#include <gradus/autograd/gradcheck.h>
#include <support.h>

#include "landscape/surface.h"
#include "landscape/waves.h"

namespace landscape::surface_test {

using gradus::expect_error, gradus::Tensor, gradus::ValueError;

const Surface& named(std::string_view name) { return find(surfaces(), name, "surface"); }

TEST(Surface, HasTheValuesOfItsFormula) {
  EXPECT_DOUBLE_EQ(Ground(named("ravine"), 9).loss({2, 3}), 0.5 * (4 + 9 * 9));
  EXPECT_DOUBLE_EQ(Ground(named("rosenbrock")).loss({-1.2, 1}), 24.2);
  EXPECT_NEAR(Ground(named("beale")).loss({0, 0}), 14.203125, 1e-12);
  EXPECT_DOUBLE_EQ(Ground(named("himmelblau")).loss({0, 0}), 170);
  EXPECT_DOUBLE_EQ(Ground(named("saddle")).loss({2, 0}), 2.25);
  EXPECT_NEAR(Ground(named("rastrigin"), 10).loss({0.5, 0}), 20.25, 1e-12);
  EXPECT_NEAR(Ground(named("two_wells"), 1).loss({0, 0}), 8. / 3, 1e-12);        // the ridge
}

TEST(Surface, GradientsAreThoseOfTheTapeToSecondOrder) {
  for (const Surface& s : surfaces()) {
    SCOPED_TRACE(s.name);
    const Ground ground(s);
    for (const Point at : {Point{0.3, -0.7}, Point{-1.1, 0.9}, s.start})
      EXPECT_NO_THROW(gradus::check_gradients([&](const auto& in) { return ground.loss(in[0], in[1]); },
                                              {gradus::tensor(at.x, gradus::f64), gradus::tensor(at.y, gradus::f64)}));
  }
}

TEST(Surface, LiesLevelWhereItIsKnownTo) {
  struct Known {
    std::string_view surface;
    Point at;
    Kind kind;
    double loss;
  };
  const Known all[] = {{"ravine", {0, 0}, Kind::global, 0},
                       {"rosenbrock", {1, 1}, Kind::global, 0},
                       {"beale", {3, 0.5}, Kind::global, 0},
                       {"beale", {0, 1}, Kind::saddle, 14.203125},
                       {"himmelblau", {3, 2}, Kind::global, 0},
                       {"himmelblau", {-2.805118, 3.131312}, Kind::global, 0},
                       {"himmelblau", {-3.779310, -3.283186}, Kind::global, 0},
                       {"himmelblau", {3.584428, -1.848126}, Kind::global, 0},
                       {"himmelblau", {-0.270845, -0.923039}, Kind::top, 181.617},
                       {"saddle", {0, 0}, Kind::saddle, 0.25},
                       {"saddle", {0, -1}, Kind::global, 0},
                       {"two_wells", {2, 1}, Kind::global, 0},
                       {"two_wells", {-1.5, 0.5625}, Kind::local, 1.786458},
                       {"two_wells", {0, 0}, Kind::saddle, 10. / 3},
                       {"rastrigin", {0, 0}, Kind::global, 0}};
  for (const Known& known : all) {
    SCOPED_TRACE(gradus::text(known.surface, " (", known.at.x, ", ", known.at.y, ")"));
    const std::vector<Level> levels = Ground(named(known.surface)).levels();
    const auto here = std::find_if(levels.begin(), levels.end(), [&](const Level& level) {
      return std::hypot(level.at.x - known.at.x, level.at.y - known.at.y) < 1e-5;
    });
    ASSERT_NE(here, levels.end());
    EXPECT_EQ(here->kind, known.kind);
    EXPECT_NEAR(here->loss, known.loss, 1e-3);
  }
}

TEST(Surface, FindsEachLevelPlaceOnceAtAnyParameter) {
  EXPECT_EQ(Ground(named("himmelblau")).levels().size(), 9);
  EXPECT_EQ(Ground(named("rastrigin")).levels().size(), 49);
  EXPECT_EQ(Ground(named("rastrigin"), 0).levels().size(), 1);                     // a bowl
  for (const double a : {1., 1.2, 1.4, 1.6, 1.8}) {
    const std::vector<Level> levels = Ground(named("two_wells"), a).levels();
    ASSERT_EQ(levels.size(), 3) << a;
    EXPECT_NEAR(levels[1].at.x, -a, 1e-9);
    EXPECT_EQ(levels[1].kind, Kind::local);
  }
  EXPECT_EQ(Ground(named("two_wells"), 2).levels()[1].kind, Kind::global);         // both are as deep
}

TEST(Surface, AGridHasThePointsOfItsWindow) {
  for (const Surface& s : surfaces()) {
    SCOPED_TRACE(s.name);
    const Ground ground(s);
    const std::vector<double> grid = ground.grid({-1, 2, -3, 0.5}, 4, 3);
    ASSERT_EQ(grid.size(), 12);
    EXPECT_NEAR(grid[0], ground.loss({-1, -3}), 1e-9);
    EXPECT_NEAR(grid[3], ground.loss({2, -3}), 1e-9);
    EXPECT_NEAR(grid[5], ground.loss({0, -1.25}), 1e-9);
    EXPECT_NEAR(grid[11], ground.loss({2, 0.5}), 1e-9);
  }
}

TEST(Surface, StartsInsideItsWindowWithItsValleys) {
  for (const Surface& s : surfaces()) {
    SCOPED_TRACE(s.name);
    const auto inside = [&](Point p) { return p.x > s.window.x0 && p.x < s.window.x1 && p.y > s.window.y0 && p.y < s.window.y1; };
    EXPECT_TRUE(inside(s.start));
    for (const Level& level : Ground(s).levels()) EXPECT_TRUE(inside(level.at));
  }
}

TEST(Surface, RefusesWhatIsOutOfRange) {
  expect_error<ValueError>([] { Ground(named("ravine"), 0); }, {"ravine", "κ", "[1, 1000]", "not 0"});
  expect_error<ValueError>([] { Ground(named("ravine"), NAN); }, {"κ"});
  const Ground ground(named("ravine"));
  expect_error<ValueError>([&] { ground.grid({0, 1, 0, 1}, 1, 5); }, {"grid", "[2, 1024]", "1 and 5"});
  expect_error<ValueError>([&] { ground.grid({0, 1, 0, 1}, 5, 100000); }, {"grid"});
  expect_error<ValueError>([&] { ground.grid({1, 0, 0, 1}, 5, 5); }, {"grid", "x0 < x1"});
  expect_error<ValueError>([&] { ground.grid({0, INFINITY, 0, 1}, 5, 5); }, {"grid", "finite"});
}

TEST(Surface, AnUnknownNameIsAnsweredWithTheNearest) {
  expect_error<ValueError>([] { named("rosenbrok"); },
                           {"surface", "\"rosenbrok\"", "did you mean \"rosenbrock\"", "ravine, rosenbrock, beale"});
  expect_error<ValueError>([] { named("zzz"); }, {"There are: ravine"});
  EXPECT_EQ(named("Two wells").name, "two_wells");
}

TEST(Waves, AQuarterTurnIsADerivative) {
  const Tensor x = gradus::variable(gradus::tensor(0.4, gradus::f64));
  cosine(x).backward();
  EXPECT_DOUBLE_EQ(x.grad().item(), -std::sin(0.4));
  EXPECT_DOUBLE_EQ(cosine(x, 2).item(), -std::cos(0.4));
  EXPECT_DOUBLE_EQ(cosine(x, 3).item(), std::sin(0.4));
  expect_error<gradus::DtypeError>([] { cosine(gradus::tensor(0.4)); }, {"cosine", "f64"});
}

}  // namespace landscape::surface_test
