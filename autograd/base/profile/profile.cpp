#include <gradus/autograd/base/profile/profile.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <tuple>
#include <vector>

#include <unistd.h>

#include <gradus/autograd/base/internal/after_fork.h>
#include <gradus/autograd/base/drawing/internal/columns.h>
#include <gradus/autograd/base/drawing/terminal.h>

namespace gradus::profile {
namespace {

using Clock = std::chrono::steady_clock;

struct Event {
  std::string name, kind, shapes;
  double start, microseconds, bytes, flops;
  int thread;
};

struct Total {
  std::int64_t calls = 0;
  double microseconds = 0, bytes = 0, flops = 0;
};

std::string json(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < 32 ? ' ' : c;
  }
  return out + '"';
}

std::string cut(const std::string& text, std::size_t most) {
  return text.size() <= most ? text : text.substr(0, most - 3) + "...";
}

class Recorder {
 public:
  explicit Recorder(const char* path) : path_(path) {}
  ~Recorder() {
    write_trace();
    print_table();
  }

  void add(Event event) {
    const std::lock_guard lock(mutex());
    Total& total = totals_[{event.kind, event.name, event.shapes}];
    ++total.calls, total.microseconds += event.microseconds, total.bytes += event.bytes, total.flops += event.flops;
    if (events_.size() < most_events) events_.push_back(std::move(event));
    else ++left_out_;
  }
  double since_start(Clock::time_point t) const { return std::chrono::duration<double, std::micro>(t - start_).count(); }
  int next_thread() { return threads_++; }

 private:
  static constexpr std::size_t most_events = 1'000'000;

  void write_trace() const {
    std::FILE* out = std::fopen(path_.c_str(), "w");
    if (!out) {
      std::fprintf(stderr, "profile: cannot write %s\n", path_.c_str());
      return;
    }
    std::fputs("{\"traceEvents\":[", out);
    const char* separator = "\n";
    for (const Event& e : events_) {
      std::fprintf(out,
                   "%s{\"name\":%s,\"cat\":%s,\"ph\":\"X\",\"ts\":%.3f,\"dur\":%.3f,\"pid\":1,\"tid\":%d,"
                   "\"args\":{\"shapes\":%s,\"bytes\":%.0f,\"flops\":%.0f}}",
                   separator, json(e.name).c_str(), json(e.kind).c_str(), e.start, e.microseconds, e.thread, json(e.shapes).c_str(),
                   e.bytes, e.flops);
      separator = ",\n";
    }
    std::fputs("\n]}\n", out);
    const bool whole = std::ferror(out) == 0;
    if (std::fclose(out) != 0 || !whole) std::fprintf(stderr, "profile: could not write all of %s\n", path_.c_str());
  }

  void print_table() const {
    const double whole = since_start(Clock::now());
    using Row = std::pair<std::tuple<std::string, std::string, std::string>, Total>;
    std::vector<Row> rows(totals_.begin(), totals_.end());
    std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.second.microseconds > b.second.microseconds; });
    double covered = 0;
    for (const Row& row : rows) covered += row.second.microseconds;
    std::fprintf(stderr, "\nprofile: %.3f s, of which %.3f s in the spans below and in %s%s\n", whole / 1e6, covered / 1e6, path_.c_str(),
                 left_out_ ? " (the trace holds the first million of them)" : "");
    // The figures and the kind take 64 columns; what a narrow terminal has no room for is the shapes' end.
    const auto room = static_cast<std::size_t>(std::max(drawing::terminal_columns(STDERR_FILENO, 150) - 65, 8));
    std::fprintf(stderr, "%6s %9s %8s %9s %8s %7s  %-9s %s\n", "share", "ms", "calls", "us/call", "GFLOP/s", "GB/s", "kind",
                 cut("name                   shapes", room).c_str());
    for (std::size_t i = 0; i < std::min<std::size_t>(rows.size(), 10); ++i) {
      const auto& [kind, name, shapes] = rows[i].first;
      const Total& t = rows[i].second;
      std::fprintf(stderr, "%5.1f%% %9.1f %8lld %9.1f %8.1f %7.1f  %-9s %s\n", 100 * t.microseconds / covered, t.microseconds / 1e3,
                   static_cast<long long>(t.calls), t.microseconds / static_cast<double>(t.calls), t.flops / t.microseconds / 1e3,
                   t.bytes / t.microseconds / 1e3, kind.c_str(), cut(drawing::left(cut(name, 22), 23) + shapes, room).c_str());
    }
  }

  const std::string path_;
  const Clock::time_point start_ = Clock::now();
  std::atomic<int> threads_{1};
  static gradus::detail::MutexOverForks& mutex() {
    static auto& of_all = *new gradus::detail::MutexOverForks;
    return of_all;
  }
  std::vector<Event> events_;
  std::int64_t left_out_ = 0;
  std::map<std::tuple<std::string, std::string, std::string>, Total> totals_;
};

// Made at the first span, so that it is destroyed before what the library set up earlier, and only if the variable is set.
Recorder& recorder() {
  static Recorder r(std::getenv("GRADUS_PROFILE"));
  return r;
}

struct Here {
  bool open = false;
  double flops = 0;
  int thread = 0;
};
constinit thread_local Here here;

bool asked_for() {
  const char* path = std::getenv("GRADUS_PROFILE");
  return path && *path;
}

}  // namespace

const bool detail::on = asked_for();

struct Span::Open {
  std::string_view name, kind;
  std::string shapes;
  double bytes = 0;
  Clock::time_point start;
};

void Span::begin(std::string_view name, std::string_view kind) {
  if (here.open) return;
  if (here.thread == 0) here.thread = recorder().next_thread();
  here.open = true;
  here.flops = 0;
  open_ = new Open{name, kind, {}, 0, Clock::now()};
}

void Span::end() {
  const double took = std::chrono::duration<double, std::micro>(Clock::now() - open_->start).count();
  here.open = false;
  recorder().add({std::string(open_->name), std::string(open_->kind), std::move(open_->shapes), recorder().since_start(open_->start), took,
                  open_->bytes, here.flops, here.thread});
  delete open_;
}

void Span::describe(std::string shapes, double bytes) { open_->shapes = std::move(shapes), open_->bytes = bytes; }

void count_flops(double n) {
  if (here.open) here.flops += n;
}

}  // namespace gradus::profile
