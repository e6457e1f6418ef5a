#include <gradus/train/loop/history.h>

#include <iomanip>
#include <ostream>

#include <gradus/autograd/base/error.h>

namespace gradus::train {

const std::vector<double>& History::of(std::string_view name) const {
  const auto found = values.find(std::string(name));
  if (found != values.end()) return found->second;
  std::string names;
  for (const auto& [known, column] : values) names += (names.empty() ? "" : ", ") + known;
  fail<ValueError>("train::History: there are no values \"", name, "\"", names.empty() ? "" : "; there are ", names);
}

std::ostream& operator<<(std::ostream& out, const History& history) {
  for (std::int64_t i = 0; i < history.epochs; ++i) {
    out << "epoch " << i + 1;
    for (const auto& [name, column] : history.values)
      if (const auto at = static_cast<std::size_t>(i); at < column.size())
        out << "  " << name << " " << text(std::setprecision(5), column[at]);
    out << "\n";
  }
  return out << "ended: " << history.why << "\n";
}

}  // namespace gradus::train
