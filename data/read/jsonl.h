// JSON lines: an object a line, whose fields become columns; gzipped too.
//   data::Table reviews = data::read_jsonl("reviews.jsonl", {{"text", data::as_text}, {"stars", i64}});
//   data::Table all = data::read_jsonl("reviews.jsonl");                   // the fields of the first line, types as they are found
//   data::JsonlReader lines("larger_than_memory.jsonl", {{"text", data::as_text}});
//   while (auto block = lines.next(10'000)) use(block->columns()[0].texts);
// Opt-in, by name: no umbrella header includes it.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>

#include <gradus/autograd/base/file_name.h>
#include <gradus/data/read/table.h>

namespace gradus::data {

struct JsonlOptions {
  bool mask_missing = false;                      // as CsvOptions have them
  std::optional<std::int64_t> unknown_code = {};
  bool sort_categories = true;
  std::optional<std::int64_t> max_rows = {};
  std::optional<std::uint64_t> max_bytes = {};
  std::uint64_t max_row_bytes = 1ull << 26;
};

// Fields that are null or not there are missing; numbers and truth in a column of texts or categories are their texts. Types that are found
// are those of read_csv, but a text is a text though it looks like a number. Objects and lists are no columns: where a field that is wanted
// has one, that is an error; elsewhere they are skipped, up to 100 deep. Empty lines are left out.
// FileError names file, line, and column or field: no valid JSON (UTF-8 too), no object, a field that stands twice, one that is not of
// its type, one that the first line has not (where none are named).
Table read_jsonl(const FileName& file, const std::vector<ColumnSpec>& fields = {}, const JsonlOptions& options = {});

// The same, a block of lines at a time; as CsvReader.
class JsonlReader {
 public:
  explicit JsonlReader(const FileName& file, const std::vector<ColumnSpec>& fields = {}, const JsonlOptions& options = {});
  JsonlReader(JsonlReader&&) noexcept;
  JsonlReader& operator=(JsonlReader&&) noexcept;
  ~JsonlReader();

  std::optional<Table> next(std::int64_t rows);   // none at the end; ValueError unless rows >= 1

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The blocks of a file as a stream, as CsvBlocks.
struct JsonlBlocks {
  FileName file;
  std::int64_t rows = 1000;
  std::vector<ColumnSpec> fields = {};
  JsonlOptions options = {};

  struct Reader {
    JsonlReader blocks;
    std::int64_t rows;
    std::optional<Table> next() { return blocks.next(rows); }
  };
  Reader open() const { return {JsonlReader(file, fields, options), rows}; }
};

}  // namespace gradus::data
