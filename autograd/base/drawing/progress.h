// How far a loop is, on stderr: on a terminal a bar redrawn in place, else a few plain lines, and one a minute in a loop that takes longer.
//   for (auto [x, y] : progress(loader, "epoch ", epoch)) …
//   auto bar = progress(loader, "epoch ", epoch);
//   for (auto [x, y] : bar) bar.note("loss", loss.item());
//   // epoch 3  45% [========>           ] 421/938  15.2k samples/s  0:12 left  loss 0.3412
// Bars may be nested, epochs around batches: on a terminal the inner one has the line below, and gives it back when it is done.
// The range needs begin, end and size; one with samples() as well, such as a loader, has its speed told in samples.
#pragma once
#include <cstdint>
#include <iosfwd>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gradus/autograd/base/error.h>

namespace gradus::drawing {

struct ProgressOptions {
  std::ostream* out = nullptr;               // nullptr: std::cerr
  std::optional<bool> terminal = {};         // whether to redraw in place; unset: as out is std::cerr and stderr a terminal
  int width = 0;                             // columns; 0: the terminal's
  double interval = 0.1;                     // seconds between two drawings
  int lines = 4;                             // plain lines for a whole loop, and ...
  double silence = 60;                       // ... one more, at the next step, after so many seconds without any
};

// The bar itself, for loops of another form: start(steps), then step() after each. Allocates only when it draws.
class ProgressBar {
 public:
  explicit ProgressBar(std::string label, ProgressOptions options = {});
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  ~ProgressBar() { finish(); }

  void start(std::int64_t steps, std::int64_t samples = 0);   // samples: what all steps together work off; 0: unknown
  void step();
  void finish() noexcept;                                     // ends the line; a loop that stopped early is shown as it stands

  // Shown behind the bar from the next drawing on; a value of the same name is replaced.
  void note(std::string_view name, double value);
  void note(std::string_view name, std::string_view value);

 private:
  struct Note {
    std::string name, text;
    std::optional<double> value;
  };
  Note& note_named(std::string_view name);
  void draw(double now);
  std::string line(double now, int width) const;

  std::string label_;
  ProgressOptions options_;
  bool terminal_, running_ = false;
  std::int64_t steps_ = 0, done_ = 0, samples_ = 0;
  int lines_ = 0;                                             // plain ones written
  int columns_ = 0;                                           // of what stands on the terminal now
  double began_ = 0, drawn_ = 0;                              // seconds, of a clock of its own
  std::vector<Note> notes_;
};

template <class Range>
class Progress {
 public:
  Progress(Range&& range, std::string label, ProgressOptions options)
      : range_(std::forward<Range>(range)), bar_(std::move(label), options) {}

  template <class Value> void note(std::string_view name, const Value& value) { bar_.note(name, value); }

  template <class Inner>
  class Iterator {
   public:
    Iterator(Inner inner, ProgressBar* bar) : inner_(std::move(inner)), bar_(bar) {}
    Iterator(Iterator&& o) : inner_(std::move(o.inner_)), bar_(std::exchange(o.bar_, nullptr)) {}
    Iterator& operator=(Iterator&&) = delete;
    ~Iterator() { if (bar_) bar_->finish(); }   // at the end of the loop, a break or an exception

    decltype(auto) operator*() const { return *inner_; }
    Iterator& operator++() {
      ++inner_;
      bar_->step();
      return *this;
    }
    template <class End> friend bool operator==(const Iterator& it, const End& end) { return it.inner_ == end; }

   private:
    Inner inner_;
    ProgressBar* bar_;
  };

  auto begin() {
    std::int64_t samples = 0;
    if constexpr (requires { range_.samples(); }) samples = range_.samples();
    bar_.start(static_cast<std::int64_t>(std::size(range_)), samples);
    return Iterator<decltype(std::begin(range_))>(std::begin(range_), &bar_);
  }
  auto end() { return std::end(range_); }

 private:
  Range range_;   // a reference, unless made of a temporary
  ProgressBar bar_;
};

// The loop's progress under a label made of the parts. The range must outlive it, unless it is a temporary.
template <class Range, class... Parts>
Progress<Range> progress(Range&& range, const ProgressOptions& options, const Parts&... label) {
  return Progress<Range>(std::forward<Range>(range), text("", label...), options);
}
template <class Range, class... Parts>
Progress<Range> progress(Range&& range, const Parts&... label) {
  return progress(std::forward<Range>(range), ProgressOptions{}, label...);
}

}  // namespace gradus::drawing

namespace gradus {
using drawing::progress;
}
