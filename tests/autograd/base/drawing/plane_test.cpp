// Pieces of the plane as text and as SVG; tests/landscape draws real surfaces with them.
#include <cmath>

#include <support.h>

#include <gradus/autograd/base/drawing/plane.h>

namespace gradus::drawing::plane_test {

using testing::HasSubstr, testing::Not;

Plane bowl() { return {.window = {-2, 2, -1, 1}, .heights = heights([](double x, double y) { return x * x + 4 * y * y; })}; }

TEST(Plane, HeightsAreAskedRowByRowFromBelow) {
  const Heights f = heights([](double x, double y) { return 10 * x + y; });
  EXPECT_EQ(f({0, 1, 0, 2}, 2, 3), (std::vector<double>{0, 10, 1, 11, 2, 12}));
}

TEST(Plane, ShowsPathsPointsAndCrossesInTheTerminal) {
  Plane plane = bowl();
  plane.trails = {{"path", {{-1.5, 0.5}, {0, 0.5}, {1.5, -0.5}}}};
  plane.points = {{"points", {{1, 0.9}, {5, 5}}}};
  plane.crosses = {{{0, 0}}};
  plane.cross_label = "least";
  const std::string drawn = plane.text({.columns = 40});
  for (const char* sign : {"S", "E", "∙", "●", "■", "✕"}) EXPECT_THAT(drawn, HasSubstr(sign));
  EXPECT_THAT(drawn, HasSubstr("        ● path   ■ points   S start   E end   ✕ least\n"));
  EXPECT_THAT(drawn, testing::StartsWith("     1 ┤"));
  EXPECT_THAT(drawn, HasSubstr("    -1 ┤"));
  EXPECT_THAT(drawn, Not(HasSubstr("\x1b")));
  EXPECT_THAT(plane.text({.columns = 40, .colour = true}), HasSubstr(";48;5;233m"));   // the lowest ground
}

TEST(Plane, WithoutGroundIsPathsOnEmptyPaper) {
  const Plane plane{.trails = {{"t", {{0, 0}, {1, 1}}}}};
  EXPECT_THAT(plane.svg(), Not(HasSubstr("class='l'")));
  EXPECT_THAT(plane.text({.columns = 30, .colour = true}), Not(HasSubstr(";48;5")));
}

TEST(Plane, DrawsJustTheLevelsThatAreGiven) {
  Plane plane = bowl();
  plane.levels = {1, 2.25};
  const std::string svg = plane.svg();
  std::size_t paths = 0, begin = svg.find("class='l'"), end = svg.find("</g>");
  for (std::size_t at = begin; (at = svg.find("<path", at + 1)) < end;) ++paths;
  EXPECT_EQ(paths, 2u);
}

TEST(Plane, APathEndsWhereItIsNoNumber) {
  Plane plane = bowl();
  plane.trails = {{"a", {{0, 0}, {1, 1}, {NAN, 0}, {2, 0}}}, {"none", {}},
                  {"lost", {{NAN, NAN}}, false}, {"far", {{0, 0}, {1e200, -1e200}}, false}};
  const std::string svg = plane.svg(), drawn = plane.text({.columns = 50, .colour = true});
  EXPECT_THAT(svg, HasSubstr("class='e c1'"));
  EXPECT_THAT(svg, Not(HasSubstr("class='e c4'")));
  for (const std::string& each : {svg, drawn}) {
    EXPECT_THAT(each, Not(HasSubstr("nan")));
    EXPECT_THAT(each, Not(HasSubstr("inf")));
  }
}

}  // namespace gradus::drawing::plane_test
