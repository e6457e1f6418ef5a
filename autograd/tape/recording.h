// Whether operations are recorded, in this thread. NoGrad switches it off for a scope.
//   { const NoGrad guard;  evaluate(net); }          no_grad([&] { return net(x); })
#pragma once
#include <utility>

namespace gradus {

namespace detail {

// What recording an operation means in this thread, as bits: one look tells of all that is usually not so.
enum Mode : unsigned {
  records = 1,
  captures = 2,             // inside a checkpoint's first run: operations are not recorded, and what they use from outside is noted
  looks_for_nan = 4,        // DetectAnomaly: every result is looked at
  looks_for_infinity = 8,
  notes_origin = 16,        // and every node knows its shapes and labels
  looks = looks_for_nan | looks_for_infinity | notes_origin,
  inside_backward = 32      // of an operation that is looked at as a whole
};
extern constinit thread_local unsigned mode;

class ModeScope {
 public:
  explicit ModeScope(unsigned now) : before_(std::exchange(mode, now)) {}
  ModeScope(const ModeScope&) = delete;
  ~ModeScope() { mode = before_; }

 private:
  unsigned before_;
};

}  // namespace detail
inline bool recording() { return (detail::mode & detail::records) != 0; }
class Recording {
 public:
  explicit Recording(bool on);
  ~Recording();
  Recording(const Recording&) = delete;

 private:
  unsigned before_;
};
class NoGrad : Recording {
 public:
  NoGrad() : Recording(false) {}
};
// Runs f without recording and returns what it returns.
template <class F>
decltype(auto) no_grad(F&& f) {
  const NoGrad guard;
  return std::forward<F>(f)();
}

}  // namespace gradus
