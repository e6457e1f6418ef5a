// What readers of rows have in common, a parser given: a whole file as a table, or blocks of it. A parser is made of (file, options,
// whether the whole is kept, types, columns wanted), reads rows into its columns(), and is made anew for columns that turn out to be text.
#pragma once
#include <algorithm>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gradus/data/read/internal/column_builder.h>

namespace gradus::data {

inline std::vector<std::string> names_of(const std::vector<ColumnSpec>& specs) {
  std::vector<std::string> names;
  for (const ColumnSpec& spec : specs) names.push_back(spec.name);
  return names;
}

// Settles the types; the columns that have to be read again, with the type to read them as.
inline std::vector<ColumnSpec> to_read_again(std::vector<ColumnBuilder>& columns) {
  std::vector<ColumnSpec> again;
  for (ColumnBuilder& column : columns) {
    const ColumnType type = column.settle();
    if (column.to_be_read_again()) again.push_back({column.name(), type});
  }
  return again;
}

template <class Parser, class Options>
Table read_whole(const FileName& file, const Options& options, const std::vector<ColumnSpec>& types,
    const std::vector<std::string>& wanted) {
  Parser parser(file, options, true, types, wanted);
  const std::int64_t rows = parser.read(options.max_rows.value_or(std::numeric_limits<std::int64_t>::max()));
  const std::vector<ColumnSpec> again = to_read_again(parser.columns());
  std::optional<Parser> second;
  if (!again.empty()) {
    second.emplace(file, options, true, again, names_of(again));
    check<FileError>(second->read(rows) == rows, "the file became shorter while it was read");
  }
  std::vector<Column> columns;
  std::size_t next = 0;   // of those read again, which stand in the same order
  for (ColumnBuilder& column : parser.columns())
    columns.push_back(column.to_be_read_again() ? second->columns()[next++].take() : column.take());
  return Table(std::move(columns));
}

template <class Parser, class Options>
class BlockReader {
 public:
  BlockReader(const FileName& file, const Options& options, std::vector<ColumnSpec> types, std::vector<std::string> wanted)
      : file_(file), options_(options), types_(std::move(types)), wanted_(std::move(wanted)),
        left_(options.max_rows.value_or(std::numeric_limits<std::int64_t>::max())) {
    options_.sort_categories = false;
    parser_ = std::make_unique<Parser>(file_, options_, false, types_, wanted_);
    for (const ColumnBuilder& column : parser_->columns()) names_.push_back(column.name());
  }
  BlockReader(const BlockReader&) = delete;

  const FileName& file() const { return file_; }
  const std::vector<std::string>& names() const { return names_; }
  std::optional<Table> next(std::int64_t rows) {
    std::int64_t n = parser_->read(std::min(rows, left_));
    if (n == 0) return std::nullopt;
    if (first_ && !to_read_again(parser_->columns()).empty()) {
      for (const ColumnBuilder& column : parser_->columns()) {
        const auto given = std::ranges::find(types_, column.name(), &ColumnSpec::name);
        if (given == types_.end()) types_.push_back({column.name(), column.type()});
        else given->type = column.type();
      }
      parser_ = std::make_unique<Parser>(file_, options_, false, types_, wanted_);
      n = parser_->read(n);
    }
    first_ = false;
    left_ -= n;
    std::vector<Column> columns;
    for (ColumnBuilder& column : parser_->columns()) columns.push_back(column.take());
    return Table(std::move(columns));
  }

 private:
  FileName file_;
  Options options_;
  std::vector<ColumnSpec> types_;
  std::vector<std::string> wanted_, names_;
  std::unique_ptr<Parser> parser_;
  std::int64_t left_;   // rows that may still come
  bool first_ = true;
};

}  // namespace gradus::data
