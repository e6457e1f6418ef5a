// Whether operations are recorded, in this thread. NoGrad switches it off for a scope.
//   { const NoGrad guard;  evaluate(net); }          no_grad([&] { return net(x); })
#pragma once
#include <utility>

namespace gradus {

namespace detail {
extern constinit thread_local bool is_recording;
}
inline bool recording() { return detail::is_recording; }
class Recording {
 public:
  explicit Recording(bool on);
  ~Recording();
  Recording(const Recording&) = delete;

 private:
  bool before_;
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
