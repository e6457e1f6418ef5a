#include <gradus/train/logs/read_log.h>

#include <map>

#include <gradus/autograd/base/internal/file.h>
#include <gradus/train/logs/internal/rows.h>

namespace gradus::train {

std::vector<LoggedCurve> read_log(const FileName& file) {
  char first = '{';
  {
    InputFile in(file);
    if (in.size() > 0) in.read(&first, 1);
  }
  std::vector<LoggedCurve> curves;
  std::map<std::string, std::size_t> places;
  logs::each_row(file, first == '{' ? logs::Format::json : logs::Format::csv,
                 [&](std::uint64_t, std::int64_t step, const std::vector<NamedValue>& row) {
                   for (const NamedValue& value : row) {
                     const auto [at, is_new] = places.try_emplace(value.name, curves.size());
                     if (is_new) curves.push_back({value.name, {}, {}});
                     LoggedCurve& curve = curves[at->second];
                     curve.steps.push_back(static_cast<double>(step));
                     curve.values.push_back(value.value);
                   }
                 });
  return curves;
}

}  // namespace gradus::train
