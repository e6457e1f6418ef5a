#include <gradus/data/read/csv.h>

#include <gradus/data/read/internal/csv_parser.h>
#include <gradus/data/read/internal/naming.h>
#include <gradus/data/read/internal/table_reader.h>

namespace gradus::data {

Table read_csv(const FileName& file, const CsvOptions& options) {
  return naming("read_csv", file, [&] { return read_whole<CsvParser>(file, options, options.types, options.columns); });
}

struct CsvReader::State : BlockReader<CsvParser, CsvOptions> {
  using BlockReader::BlockReader;
};

CsvReader::CsvReader(const FileName& file, const CsvOptions& options)
    : state_(naming("CsvReader", file, [&] { return std::make_unique<State>(file, options, options.types, options.columns); })) {}
CsvReader::CsvReader(CsvReader&&) noexcept = default;
CsvReader& CsvReader::operator=(CsvReader&&) noexcept = default;
CsvReader::~CsvReader() = default;

const std::vector<std::string>& CsvReader::names() const { return state_->names(); }

std::optional<Table> CsvReader::next(std::int64_t rows) {
  check<ValueError>(rows >= 1, "CsvReader: a block has at least one row, not ", rows);
  return naming("CsvReader", state_->file(), [&] { return state_->next(rows); });
}

}  // namespace gradus::data
