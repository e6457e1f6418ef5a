#include <gradus/train/logs/csv_log.h>

#include <algorithm>

#include <gradus/autograd/base/describe/number_text.h>
#include <gradus/autograd/base/internal/file.h>
#include <gradus/train/logs/internal/append_file.h>
#include <gradus/train/logs/internal/rows.h>

namespace gradus::train {

std::string CsvLog::header() const {
  std::string line = "step";
  for (const std::string& name : columns_) line += text(",", logs::csv_text(name));
  return line + "\n";
}

void CsvLog::begin() {
  columns_.clear();
  logs::begin_anew(file_, header());
}

void CsvLog::cut(std::int64_t step) {
  columns_.clear();
  if (!logs::exists(file_)) return logs::begin_anew(file_, header());
  std::vector<std::string> names;
  std::uint64_t beyond = 0;
  bool found = false;
  const std::uint64_t end = logs::each_row(file_, logs::Format::csv, [&](std::uint64_t begin, std::int64_t at, const auto&) {
    if (at > step && !found) beyond = begin, found = true;
  }, &names);
  if (end == 0) return logs::begin_anew(file_, header());   // not even its first line was whole
  logs::truncate(file_, found ? beyond : end);
  columns_ = std::move(names);
}

void CsvLog::write(std::int64_t step, const std::vector<NamedValue>& row) {
  const std::vector<std::string> before = columns_;
  for (const NamedValue& value : row)
    if (std::find(columns_.begin(), columns_.end(), value.name) == columns_.end()) columns_.push_back(value.name);
  if (columns_.size() > before.size()) try {
    const std::string all = read_file(file_), more(columns_.size() - before.size(), ',');
    std::string wider = header();
    for (std::size_t from = all.find('\n') + 1, end; (end = all.find('\n', from)) != all.npos; from = end + 1)
      wider.append(all, from, end - from).append(more) += '\n';   // rows are numbers: no line ends within quotes
    logs::begin_anew(file_, wider);
  } catch (...) {   // the file has the old ones
    columns_ = before;
    throw;
  }
  std::string line = std::to_string(step);
  std::size_t empty = 0;
  for (const std::string& name : columns_) {
    const auto value = std::find_if(row.begin(), row.end(), [&](const NamedValue& v) { return v.name == name; });
    ++empty;
    if (value == row.end()) continue;
    line.append(empty, ',') += number_text(value->value);
    empty = 0;
  }
  logs::append(file_, line.append(empty, ',') + "\n");
}

}  // namespace gradus::train
