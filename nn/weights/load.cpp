#include <gradus/nn/weights/load.h>

#include <algorithm>
#include <ostream>
#include <sstream>
#include <utility>

#include <gradus/nn/model/internal/loading.h>
#include <gradus/nn/weights/internal/mapping.h>
#include <gradus/nn/weights/internal/name_pattern.h>

namespace gradus::nn {
namespace {

LoadReport::Entry entry(const std::string& name, const Array& array) { return {name, array.shape(), array.dtype()}; }

std::ostream& operator<<(std::ostream& out, const LoadReport::Entry& entry) {
  return out << entry.name << ' ' << entry.shape << ' ' << entry.dtype;
}

void write_misfits(std::ostream& out, const LoadReport& report) {
  for (const std::string& line : report.problems) out << "\n  " << line;
  for (const auto& one : report.missing) out << "\n  missing " << one;
  for (const auto& one : report.unexpected) out << "\n  unexpected " << one;
  for (const auto& [file, model] : report.different)
    out << "\n  " << model.name << " is " << file.shape << ' ' << file.dtype
        << (file.name == model.name ? " in the file" : " as the map makes it of " + file.name) << " but " << model.shape << ' '
        << model.dtype << " here";
}

State part_of(const std::string& what, const State& state, const std::string& prefix) {
  if (prefix.empty()) return state;
  State part = state.part(prefix);
  std::string first;
  for (const auto& [name, array] : state.arrays)
    if (first.size() < 80) first += (first.empty() ? "; there are " : ", ") + name;
  check<ValueError>(!part.arrays.empty(), what, ": no name begins with the prefix \"", prefix, "\"", first);
  return part;
}

// One model, one file: what of it fits, and the report.
class Fitting {
 public:
  Fitting(const ModuleRef& net, detail::Mapped mapped, const LoadOptions& options)
      : mine_(state(net)), places_(detail::names_of_each(net)), mapped_(std::move(mapped)), options_(options) {
    report_.ignored = mapped_.ignored;
    report_.problems = mapped_.problems;
    ready_.values = mapped_.state.values;
  }

  // The whole state that the model is to have.
  State run() {
    for (const auto& names : places_) fit(names);
    for (const auto& [name, array] : mapped_.state.arrays) {
      if (mine_.arrays.contains(name)) continue;
      if (ignores(name)) report_.ignored.push_back(name);
      else report_.unexpected.push_back(entry(name, array));
    }
    const auto by_name = [](auto& list, auto name) {
      std::sort(list.begin(), list.end(), [&](const auto& a, const auto& b) { return name(a) < name(b); });
    };
    by_name(report_.loaded, [](const auto& entry) { return entry.name; });
    by_name(report_.missing, [](const auto& entry) { return entry.name; });
    by_name(report_.different, [](const auto& both) { return both.model.name; });
    return std::move(ready_);
  }
  LoadReport& report() { return report_; }

 private:
  bool ignores(const std::string& name) const { return detail::fits_any(options_.ignore, name); }

  // A parameter or buffer, which needs one of its names.
  void fit(const std::vector<std::string>& names) {
    std::size_t loaded = 0;
    bool given = false;
    for (const std::string& name : names) {
      const auto found = mapped_.state.arrays.find(name);
      if (found == mapped_.state.arrays.end()) continue;
      given = true;
      const Array &mine = mine_.arrays.at(name), array = converted(found->second, mine.dtype());
      if (array.shape() != mine.shape() || array.dtype() != mine.dtype()) {
        report_.different.push_back({entry(mapped_.source.at(name), found->second), entry(name, mine)});
        continue;
      }
      ready_.arrays.emplace(name, array);
      ++loaded;
    }
    if (loaded == 0)
      for (const std::string& name : names) {
        const Array& mine = mine_.arrays.at(name);
        ready_.arrays.emplace(name, mine);
        if (given) continue;
        if (ignores(name)) report_.ignored.push_back(name);
        else report_.missing.push_back(entry(name, mine));
      }
    else
      for (const std::string& name : names) report_.loaded.push_back(entry(name, mine_.arrays.at(name)));
  }

  Array converted(const Array& array, Dtype dtype) const {
    const bool asked = options_.convert && is_floating(array.dtype()) && is_floating(dtype);
    return array.dtype() != dtype && (asked || detail::widens(array.dtype(), dtype)) ? array.to(dtype) : array;
  }

  State mine_, ready_;
  std::vector<std::vector<std::string>> places_;
  detail::Mapped mapped_;
  const LoadOptions& options_;
  LoadReport report_;
};

LoadReport load_from(const std::string& what, const ModuleRef& net, const State& given, const LoadOptions& options) {
  for (const std::string& pattern : options.ignore) detail::stars_of(pattern, what + ": ignore");
  const State part = part_of(what, given, options.prefix);
  Fitting fitting(net, detail::mapped(options.map, part, detail::Direction::to_model), options);
  const State ready = fitting.run();
  LoadReport& report = fitting.report();
  if (options.strict && !report.complete()) {
    std::ostringstream lines;
    write_misfits(lines, report);
    fail<ValueError>(what, ": the weights do not fit the model, which stays as it was:", lines.str());
  }
  detail::load_state_from(what, net, ready);
  return std::move(report);
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const LoadReport& report) {
  out << "loaded " << report.loaded.size() << " of " << report.loaded.size() + report.missing.size() + report.different.size() << " arrays";
  write_misfits(out, report);
  for (const std::string& name : report.ignored) out << "\n  ignored " << name;
  return out;
}

LoadReport load(ModuleRef net, const FileName& file, const LoadOptions& options) {
  return load_from(text("load ", file), net, detail::read_model_state(file, options.mapped), options);
}

LoadReport load_weights(ModuleRef net, const State& state, const LoadOptions& options) {
  return load_from("load_weights", net, state, options);
}

State weights(ConstModuleRef net, const SaveOptions& options) {
  for (const std::string& pattern : options.leave_out) detail::stars_of(pattern, "weights: leave_out");
  check<DtypeError>(!options.dtype || is_floating(*options.dtype), "weights: .dtype is that of floating numbers: ",
                    [&] { return text(*options.dtype); });
  State mine = state(net);
  std::erase_if(mine.arrays, [&](const auto& each) { return detail::fits_any(options.leave_out, each.first); });
  if (options.dtype)
    for (auto& [name, array] : mine.arrays)
      if (is_floating(array.dtype())) array = array.to(*options.dtype);
  State out;
  out.add(options.prefix, options.map.to_file(mine));
  return out;
}

void save(ConstModuleRef net, const FileName& file, const SaveOptions& options) {
  detail::write_model_state(file, weights(net, options));
}

}  // namespace gradus::nn
