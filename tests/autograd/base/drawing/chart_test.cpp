// Charts as text and as SVG: what they show of their curves, axes and marks, and where they leave gaps.
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <support.h>

#include <gradus/autograd/base/drawing/chart.h>

namespace gradus::drawing::chart_test {

using testing::HasSubstr, testing::Not;

int count(const std::string& where, const std::string& what) {
  int n = 0;
  for (std::size_t at = where.find(what); at != where.npos; at = where.find(what, at + 1)) ++n;
  return n;
}

TEST(Chart, DrawsCurvesInTheTerminalWithTheirNamesAtTheirEnds) {
  const Chart chart{.title = "loss", .x = {.title = "t"}, .curves = {{"down", {4, 3, 2, 1}}, {"up", {1, 2, 3, 4}}}, .first = 1};
  EXPECT_EQ(chart.text({.columns = 8, .rows = 3}),
            "     loss\n"
            "        4 ┤⠑⠢⡀⠀⠀⢀⠔⠊ up\n"
            "          │⠀⠀⢈⡱⢎⡁⠀⠀\n"
            "        1 ┤⡠⠔⠁⠀⠀⠈⠢⢄ down\n"
            "           1    t 4\n");
  std::ostringstream out;
  out << chart;
  EXPECT_EQ(out.str(), chart.text());
}

TEST(Chart, HasColoursWhereTheyAreWanted) {
  const Chart chart{.curves = {{"a", {1, 2}}, {"b", {2, 1}}}, .marks = {{0.5, ""}}};
  EXPECT_THAT(chart.text(), Not(HasSubstr("\x1b")));
  const std::string drawn = chart.text({.columns = 8, .rows = 4, .colour = true});
  for (const char* colour : {"\x1b[38;5;75m", "\x1b[38;5;208m", "\x1b[38;5;245m", "\x1b[0m"}) EXPECT_THAT(drawn, HasSubstr(colour));
}

TEST(Chart, LeavesGapsInBothDrawings) {
  const Chart chart{.curves = {{.y = {1, 2, NAN, 2, 1, INFINITY, 1}}}};
  const std::string svg = chart.svg();
  const std::size_t path = svg.find("<path");
  EXPECT_EQ(count(svg.substr(path), "M"), 3);
  EXPECT_EQ(svg.find("nan"), svg.npos);
  EXPECT_EQ(svg.find("inf"), svg.npos);
  const Chart flat{.curves = {{.y = {1, NAN, 1}}}};
  EXPECT_EQ(flat.text({.columns = 9, .rows = 2}),
            "         \n      1.5 ┤⠀⠀⠀⠀⠀⠀⠀⠀⠀\n      0.5 ┤⠁⠀⠀⠀⠀⠀⠀⠀⠈\n           0       2\n");
}

TEST(Chart, LogarithmicAxesHaveTheirTicksAtPowersOfTen) {
  Chart chart{.x = {.title = "lr", .log = true}, .y = {.log = true}};
  chart.curves = {{.y = {1000, 0.1, -1, 10}, .x = {1e-4, 1e-2, 1e-1, 1}}};
  const std::string svg = chart.svg();
  for (const char* tick : {">0.0001<", ">0.001<", ">0.01<", ">0.1<", ">1<", ">1000<", ">100<"}) EXPECT_THAT(svg, HasSubstr(tick));
  EXPECT_EQ(count(svg.substr(svg.find("<path")), "M"), 2);   // −1 is a gap
  const std::string few = Chart{.y = {.log = true}, .curves = {{.y = {1, 4}}}}.svg();
  for (const char* tick : {">1<", ">2<"}) EXPECT_THAT(few, HasSubstr(tick));
}

TEST(Chart, TicksAreRoundNumbersOfOneForm) {
  const std::string svg = Chart{.curves = {{.y = {-0.52, 0.71}}}}.svg();
  for (const char* tick : {">−1.0<", ">−0.5<", ">0<", ">0.5<", ">1.0<"}) EXPECT_THAT(svg, HasSubstr(tick));
  EXPECT_THAT(svg, Not(HasSubstr(">-")));
  const std::string counted = Chart{.curves = {{.y = {1, 2, 3}}}}.svg();
  EXPECT_THAT(counted, Not(HasSubstr(">0.5</text>\n<line")));
  const std::string tiny = Chart{.curves = {{.y = {1e-9, 3e-9}}}}.svg();
  EXPECT_THAT(tiny, HasSubstr(">2e-09<"));
}

TEST(Chart, DrawsWhatHasNoExtent) {
  for (const std::vector<double>& y : {std::vector<double>{}, {3}, {3, 3}, {NAN}, {0, 0}, {1e17, 1e17}, {-1e-12, -1e-12}, {1e300, -1e300}})
    for (const bool log : {false, true}) {
      const Chart chart{.y = {.log = log}, .curves = {{.y = y}}};
      for (const std::string& drawn : {chart.svg(), chart.text()}) {
        EXPECT_EQ(drawn.find("nan"), drawn.npos) << testing::PrintToString(y);
        EXPECT_EQ(drawn.find("inf"), drawn.npos) << testing::PrintToString(y);
      }
    }
  const std::string rate = Chart{.curves = {{.y = {0.003, 0.003}}}}.text();   // an axis of its own size, so that it can be read
  EXPECT_THAT(rate, testing::AllOf(HasSubstr("0.0045 ┤"), HasSubstr("0.0015 ┤"), Not(HasSubstr("-0"))));
  EXPECT_THAT(Chart{}.svg(), testing::EndsWith("</svg>\n"));
  const Chart zeros{.y = {.from = 0}, .curves = {{.y = {0, 0}}}};
  EXPECT_THAT(zeros.text({.columns = 8, .rows = 2}), HasSubstr("        0 ┤⣀"));
}

TEST(Chart, VeryManyPointsAreFewInTheSvg) {
  std::vector<double> y(200'000);
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = i == 123'456 ? 100 : std::sin(static_cast<double>(i) / 1e4);
  const std::string svg = Chart{.curves = {{.y = y}}}.svg();
  EXPECT_LT(svg.size(), 60'000u);
  EXPECT_THAT(svg, HasSubstr(" 34 "));          // the one high point is there: y = 34 is the upper edge
}

TEST(Figure, HoldsChartsUnderOneTitle) {
  const Chart chart{.title = "a < b",
                    .curves = {{"x & y", {1, 2}, {}, Curve::Style::dotted}, {"p", {1, 2}, {5, 6}, Curve::Style::points}},
                    .marks = {{1, "here"}, {99, "not"}}};
  const Figure figure{.title = "T", .subtitle = "(one, two)", .charts = {chart, chart, chart}, .across = 2, .width = 300, .height = 100};
  const std::string svg = figure.svg();
  EXPECT_THAT(svg, testing::StartsWith("<svg xmlns='http://www.w3.org/2000/svg' width='800' height='432'"));
  EXPECT_EQ(count(svg, ">a &lt; b</text>"), 3);
  EXPECT_EQ(count(svg, ">x &amp; y</text>"), 3);
  EXPECT_EQ(count(svg, "<path"), 3);             // points have no line
  EXPECT_EQ(count(svg, "<circle"), 12);
  EXPECT_EQ(count(svg, "class='mark'"), 3);      // a mark beyond the axis is left out
  EXPECT_THAT(svg, HasSubstr(">(one, two)</text>"));
  const std::string drawn = figure.text({.columns = 10, .rows = 2});
  EXPECT_THAT(drawn, testing::StartsWith("T(one, two)\n    a < b\n"));
  EXPECT_EQ(count(drawn, "a < b"), 3);
}

TEST(Figure, IsSavedAsAWhole) {
  const auto file = std::filesystem::temp_directory_path() / "gradus_chart_test.svg";
  const Chart chart{.curves = {{.y = {1, 2}}}};
  chart.save_svg(file);
  std::ifstream in(file);
  EXPECT_EQ((std::string{std::istreambuf_iterator<char>(in), {}}), chart.svg());
  std::filesystem::remove(file);
  EXPECT_THROW(chart.save_svg("/no/such/folder/x.svg"), FileError);
}

TEST(Chart, RejectsWhatItCannotDraw) {
  expect_error<ValueError>([] { Chart{.curves = {{"a", {1, 2}, {1}}}}.svg(); },
                           {"chart: the curve \"a\" needs as many x as y, not 1 and 2"});
  expect_error<ValueError>([] { Chart{}.text({.columns = 7}); }, {"chart: text needs at least 8 columns and 2 rows, not 7 and 12"});
}

}  // namespace gradus::drawing::chart_test
