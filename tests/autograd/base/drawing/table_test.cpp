// Tables and bars, to the character.
#include <cmath>
#include <sstream>

#include <support.h>

#include <gradus/autograd/base/drawing/bars.h>
#include <gradus/autograd/base/drawing/table.h>

namespace gradus::drawing::table_test {

using testing::HasSubstr;

TEST(Table, NamesAreOnTheLeftNumbersOnTheRight) {
  Table table({{"optimizer"}, {"loss", fixed_digits(4)}, {"steps"}, {"outcome"}});
  table.add("Adam", 0.25, 1000, "in the valley");
  table.add(std::string("Schrödinger"), 12.0f, std::int64_t{7});
  EXPECT_EQ(table.text(),
            " optimizer        loss   steps   outcome\n"
            " Adam           0.2500    1000   in the valley\n"
            " Schrödinger   12.0000       7\n");
  std::ostringstream out;
  out << table;
  EXPECT_EQ(out.str(), table.text());
}

TEST(Table, NumbersHaveTheirColumnsForm) {
  Table table({{"g", digits(3)}, {"f", fixed_digits(2)}, {"e", scientific_digits(1)}}, {.gap = 1, .indent = 0, .rule = true});
  table.add(1234567.0, -0.001, 12345.0);
  table.add(NAN, 2.0, ".");
  EXPECT_EQ(table.text(),
            "       g    f       e\n"
            "-------- ---- -------\n"
            "1.23e+06 0.00 1.2e+04\n"
            "     nan 2.00       .\n");
}

TEST(Table, TheLastColumnHasALineOfItsOwnWhereThereIsNoRoom) {
  Table table({{"name"}, {"n"}, {"what became of it"}}, {.room = 20});
  table.add("a", 1, "a long story");
  table.add("b", 2);
  EXPECT_EQ(table.text(), " name   n\n a      1\n     a long story\n b      2\n");
}

TEST(Table, RefusesMoreCellsThanColumns) {
  Table table({{"a"}});
  expect_error<ValueError>([&] { table.add(1, 2); }, {"table: a row has 2 cells, and there are 1 columns"});
  EXPECT_EQ(Table({}).text(), "\n");
}

TEST(Bars, AreAsLongAsTheirNumbers) {
  const Bars bars{.title = "accuracy", .bars = {{"SGD", 0.5}, {"Adam", 1}, {"none", NAN}}};
  EXPECT_EQ(bars.text(8),
            "accuracy\n"
            "SGD   ████      0.5\n"
            "Adam  ████████  1\n"
            "none            nan\n");
  EXPECT_THAT((Bars{.bars = {{"x", 1}, {"y", 0.2}}}.text(8)), HasSubstr("y  █▋        0.2\n"));
}

TEST(Bars, NegativeOnesGoToTheLeft) {
  EXPECT_EQ((Bars{.bars = {{"a", -1}, {"b", 1}}}.text(8)), "a  ████      -1\nb      ████  1\n");
}

TEST(Bars, AreDrawnAsSvg) {
  const std::string svg = Bars{.title = "t", .bars = {{"a<b", 1}, {"c", -3}, {"d", INFINITY}}}.svg();
  EXPECT_THAT(svg, HasSubstr("a&lt;b"));
  EXPECT_THAT(svg, HasSubstr("width='120'"));     // of 480 for 4
  EXPECT_THAT(svg, HasSubstr("width='360'"));
  EXPECT_THAT(Bars{}.svg(), testing::EndsWith("</svg>\n"));
  expect_error<ValueError>([] { Bars{}.text(7); }, {"bars: text needs at least 8 columns, not 7"});
}

}  // namespace gradus::drawing::table_test
