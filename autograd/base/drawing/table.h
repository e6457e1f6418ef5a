// A table as text: columns as wide as what stands in them, names on the left, numbers on the right under each other.
// Opt-in, since few programs print tables: no umbrella header includes it.
//   drawing::Table table({{"optimizer"}, {"loss", drawing::fixed_digits(4)}, {"outcome"}});
//   table.add("Adam", 0.25, "in the valley");   std::cout << table;
//   //  optimizer    loss   outcome
//   //  Adam       0.2500   in the valley
#pragma once
#include <concepts>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace gradus::drawing {

// How a column writes its numbers that are not whole.
struct Digits {
  enum class Form { general, fixed, scientific };
  Form form = Form::general;
  int digits = 6;
};
constexpr Digits digits(int n) { return {Digits::Form::general, n}; }                 // so many in all
constexpr Digits fixed_digits(int n) { return {Digits::Form::fixed, n}; }             // so many behind the point
constexpr Digits scientific_digits(int n) { return {Digits::Form::scientific, n}; }

struct Column {
  std::string title = {};
  Digits numbers = {};
  int width = 0;                                 // at least
};

struct Cell {
  enum class Kind { text, whole, number };
  Kind kind = Kind::text;
  std::string text = {};
  std::int64_t whole = 0;
  double number = 0;

  Cell(std::string_view s) : text(s) {}
  Cell(const char* s) : text(s) {}
  Cell(const std::string& s) : text(s) {}
  template <std::integral I>
  Cell(I n) : kind(Kind::whole), whole(static_cast<std::int64_t>(n)) {}
  template <std::floating_point F>
  Cell(F x) : kind(Kind::number), number(x) {}
};

struct TableOptions {
  int gap = 3;                                   // blanks between columns
  int indent = 1;
  bool head = true;                              // the titles
  bool rule = false;                             // a line under each title
  int room = 0;                                  // columns of the terminal, 0: enough; a last column that does not fit has lines of its own
};

class Table {
 public:
  explicit Table(std::vector<Column> columns, const TableOptions& options = {});

  // A row; fewer cells than columns leave the last ones empty. ValueError: more.
  template <class... Cells>
  void add(const Cells&... cells) { add_row({Cell(cells)...}); }
  void add_row(const std::vector<Cell>& cells);

  std::string text() const;

 private:
  std::vector<Column> columns_;
  TableOptions options_;
  std::vector<std::string> cells_;               // row after row
  std::string numbers_;                          // whether a column holds any: a character each
};
std::ostream& operator<<(std::ostream& out, const Table& table);   // text()

}  // namespace gradus::drawing
