// gradus watch FOLDER
#include <algorithm>
#include <bit>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <iostream>
#include <system_error>
#include <thread>

#include <gradus/autograd/base/drawing/chart.h>
#include <gradus/autograd/base/drawing/terminal.h>
#include <gradus/autograd/base/internal/printable.h>
#include <gradus/autograd/base/internal/utf8.h>
#include <gradus/train/logs/read_log.h>

#include "arguments.h"
#include "command.h"

namespace gradus::tool {

const std::string_view watch_help = R"(usage: gradus watch FOLDER|FILE [--once] [--every SECONDS] [--names PATTERN]...

Draws the curves of a training in the terminal while it runs, from the log.jsonl or log.csv in FOLDER (train::RunRecord, JsonLog and CsvLog
write them), and again whenever there is more of it. A curve of validation stands with the one of the same name.

  --once            draws once and ends
  --every SECONDS   looks for more so often (1)
  --names NAME      only curves of this name, "val_" and "batch_" aside: loss; may be given several times

Ends with Ctrl-C. Exit code: 0; 2 where there is no log.
)";

namespace {

struct WatchOptions {
  bool once = false;
  double every = 1;
  Repeated names;

  void describe(Describe& is) const { is(range::between(0.05, 3600), every); }
};

std::filesystem::path log_in(const std::string& place) {
  const std::filesystem::path path = place;
  std::error_code error;
  if (!std::filesystem::is_directory(path, error)) return path;
  for (const char* name : {"log.jsonl", "log.csv"})
    if (std::filesystem::exists(path / name, error)) return path / name;
  fail<FileError>("gradus watch: there is neither log.jsonl nor log.csv in ", FileName(path));
}

std::string group_of(const std::string& name) {
  for (const std::string_view prefix : {"val_", "batch_"})
    if (name.starts_with(prefix)) return name.substr(prefix.size());
  return name;
}

// The last rows of it, in a chart for each name, as large as the terminal lets them be.
std::string drawn(const std::vector<train::LoggedCurve>& curves, const WatchOptions& options, int columns, int rows, bool colour) {
  std::vector<drawing::Chart> charts;
  double last = 0;
  for (const train::LoggedCurve& curve : curves) {
    const std::string group = group_of(curve.name);
    const auto& wanted = options.names.items;
    if (!curve.steps.empty()) last = std::max(last, curve.steps.back());
    if (curve.name == "epoch" || curve.name == "seconds") continue;
    if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), group) == wanted.end()) continue;
    auto chart = std::find_if(charts.begin(), charts.end(), [&](const drawing::Chart& c) { return c.title == group; });
    if (chart == charts.end()) {
      charts.push_back({.title = group});
      chart = charts.end() - 1;
    }
    chart->curves.push_back({.name = curve.name, .y = curve.values, .x = curve.steps});
  }
  std::stable_sort(charts.begin(), charts.end(), [](const auto& a, const auto& b) { return (a.title == "loss") > (b.title == "loss"); });
  if (charts.empty()) return "nothing is logged yet\n";
  int names = 0;                                 // beside the curves' ends; those that end together have one line
  for (const drawing::Chart& chart : charts) {
    int together = 0;
    for (const drawing::Curve& curve : chart.curves) together += static_cast<int>(curve.name.size()) + 2;
    names = std::min(std::max(names, together), columns / 3);
  }
  const int each = std::max(3, rows / static_cast<int>(charts.size()) - 4);
  std::string out;
  for (const drawing::Chart& chart : charts)
    out += chart.text({.columns = std::max(8, columns - names - 13), .rows = std::min(each, 16), .colour = colour})
               .append("\n");
  for (const train::LoggedCurve& curve : curves)
    if (!curve.values.empty() && curve.name == "epoch") out += text("epoch ", curve.values.back(), ", ");
  return out + text("step ", static_cast<std::int64_t>(last), "\n");
}

// For terminals that know no UTF-8: braille becomes a shade, lines of boxes become - | +, all else a question mark.
std::string in_ascii(std::string_view words) {
  std::string out;
  while (!words.empty()) {
    const std::size_t n = std::max<std::size_t>(detail::character_length(words), 1);
    const auto byte = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(words[i])); };
    const unsigned code = n == 3 ? (byte(0) & 15) << 12 | (byte(1) & 63) << 6 | (byte(2) & 63) : n == 1 ? byte(0) : 0;
    if (code >= 0x2800 && code < 0x2900) out += " ...::::#"[std::popcount(code & 255)];
    else if (code == 0x2500) out += '-';
    else if (code == 0x2502) out += '|';
    else if (code > 0x2502 && code < 0x2580) out += '+';
    else out += code > 0 && code < 0x80 ? static_cast<char>(code) : '?';
    words.remove_prefix(n);
  }
  return out;
}

volatile std::sig_atomic_t interrupted = 0;
void interrupt(int) { interrupted = 1; }

}  // namespace

int run_watch(const Words& words) {
  WatchOptions options;
  const Words places = read_arguments("gradus watch", options_of(options), words, {"FOLDER"});
  check_options("gradus watch", options);
  const std::filesystem::path log = log_in(places[0]);
  const bool terminal = drawing::is_terminal(1), once = options.once || !terminal;
  std::signal(SIGINT, interrupt);
  std::uintmax_t seen = 0;
  int shown_columns = 0;
  for (bool first = true; !interrupted; first = false) {
    std::error_code error;
    const std::uintmax_t size = std::filesystem::file_size(log, error);   // of a file that is not there read_log says so
    const int columns = drawing::terminal_columns(1);
    if (first || size != seen || columns != shown_columns) {
      const std::string picture = drawn(train::read_log(log), options, columns, drawing::terminal_rows(1), terminal);
      std::cout << (once ? "" : "\x1b[H\x1b[2J") << (drawing::terminal_is_utf8() ? picture : in_ascii(picture)) << std::flush;
      seen = size;
      shown_columns = columns;
    }
    if (once) break;
    for (double left = options.every; left > 0 && !interrupted; left -= 0.05) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return ok;
}

}  // namespace gradus::tool
