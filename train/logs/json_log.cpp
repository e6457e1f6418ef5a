#include <gradus/train/logs/json_log.h>

#include <gradus/train/logs/internal/append_file.h>
#include <gradus/train/logs/internal/rows.h>

namespace gradus::train {

void JsonLog::begin() { logs::begin_anew(file_, ""); }

void JsonLog::cut(std::int64_t step) {
  if (!logs::exists(file_)) return begin();
  std::uint64_t beyond = 0;
  bool found = false;
  const std::uint64_t end = logs::each_row(file_, logs::Format::json, [&](std::uint64_t begin, std::int64_t at, const auto&) {
    if (at > step && !found) beyond = begin, found = true;
  });
  logs::truncate(file_, found ? beyond : end);
}

void JsonLog::write(std::int64_t step, const std::vector<NamedValue>& row) {
  std::string line = "{\"step\":" + std::to_string(step);
  for (const NamedValue& value : row) line += text(",", logs::json_text(value.name), ":", logs::json_number(value.value));
  logs::append(file_, line + "}\n");
}

}  // namespace gradus::train
