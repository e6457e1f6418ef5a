#include <gradus/train/report/report.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include <nlohmann/json.hpp>

#include <gradus/autograd/base/error.h>
#include <gradus/autograd/base/drawing/internal/svg.h>
#include <gradus/autograd/base/internal/file.h>
#include <gradus/train/logs/internal/append_file.h>
#include <gradus/train/logs/internal/rows.h>
#include <gradus/train/logs/read_log.h>
#include <gradus/train/report/internal/page.h>

namespace gradus::train {
namespace {

constexpr std::size_t most_points = 4000;

// The least and the largest of each stretch, where there are too many.
LoggedCurve thinned(const LoggedCurve& curve) {
  const std::size_t n = curve.values.size();
  if (n <= most_points) return curve;
  LoggedCurve out{curve.name, {}, {}};
  for (std::size_t k = 0; k < most_points / 2; ++k) {
    const std::size_t begin = n * k / (most_points / 2), end = n * (k + 1) / (most_points / 2);
    std::size_t least = begin, most = begin;
    for (std::size_t i = begin; i < end; ++i) {
      if (curve.values[i] < curve.values[least] || std::isnan(curve.values[least])) least = i;
      if (curve.values[i] > curve.values[most] || std::isnan(curve.values[most])) most = i;
    }
    for (const std::size_t i : {std::min(least, most), std::max(least, most)}) {
      out.steps.push_back(curve.steps[i]);
      out.values.push_back(curve.values[i]);
    }
  }
  return out;
}

std::string numbers(const std::vector<double>& values) {
  std::string out;
  for (const double v : values) out += (out.empty() ? "[" : ",") + logs::json_number(v);
  return out.empty() ? "[]" : out + "]";
}

std::string curves_of(const std::filesystem::path& file) {
  std::string out;
  for (const LoggedCurve& all : read_log(file)) {
    const LoggedCurve curve = thinned(all);
    out += text(out.empty() ? "" : ",\n", "{\"name\":", logs::json_text(curve.name), ",\"steps\":", numbers(curve.steps), ",\"values\":",
                numbers(curve.values), "}");
  }
  return "[" + out + "]";
}

std::string run_of(const std::string& folder) {
  const std::filesystem::path path = folder;
  const auto there = [&](const char* name) { return logs::exists(path / name); };
  check<FileError>(there("log.jsonl") || there("log.csv") || there("run.json"),
                   "report: there is neither log.jsonl nor log.csv nor run.json in ", FileName(folder));
  const std::filesystem::path whole = std::filesystem::absolute(path).lexically_normal();
  const std::string name = (whole.has_filename() ? whole : whole.parent_path()).filename().string();
  std::string out = "{\"name\":" + logs::json_text(name) + ",\n\"curves\":";
  out += there("log.jsonl") ? curves_of(path / "log.jsonl") : there("log.csv") ? curves_of(path / "log.csv") : "[]";
  out += ",\n\"norms\":" + (there("norms.jsonl") ? curves_of(path / "norms.jsonl") : "[]");
  if (there("run.json")) {
    const std::string run = read_file(path / "run.json");
    check<FileError>(nlohmann::json::accept(run), "report: ", FileName(path / "run.json"), " is no JSON");
    out += ",\n\"run\":" + run;
  }
  return out + "}";
}

}  // namespace

std::string report(const FileName& folder, const ReportOptions& options) {
  check<ValueError>(options.compare.size() <= 7, "report: compares with at most 7 other runs, not ", options.compare.size());
  std::string runs = run_of(folder.string());
  for (const std::string& other : options.compare) runs += text(",\n", run_of(other));
  // '<' stands in texts alone, where it may be written so, and no "</script>" ends the data.
  std::string data;
  for (const char c : runs)
    if (c == '<') data += "\\u003c";
    else data += c;
  const std::filesystem::path own = std::filesystem::absolute(folder.string()).lexically_normal();
  const std::string title = options.title.empty() ? (own.has_filename() ? own : own.parent_path()).filename().string() : options.title;
  const std::string shown = drawing::escaped(title);
  const std::string html = text(
      "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n",
      "<title>", shown,
      "</title>\n<style>", page::style, "</style>\n<header><h1>", shown,
      "</h1><button id=\"theme\" type=\"button\">light or dark</button></header>\n<main></main>\n",
      "<script id=\"runs\" type=\"application/json\">[", data, "]</script>\n<script>", page::script, "</script>\n</html>\n");
  const std::string file = options.file.empty() ? (std::filesystem::path(folder.string()) / "report.html").string() : options.file;
  logs::begin_anew(file, html);
  return file;
}

}  // namespace gradus::train
