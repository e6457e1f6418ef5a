#include <gradus/autograd/base/drawing/progress.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iostream>
#include <mutex>

#include <gradus/autograd/base/drawing/internal/columns.h>
#include <gradus/autograd/base/drawing/internal/number.h>
#include <gradus/autograd/base/drawing/terminal.h>

namespace gradus::drawing {
namespace {

bool on_terminal(const ProgressOptions& options) { return options.terminal.value_or(!options.out && is_terminal(2)); }

double seconds_now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

std::string rate(double per_second) {
  const auto three_digits = [](double x) { return fixed(x, x < 10 ? 2 : x < 100 ? 1 : 0); };
  if (per_second >= 1e6) return three_digits(per_second / 1e6).append("M");
  return per_second >= 1e3 ? three_digits(per_second / 1e3).append("k") : three_digits(per_second);
}

std::string minutes(double seconds) {
  const auto s = static_cast<std::int64_t>(std::min(std::ceil(seconds), 3.6e8));
  const auto two = [](std::int64_t n) { return text(n / 10, n % 10); };
  return s < 3600 ? text(std::to_string(s / 60), ':', two(s % 60))
                  : text(std::to_string(s / 3600), ':', two(s / 60 % 60), ':', two(s % 60));
}

std::string bar(double part, int width) {
  const auto full = static_cast<std::size_t>(part * width);
  std::string s(static_cast<std::size_t>(width), ' ');
  std::fill_n(s.begin(), full, '=');
  if (full < s.size()) s[full] = '>';
  return text('[', s, ']');
}

// Those that run on a terminal, the outer before the inner ones.
struct Running {
  std::mutex mutex;
  std::vector<std::pair<const ProgressBar*, std::ostream*>> bars;
};
Running& running() {
  static Running* const all = new Running;   // bars of static life may outlive it
  return *all;
}
// Whether another one runs on the same stream already.
bool enter(const ProgressBar* bar, std::ostream* out) {
  const std::lock_guard lock(running().mutex);
  auto& bars = running().bars;
  const bool inside = std::any_of(bars.begin(), bars.end(), [&](const auto& b) { return b.second == out; });
  bars.emplace_back(bar, out);
  return inside;
}
// Whether one runs around this one, and none inside of it.
bool leave(const ProgressBar* bar, std::ostream* out) {
  const std::lock_guard lock(running().mutex);
  auto& bars = running().bars;
  const ProgressBar* innermost = nullptr;
  int same = 0;
  for (const auto& b : bars)
    if (b.second == out) innermost = b.first, ++same;
  std::erase_if(bars, [&](const auto& b) { return b.first == bar; });
  return same > 1 && innermost == bar;
}

}  // namespace

ProgressBar::ProgressBar(std::string label, ProgressOptions options)
    : label_(std::move(label)), options_(options), terminal_(on_terminal(options)) {}

void ProgressBar::start(std::int64_t steps, std::int64_t samples) {
  finish();
  steps_ = steps;
  samples_ = samples;
  done_ = 0;
  lines_ = 0;
  notes_.clear();
  running_ = true;
  began_ = seconds_now();
  columns_ = 0;
  if (terminal_) {
    std::ostream* const out = options_.out ? options_.out : &std::cerr;
    if (enter(this, out)) *out << '\n';
    draw(began_);
  } else {
    drawn_ = began_;
  }
}

void ProgressBar::step() {
  if (!running_) return;
  ++done_;
  if (done_ >= steps_) return finish();
  const auto now = seconds_now();
  if (now - drawn_ >= (terminal_ ? options_.interval : options_.silence) || (!terminal_ && done_ * options_.lines / steps_ > lines_))
    draw(now);
}

void ProgressBar::finish() noexcept {
  if (!std::exchange(running_, false)) return;
  try {
    std::ostream* const out = options_.out ? options_.out : &std::cerr;
    const bool inside = terminal_ && leave(this, out);
    draw(seconds_now());
    if (terminal_) *out << (inside ? "\r\x1b[K\x1b[A" : "\n") << std::flush;
  } catch (...) {   // a bar that cannot be drawn stops nobody's training
  }
}

ProgressBar::Note& ProgressBar::note_named(std::string_view name) {
  for (Note& note : notes_)
    if (note.name == name) return note;
  return notes_.emplace_back(Note{std::string(name), {}, {}});
}
void ProgressBar::note(std::string_view name, double value) { note_named(name).value = value; }
void ProgressBar::note(std::string_view name, std::string_view value) {
  Note& note = note_named(name);
  note.text = value;
  note.value.reset();
}

// What does not fit goes: first the bar, then the speed, then the count, then notes, the last one first, then the time.
std::string ProgressBar::line(double now, int width) const {
  const double seconds = now - began_;
  const double part = steps_ > 0 ? std::min(1.0, static_cast<double>(done_) / static_cast<double>(steps_)) : 1;
  const bool whole = done_ >= steps_;

  const std::string percent = std::to_string(static_cast<int>(part * 100));
  const std::string figure = text(std::string(percent.size() < 3 ? 3 - percent.size() : 0, ' '), label_.empty() ? "" : " ", percent, '%');
  const std::string head = label_ + figure;
  const std::string count = text(' ', std::to_string(done_), '/', std::to_string(steps_));
  std::string speed, rest;
  if (done_ > 0 && seconds > 0) {
    const double worked = samples_ > 0 ? part * static_cast<double>(samples_) : static_cast<double>(done_);
    speed = text("  ", rate(worked / seconds), samples_ > 0 ? " samples/s" : " steps/s");
  }
  if (running_ && done_ > 0) rest = text("  ", minutes(seconds / part - seconds), " left");
  if (!running_) rest = text(whole ? "  in " : "  stopped after ", seconds < 60 ? fixed(seconds, 1).append(" s") : minutes(seconds));
  std::string notes;
  const auto told = [](const Note& note) { return text("  ", note.name, ' ', note.value ? general(*note.value, 4) : note.text); };
  for (const Note& note : notes_) notes += told(note);

  if (!terminal_) return head + count + speed + rest + notes;
  const int room = width - columns(head + count + speed + rest + notes) - 3;
  if (room >= 5) return head + " " + bar(part, std::min(room - room % 5, 40)) + count + speed + rest + notes;   // steps of 5: it does
                                                                                                               // not jitter
  for (const std::string& shorter : {head + count + speed + rest + notes, head + count + rest + notes})
    if (columns(shorter) <= width) return shorter;
  std::string some = head + rest;
  const int label_room = width - columns(figure);
  if (columns(head) > width) return label_room > 0 ? cut(label_, label_room) + figure : cut(head, width);
  if (columns(some) > width) return head;
  for (const Note& note : notes_) {
    if (columns(some + told(note)) > width) break;
    some += told(note);
  }
  return some;
}

void ProgressBar::draw(double now) {
  std::ostream& out = options_.out ? *options_.out : std::cerr;
  if (terminal_) {
    const int width = options_.width > 0 ? options_.width : terminal_columns(2);
    // A terminal that has become narrower has broken the line that stands there into several.
    const int above = columns_ > width && width > 0 ? (columns_ - 1) / width : 0;
    const std::string now_there = line(now, width - 1);   // the last column would wrap on some terminals
    if (above > 0) out << text("\x1b[", above, "A\r\x1b[J");
    out << text('\r', now_there, "\x1b[K") << std::flush;   // clears the line's rest
    columns_ = columns(now_there);
  } else {
    out << text(line(now, 0), '\n') << std::flush;
    if (steps_ > 0) lines_ = static_cast<int>(done_ * options_.lines / steps_);
  }
  drawn_ = now;
}

}  // namespace gradus::drawing
