// A Report for people.
#include <cstdio>
#include <ostream>

#include <gradus/autograd/base/drawing/table.h>

#include "sizes.h"
#include "report.h"

namespace gradus::tool {
namespace {

constexpr std::size_t longest_value = 100;  // characters of a metadata entry that are shown

std::string shortened(const std::string& value) {
  const std::string out = printable(value);
  if (out.size() <= longest_value) return out;
  std::size_t end = longest_value;
  while ((static_cast<unsigned char>(out[end]) & 0xc0) == 0x80) --end;  // not within a character
  return out.substr(0, end) + "… (" + count_text(value.size(), "byte") + "; all of it with --json)";
}

template <class Pairs>
void print_pairs(std::ostream& out, const char* title, const Pairs& pairs) {
  if (pairs.empty()) return;
  std::size_t widest = 0;
  for (const auto& [key, value] : pairs) widest = std::max(widest, std::min<std::size_t>(printable(key).size(), 40));
  out << title << '\n';
  for (const auto& [key, value] : pairs) {
    const std::string name = printable(key);
    out << "  " << name << std::string(name.size() < widest ? widest - name.size() : 0, ' ') << "  " << shortened(value) << '\n';
  }
}

drawing::Cell number_cell(const std::optional<double>& x) { return x ? drawing::Cell(*x) : drawing::Cell("-"); }
drawing::Cell extreme_cell(const std::optional<std::int64_t>& whole, const std::optional<double>& x) {
  return whole ? drawing::Cell(*whole) : number_cell(x);
}

std::string not_finite(const Statistics& s) {
  std::string out;
  if (s.nans > 0) out += std::to_string(s.nans) + " nan";
  if (s.infinities > 0) out += (out.empty() ? "" : ", ") + std::to_string(s.infinities) + " inf";
  return out;
}

void print_tensors(std::ostream& out, const Report& report, bool statistics) {
  if (report.tensors.empty()) return;
  std::vector<drawing::Column> columns{{"name"}, {"dtype"}, {"shape"}, {"bytes"}};
  if (statistics)
    for (const char* title : {"min", "max", "mean", "std", "zeros", "not finite"}) columns.push_back({title, drawing::digits(4)});
  drawing::Table table(std::move(columns), {.rule = true});
  for (const TensorReport& t : report.tensors) {
    std::vector<drawing::Cell> row{printable(t.entry->name), t.entry->dtype, shape_text(t.entry->shape), t.entry->bytes};
    if (t.statistics) {
      const Statistics& s = *t.statistics;
      char share[16];
      std::snprintf(share, sizeof share, "%.1f %%", 100 * s.share_of_zeros());
      for (const drawing::Cell& cell : {extreme_cell(s.least_whole, s.least), extreme_cell(s.most_whole, s.most), number_cell(s.mean),
                                        number_cell(s.deviation), drawing::Cell(share), drawing::Cell(not_finite(s))})
        row.push_back(cell);
    }
    table.add_row(row);
  }
  out << table;
}

void print_groups(std::ostream& out, const char* title, const std::vector<std::vector<std::string>>& groups) {
  for (const auto& names : groups) {
    out << title;
    for (std::size_t i = 0; i < names.size(); ++i) out << (i == 0 ? " " : ", ") << printable(names[i]);
    out << '\n';
  }
}

}  // namespace

void print_report(std::ostream& out, const Weights& file, const Report& report, bool statistics) {
  out << printable(file.files.front()) << ": " << file.format;
  if (file.files.size() > 1) out << ", " << count_text(file.files.size() - 1, "shard");
  out << ", " << count_text(file.entries.size(), "tensor") << ", " << size_text(file.bytes()) << '\n';
  if (const auto parts = file.checkpoint_parts(); !parts.empty()) {
    out << "a checkpoint of gradus:";
    for (std::size_t i = 0; i < parts.size(); ++i) out << (i == 0 ? " " : ", ") << printable(parts[i]);
    out << '\n';
  }
  print_pairs(out, "metadata", file.metadata);
  print_pairs(out, "values", file.values);
  if (file.graph) {
    print_pairs(out, "graph", file.graph->facts);
    print_pairs(out, "inputs", file.graph->inputs);
    print_pairs(out, "outputs", file.graph->outputs);
    std::vector<std::pair<std::string, std::string>> counts;
    for (const auto& [name, count] : file.graph->operators) counts.emplace_back(name, std::to_string(count));
    print_pairs(out, "operators", counts);
  }
  print_tensors(out, report, statistics);
  print_groups(out, "share memory:", report.tied);
  print_groups(out, "equal bytes:", report.equal);
  for (const TensorReport* t : report.nonfinite)
    out << "not finite: " << printable(t->entry->name) << " (" << not_finite(*t->statistics) << ")\n";
  for (const TensorReport& t : report.tensors)
    if (!t.problem.empty()) out << "not read: " << printable(t.entry->name) << ": " << printable(t.problem) << '\n';
  if (report.tensors.size() != file.entries.size())
    out << "listed: ";
  else
    out << "total: ";
  out << count_text(report.tensors.size(), "tensor") << ", " << count_text(report.elements, "element") << ", " << report.bytes
      << " bytes\n";
}

}  // namespace gradus::tool
