// Where the time goes. GRADUS_PROFILE=trace.json in the environment of any program makes it write a trace that chrome://tracing and
// ui.perfetto.dev show, and print what cost most when it ends. Off, a span costs one look at a bool.
//   profile::Span span("my step", "data");     // in code of your own: from here to the end of the scope
// Spans inside a span of the same thread are part of it: the outermost is what is written down.
#pragma once
#include <string>
#include <string_view>

namespace gradus::profile {

namespace detail {
extern const bool on;
}
inline bool on() { return detail::on; }

class Span {
 public:
  // `kind`: forward, backward, optimizer, data, … Both texts must outlive the span.
  Span(std::string_view name, std::string_view kind) {
    if (on()) [[unlikely]] begin(name, kind);
  }
  ~Span() {
    if (open_) [[unlikely]] end();
  }
  Span(const Span&) = delete;

  // Whether this span is being written down: what it should say need not be worked out otherwise.
  bool wanted() const { return open_; }
  void describe(std::string shapes, double bytes);

 private:
  struct Open;
  void begin(std::string_view name, std::string_view kind);
  void end();
  Open* open_ = nullptr;
};

// Adds to the outermost span of this thread, from wherever the work is done.
void count_flops(double n);
inline void add_flops(double n) {
  if (on()) [[unlikely]] count_flops(n);
}

}  // namespace gradus::profile
