// CSV and TSV files: cells between separators, quoted as RFC 4180 says; gzipped too. Types are found, or given; no locale has a say.
//   data::Table train = data::read_csv("train.csv", {.types = {{"city", data::as_category}}});
//   data::Table test = data::read_csv("test.csv", {.types = train.types()});   // the same codes for the same cities
//   data::Table log = data::read_csv("log.tsv", {.separator = '\t', .columns = {"time", "load"}});
//   data::CsvReader rows("larger_than_memory.csv");                            // a block of rows at a time
//   while (auto block = rows.next(10'000)) train_on(block->tensor({"x", "y"}));
// Opt-in, by name: no umbrella header includes it.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>

#include <gradus/autograd/base/file_name.h>
#include <gradus/data/read/table.h>

namespace gradus::data {

struct CsvOptions {
  char separator = ',';
  bool header = true;                            // the first row has the columns' names; else they are "0", "1", …, or `names`
  std::vector<std::string> names = {};           // of the columns, where no header has them
  std::vector<std::string> columns = {};         // those wanted, in this order; none: all
  std::vector<ColumnSpec> types = {};            // of some columns; those of the others are found
  std::vector<std::string> missing = {"", "NA", "N/A", "NaN", "nan", "NULL", "null"};   // cells that mean: nothing here
  bool mask_missing = false;                     // whole numbers and bools may be missing: 0 then, and Column::missing says where
  std::optional<std::int64_t> unknown_code = {}; // of what is missing, or in none of the categories given; none: an error
  bool sort_categories = true;                   // those that are found; false: by first sight, as CsvReader does
  char quote = '"';                              // '\0': quotes mean nothing
  char decimal = '.';                            // ',' in much of Europe
  std::optional<char> comment = {};              // lines that begin with it are left out
  std::optional<std::int64_t> max_rows = {};     // as if the file ended there
  std::optional<std::uint64_t> max_bytes = {};   // what a gzipped file may become; none: 1 GiB, or 100 times the file if that is more
  std::uint64_t max_row_bytes = 1ull << 26;
};

// Types that are found: i64, where all cells are whole numbers; f64, where all are numbers, or some are missing; bool (true and false);
// else text. Whole numbers that f64 would change (2^63 and more, or beyond 2^53 beside missing ones) are text as well. What is missing is
// NaN in floats, empty in texts, an error in other columns of a given type (see mask_missing, unknown_code). Quoted cells of texts are
// never missing: "" is an empty text. Empty lines are left out; lines end with LF, CRLF or CR; a byte order mark is skipped.
// FileError names file, line and column: rows that are longer or shorter than the header, two columns of one name, a cell that is not of
// its column's type, a quote that is not closed or closes too early, texts that are no UTF-8, broken gzip; ValueError for options that
// contradict each other. Memory: the table, and a second one while it is put together.
Table read_csv(const FileName& file, const CsvOptions& options = {});

// The same, a block of rows at a time, in the memory of a block. Types that are not given are those of the first block; categories that are
// not given get their codes by first sight, and later blocks may have more.
class CsvReader {
 public:
  explicit CsvReader(const FileName& file, const CsvOptions& options = {});
  CsvReader(CsvReader&&) noexcept;
  CsvReader& operator=(CsvReader&&) noexcept;
  ~CsvReader();

  const std::vector<std::string>& names() const;            // of the columns wanted
  // The next rows, `rows` of them or what is left; none at the end. ValueError unless rows >= 1.
  std::optional<Table> next(std::int64_t rows);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The blocks of a file as a stream (data/stream/stream.h), which can be mapped, shuffled and loaded.
//   auto rows = data::map(data::CsvBlocks{"large.csv", 1000}, [](const data::Table& t) { return t.tensor({"x", "y"}); });
struct CsvBlocks {
  FileName file;
  std::int64_t rows = 1000;                                 // in a block
  CsvOptions options = {};

  struct Reader {
    CsvReader blocks;
    std::int64_t rows;
    std::optional<Table> next() { return blocks.next(rows); }
  };
  Reader open() const { return {CsvReader(file, options), rows}; }
};

struct CsvWriteOptions {
  char separator = ',';
  bool header = true;
};
// What read_csv(file, {.types = table.types()}) gives back exactly: numbers in as few digits as tell them apart, texts in quotes where they
// need them, categories by their texts, nothing where something is missing. Replaces the file in one step. ValueError for a code that is no
// category's, FileError.
void write_csv(const FileName& file, const Table& table, const CsvWriteOptions& options = {});

}  // namespace gradus::data
