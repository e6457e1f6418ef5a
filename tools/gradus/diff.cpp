// gradus diff A B
#include <cstdio>
#include <iostream>
#include <map>

#include <gradus/autograd/base/drawing/progress.h>
#include <gradus/autograd/base/drawing/table.h>
#include <gradus/autograd/base/drawing/terminal.h>

#include "arguments.h"
#include "command.h"
#include "differences.h"
#include "json.h"
#include "names.h"
#include "sizes.h"
#include "weights.h"

namespace gradus::tool {

const std::string_view diff_help =
    R"(usage: gradus diff A B [--tolerance T] [--relative R] [--any-dtype] [--rename OLD=NEW]... [--drop PATTERN]... [--json]

Compares two files of weights, of whatever formats: names that only one of them has, shapes, dtypes, and how far the elements are from each
other. One tensor of each is in memory at a time. Metadata are not compared.

  --tolerance T      elements are equal where |a - b| <= T + R * |b|; T is 0 by default, and so is R; NaN is equal to NaN
  --relative R
  --any-dtype        tensors of the same numbers in another dtype are equal, too
  --rename OLD=NEW   A's tensor OLD is compared with B's NEW: * stands for characters between dots, ** for whole parts, and both are
                     carried over; may be given several times
  --drop PATTERN     tensors of either file that are not compared; may be given several times
  --json             one JSON object for programs

Exit code: 0 equal, 1 different, 2 where something went wrong.
)";

namespace {

struct DiffOptions {
  double tolerance = 0, relative = 0;
  bool any_dtype = false;
  Repeated rename, drop;
  bool json = false;
  void describe(Describe& is) const { is(range::at_least_zero, tolerance, relative); }
};

struct Row {
  std::string name, what;  // "only in A", "shape", "dtype", "values"
  std::string detail;
  std::optional<Difference> difference = {};
};

struct Side {
  std::unique_ptr<Weights> file;
  std::map<std::string, const Entry*> by_name;
};

Side side_of(const std::string& name, const std::vector<std::string>& rules, const std::vector<std::string>& drops) {
  Side side{open_weights(name), {}};
  std::vector<std::string_view> names;
  for (const Entry& e : side.file->entries) names.push_back(e.name);
  for (auto& named : Renaming("gradus diff", rules, drops, "").apply(names))
    side.by_name.emplace(std::move(named.name), &side.file->entries[named.at]);
  return side;
}

// A pattern may fit names of one file only.
std::vector<std::string> that_fit(const std::vector<std::string>& patterns, const std::string& name, std::vector<bool>& used) {
  const auto file = open_weights(name);
  std::vector<std::string> out;
  for (std::size_t i = 0; i < patterns.size(); ++i)
    for (const Entry& e : file->entries)
      if (fits(e.name, patterns[i])) {
        out.push_back(patterns[i]);
        used[i] = true;
        break;
      }
  return out;
}

std::optional<Row> compared(const std::string& name, const Side& a, const Entry& x, const Side& b, const Entry& y,
                            const DiffOptions& options) {
  if (x.shape != y.shape) return Row{name, "shape", shape_text(x.shape) + " and " + shape_text(y.shape)};
  if (x.dtype != y.dtype && (!x.loads_as || !y.loads_as)) return Row{name, "dtype", x.dtype + " and " + y.dtype};
  if (x.loads_as != y.loads_as && !options.any_dtype) return Row{name, "dtype", text(*x.loads_as, " and ", *y.loads_as)};
  const Difference d = difference_of(a.file->load(x.name), b.file->load(y.name), options.tolerance, options.relative);
  if (d.elements == 0) return std::nullopt;
  return Row{name, "values", "", d};
}

std::vector<Row> rows_of(const Side& a, const Side& b, const DiffOptions& options) {
  std::vector<Row> rows;
  drawing::ProgressBar bar("diff");
  const bool shows_progress = a.file->bytes() > 100'000'000 && drawing::is_terminal(2);
  if (shows_progress) bar.start(static_cast<std::int64_t>(a.by_name.size()));
  for (const auto& [name, entry] : a.by_name) {
    const auto other = b.by_name.find(name);
    if (other == b.by_name.end())
      rows.push_back({name, "only in A", entry->dtype + " " + shape_text(entry->shape)});
    else if (auto row = compared(name, a, *entry, b, *other->second, options))
      rows.push_back(std::move(*row));
    if (shows_progress) bar.step();
  }
  for (const auto& [name, entry] : b.by_name)
    if (!a.by_name.contains(name)) rows.push_back({name, "only in B", entry->dtype + " " + shape_text(entry->shape)});
  return rows;
}

std::string number_cell(double x) {
  char out[32];
  std::snprintf(out, sizeof out, "%.3g", x);
  return out;
}

void print_text(const Words& files, const std::vector<Row>& rows, std::size_t common) {
  std::cout << "A: " << printable(files[0]) << "\nB: " << printable(files[1]) << '\n';
  if (!rows.empty()) {
    drawing::Table table({{"name"}, {"differs"}, {"max |a-b|"}, {"max rel"}, {"elements"}, {""}}, {.rule = true});
    for (const Row& row : rows) {
      const auto& d = row.difference;
      table.add(printable(row.name), row.what, d ? number_cell(d->absolute) : "", d ? number_cell(d->relative) : "",
                d ? std::to_string(d->elements) : "", printable(row.detail));
    }
    std::cout << table;
  }
  std::cout << (rows.empty() ? "equal: " : "different: ") << count_text(common, "tensor") << " in both";
  if (!rows.empty()) std::cout << ", " << count_text(rows.size(), "difference");
  std::cout << '\n';
}

void print_json(const Words& files, const std::vector<Row>& rows, std::size_t common) {
  JsonWriter json(std::cout);
  json.open('{');
  json.key("a").text(files[0]);
  json.key("b").text(files[1]);
  json.key("equal").truth(rows.empty());
  json.key("common").whole(common);
  json.key("differences").open('[');
  for (const Row& row : rows) {
    json.open('{');
    json.key("name").text(row.name);
    json.key("what").text(row.what);
    if (!row.detail.empty()) json.key("detail").text(row.detail);
    if (row.difference) {
      json.key("elements").whole(static_cast<std::uint64_t>(row.difference->elements));
      json.key("absolute").number(row.difference->absolute);
      json.key("relative").number(row.difference->relative);
    }
    json.close('}');
  }
  json.close(']').close('}').end();
}

}  // namespace

int run_diff(const Words& words) {
  DiffOptions options;
  const Words files = read_arguments("gradus diff", options_of(options), words, {"A", "B"});
  std::vector<bool> used(options.drop.items.size());
  const auto drops_a = that_fit(options.drop.items, files[0], used), drops_b = that_fit(options.drop.items, files[1], used);
  for (std::size_t i = 0; i < used.size(); ++i)
    check<ValueError>(used[i], "gradus diff: --drop \"", printable(options.drop.items[i]), "\" fits no name of either file");
  const Side a = side_of(files[0], options.rename.items, drops_a), b = side_of(files[1], {}, drops_b);
  const std::vector<Row> rows = rows_of(a, b, options);
  std::size_t common = 0;
  for (const auto& [name, entry] : a.by_name) common += b.by_name.contains(name);
  if (options.json)
    print_json(files, rows, common);
  else
    print_text(files, rows, common);
  return rows.empty() ? ok : different;
}

}  // namespace gradus::tool
