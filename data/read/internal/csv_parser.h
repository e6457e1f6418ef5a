// Rows of a CSV file, cell after cell, into the builders of their columns. Numbers that begin where a cell begins are read where they
// stand; all other cells are found first, their quotes taken off.
#pragma once
#include <array>
#include <string>
#include <vector>

#include <gradus/data/read/csv.h>
#include <gradus/data/read/internal/cell_ends.h>
#include <gradus/data/read/internal/column_builder.h>
#include <gradus/data/read/internal/text_buffer.h>

namespace gradus::data {

class CsvParser {
 public:
  // Reads the header, or the first row for the number of columns. `types` instead of those of the options; no builders but for `wanted`.
  CsvParser(const FileName& file, const CsvOptions& options, bool whole, const std::vector<ColumnSpec>& types,
            const std::vector<std::string>& wanted);

  std::int64_t read(std::int64_t most);            // rows; fewer only at the end of the file
  std::vector<ColumnBuilder>& columns() { return builders_; }   // in the order wanted

 private:
  struct Cell {
    const char* end;                               // of the cell, quotes included: where a separator or the end of a line stands
    std::string_view text;
    bool quoted, cut, ascii;                       // cut: the buffer ends before the cell is known to
  };
  Cell find_cell(const char* p);
  bool find_row();                                 // false at the end of the file
  bool read_row();                                 // false: the buffer ended, and nothing has happened
  const char* behind_line_end(const char* p) const;
  std::vector<std::string> texts_of_row(bool use);
  [[noreturn]] void fail_at(const char* cell, const std::string& what, std::size_t column);
  [[noreturn]] void fail_ragged(std::size_t cells);

  const CsvOptions& options_;
  CellRules rules_;
  TextBuffer buffer_;
  std::int64_t line_ = 1, lines_within_ = 0;       // of the row; line ends in its quotes
  std::int64_t rows_ = 0;                          // whole ones, in the builders
  std::vector<std::string> names_;                 // of all columns of the file
  std::vector<ColumnBuilder> builders_;
  std::vector<ColumnBuilder*> by_place_;           // of the file's columns; null: not wanted
  std::string unquoted_;
  std::array<bool, 256> ends_{};                   // separator, CR, LF
  CellEnds cell_ends_;                             // the same
};

}  // namespace gradus::data
