#include <gradus/autograd/base/drawing/table.h>

#include <algorithm>
#include <ostream>

#include <gradus/autograd/base/drawing/internal/columns.h>
#include <gradus/autograd/base/drawing/internal/number.h>
#include <gradus/autograd/base/error.h>

namespace gradus::drawing {
namespace {

std::string text_of(const Cell& cell, const Digits& digits) {
  if (cell.kind == Cell::Kind::text) return cell.text;
  if (cell.kind == Cell::Kind::whole) return std::to_string(cell.whole);
  switch (digits.form) {
    case Digits::Form::fixed: return fixed(cell.number, digits.digits);
    case Digits::Form::scientific: return scientific(cell.number, digits.digits);
    case Digits::Form::general: break;
  }
  return general(cell.number, digits.digits);
}

}  // namespace

Table::Table(std::vector<Column> columns, const TableOptions& options)
    : columns_(std::move(columns)), options_(options), numbers_(columns_.size(), 0) {}

void Table::add_row(const std::vector<Cell>& cells) {
  check<ValueError>(cells.size() <= columns_.size(), "table: a row has ", cells.size(), " cells, and there are ", columns_.size(),
                    " columns");
  const std::size_t row = cells_.size();
  cells_.resize(row + columns_.size());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    cells_[row + i] = text_of(cells[i], columns_[i].numbers);
    if (cells[i].kind != Cell::Kind::text) numbers_[i] = 1;
  }
}

std::string Table::text() const {
  const std::size_t n = columns_.size();
  std::vector<int> widths;
  for (const Column& column : columns_) widths.push_back(std::max(column.width, options_.head ? columns(column.title) : 0));
  for (std::size_t i = 0; i < cells_.size(); ++i) widths[i % n] = std::max(widths[i % n], columns(cells_[i]));
  int whole = options_.indent;
  for (std::size_t i = 0; i < n; ++i) whole += widths[i] + (i ? options_.gap : 0);
  const bool last_apart = options_.room > 0 && whole > options_.room && n > 1;

  std::string out;
  const auto line = [&](const std::string* cells) {
    const std::size_t together = last_apart ? n - 1 : n;
    std::string one(static_cast<std::size_t>(options_.indent), ' ');
    for (std::size_t i = 0; i < together; ++i) {
      one += std::string(i ? static_cast<std::size_t>(options_.gap) : 0, ' ');
      one += numbers_[i] ? right(cells[i], widths[i]) : left(cells[i], widths[i]);
    }
    one.erase(one.find_last_not_of(' ') + 1);
    out += one + "\n";
    if (last_apart && !cells[n - 1].empty()) out += std::string(static_cast<std::size_t>(options_.indent) + 4, ' ') + cells[n - 1] + "\n";
  };
  std::vector<std::string> titles, rules;
  for (std::size_t i = 0; i < n; ++i) {
    titles.push_back(last_apart && i + 1 == n ? "" : columns_[i].title);
    rules.push_back(last_apart && i + 1 == n ? "" : std::string(static_cast<std::size_t>(widths[i]), '-'));
  }
  if (options_.head) line(titles.data());
  if (options_.head && options_.rule) line(rules.data());
  for (std::size_t row = 0; row < cells_.size(); row += n) line(&cells_[row]);
  return out;
}

std::ostream& operator<<(std::ostream& out, const Table& table) { return out << table.text(); }

}  // namespace gradus::drawing
