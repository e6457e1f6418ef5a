#include <gradus/train/loop/interrupt.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <mutex>

#include <unistd.h>

namespace gradus::train {
namespace {

constexpr int caught_signals[] = {SIGINT, SIGTERM};

// All that the handler touches.
std::atomic<int> signals_seen{0}, last_signal{0}, seen_when_first_guard_came{0};
static_assert(std::atomic<int>::is_always_lock_free);

std::mutex guards_mutex;
int guards = 0;
struct Previous {
  bool replaced = false;
  struct sigaction action = {};
};
Previous previous_actions[std::size(caught_signals)];

// Calls nothing but what signal-safety(7) lists.
void note_signal(int signal) {
  const int error = errno;
  last_signal.store(signal);
  if (signals_seen.fetch_add(1) == seen_when_first_guard_came.load()) {
    constexpr char said[] = "\nending after this step; once more to end at once\n";
    [[maybe_unused]] const auto ignored = ::write(STDERR_FILENO, said, sizeof said - 1);
  } else {
    struct sigaction standard = {};
    standard.sa_handler = SIG_DFL;
    ::sigaction(signal, &standard, nullptr);
    ::raise(signal);   // comes when this handler returns
  }
  errno = error;
}

}  // namespace

Interrupt::Interrupt() {
  const std::lock_guard lock(guards_mutex);
  before_ = signals_seen.load();
  if (guards++ > 0) return;
  seen_when_first_guard_came.store(before_);
  struct sigaction ours = {};
  ours.sa_handler = note_signal;
  ours.sa_flags = SA_RESTART;   // reads and writes of the program go on
  sigemptyset(&ours.sa_mask);
  for (std::size_t i = 0; i < std::size(caught_signals); ++i) {
    Previous& previous = previous_actions[i];
    previous.replaced = ::sigaction(caught_signals[i], nullptr, &previous.action) == 0 && previous.action.sa_handler != SIG_IGN &&
                        ::sigaction(caught_signals[i], &ours, nullptr) == 0;
  }
}

Interrupt::~Interrupt() {
  const std::lock_guard lock(guards_mutex);
  if (--guards > 0) return;
  for (std::size_t i = 0; i < std::size(caught_signals); ++i) {
    Previous& previous = previous_actions[i];
    struct sigaction now = {};
    // One that somebody else has put in its place meanwhile stays.
    if (previous.replaced && ::sigaction(caught_signals[i], nullptr, &now) == 0 && now.sa_handler == note_signal)
      ::sigaction(caught_signals[i], &previous.action, nullptr);
  }
}

bool Interrupt::requested() const { return signals_seen.load(std::memory_order_relaxed) != before_; }
int Interrupt::signal() const { return requested() ? last_signal.load() : 0; }

}  // namespace gradus::train
