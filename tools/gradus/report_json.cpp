// A Report for programs: one object, whose keys are described in docs/weights.md.
#include <ostream>

#include "json.h"
#include "report.h"

namespace gradus::tool {
namespace {

void write_extreme(JsonWriter& json, const char* key, const std::optional<std::int64_t>& whole, const std::optional<double>& x) {
  json.key(key);
  if (whole && *whole >= 0)
    json.whole(static_cast<std::uint64_t>(*whole));
  else if (whole)
    json.negative(*whole);
  else if (x)
    json.number(*x);
  else
    json.null();
}

void write_statistics(JsonWriter& json, const Statistics& s) {
  json.key("statistics").open('{');
  write_extreme(json, "min", s.least_whole, s.least);
  write_extreme(json, "max", s.most_whole, s.most);
  write_extreme(json, "mean", std::nullopt, s.mean);
  write_extreme(json, "std", std::nullopt, s.deviation);
  json.key("zeros").whole(static_cast<std::uint64_t>(s.zeros));
  json.key("nan").whole(static_cast<std::uint64_t>(s.nans));
  json.key("inf").whole(static_cast<std::uint64_t>(s.infinities));
  json.close('}');
}

void write_tensor(JsonWriter& json, const TensorReport& t) {
  json.open('{');
  json.key("name").text(t.entry->name);
  json.key("dtype").text(t.entry->dtype);
  json.key("shape").open('[');
  for (const std::uint64_t size : t.entry->shape) json.whole(size);
  json.close(']');
  json.key("elements").whole(t.elements);
  json.key("bytes").whole(t.entry->bytes);
  if (!t.entry->storage.empty()) json.key("storage").text(t.entry->storage);
  if (t.statistics) write_statistics(json, *t.statistics);
  if (!t.problem.empty()) json.key("problem").text(t.problem);
  json.close('}');
}

template <class Pairs>
void write_pairs(JsonWriter& json, const char* key, const Pairs& pairs) {
  json.key(key).open('{');
  for (const auto& [name, value] : pairs) json.key(name).text(value);
  json.close('}');
}

void write_groups(JsonWriter& json, const char* key, const std::vector<std::vector<std::string>>& groups) {
  json.key(key).open('[');
  for (const auto& names : groups) {
    json.open('[');
    for (const std::string& name : names) json.text(name);
    json.close(']');
  }
  json.close(']');
}

}  // namespace

void print_report_as_json(std::ostream& out, const Weights& file, const Report& report) {
  JsonWriter json(out);
  json.open('{');
  json.key("file").text(file.files.front());
  json.key("format").text(file.format);
  json.key("shards").open('[');
  for (std::size_t i = 1; i < file.files.size(); ++i) json.text(file.files[i]);
  json.close(']');
  json.key("checkpoint").open('[');
  for (const std::string& part : file.checkpoint_parts()) json.text(part);
  json.close(']');
  write_pairs(json, "metadata", file.metadata);
  write_pairs(json, "values", file.values);
  if (file.graph) {
    json.key("graph").open('{');
    write_pairs(json, "facts", file.graph->facts);
    write_pairs(json, "inputs", file.graph->inputs);
    write_pairs(json, "outputs", file.graph->outputs);
    json.key("operators").open('{');
    for (const auto& [name, count] : file.graph->operators) json.key(name).whole(count);
    json.close('}').close('}');
  }
  json.key("tensors").open('[');
  for (const TensorReport& t : report.tensors) write_tensor(json, t);
  json.close(']');
  write_groups(json, "tied", report.tied);
  write_groups(json, "equal", report.equal);
  json.key("nonfinite").open('[');
  for (const TensorReport* t : report.nonfinite) json.text(t->entry->name);
  json.close(']');
  json.key("total").open('{');
  json.key("tensors").whole(report.tensors.size());
  json.key("elements").whole(report.elements);
  json.key("bytes").whole(report.bytes);
  json.close('}').close('}').end();
}

}  // namespace gradus::tool
