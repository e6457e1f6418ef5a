#include <gradus/train/tune/internal/trials.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <limits>
#include <memory>
#include <optional>

#if !defined(__EMSCRIPTEN__)
#define GRADUS_HAS_PROCESSES 1
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/prctl.h>
#endif
#endif

#include <gradus/autograd/base/error.h>
#include <gradus/autograd/base/internal/write_all.h>
#include <gradus/autograd/base/random.h>

namespace gradus::train {
namespace {

using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

TrialResult begun(const PlannedTrial& p) {
  return {.trial = p.trial.number, .budget = p.trial.budget, .settings = p.settings, .value = std::numeric_limits<double>::quiet_NaN()};
}

constexpr std::size_t longest_text = 4096;   // of what was thrown

TrialResult run_here(const PlannedTrial& p, const TrialFunction& f) {
  TrialResult result = begun(p);
  const Clock::time_point begin = Clock::now();
  try {
    const GeneratorScope numbers{Generator(p.trial.seed)};
    result.value = f(p.settings, p.trial);
  } catch (const std::exception& e) {
    result.end = TrialResult::End::failed;
    result.message = std::string(e.what()).substr(0, longest_text);
  } catch (...) {
    result.end = TrialResult::End::failed;
    result.message = "something that is no std::exception was thrown";
  }
  result.seconds = seconds_since(begin);
  return result;
}

#if GRADUS_HAS_PROCESSES

constexpr std::size_t longest_message = 1 << 16;

// A child, ended and waited for when this goes.
class Process {
 public:
  Process(const PlannedTrial& p, const TrialFunction& f) : result_(begun(p)) {
    int ends[2];
    check<FileError>(::pipe(ends) == 0, "search: no pipe to a process: ", std::strerror(errno));
    for (const int end : ends) ::fcntl(end, F_SETFD, FD_CLOEXEC);
    std::cout.flush(), std::cerr.flush(), std::fflush(nullptr);   // or the child writes it once more
    [[maybe_unused]] const pid_t parent = ::getpid();
    child_ = ::fork();
    if (child_ == 0) {
      ::close(ends[0]);
#if defined(__linux__)
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);   // nobody waits for it any more
      if (::getppid() != parent) ::_exit(1);
#endif
      be_the_child(p, f, ends[1]);
    }
    ::close(ends[1]);
    descriptor_ = ends[0];
    if (child_ < 0) {
      ::close(descriptor_);
      fail<FileError>("search: no process for a trial: ", std::strerror(errno));
    }
  }
  Process(const Process&) = delete;
  ~Process() {
    if (child_ > 0) ::kill(child_, SIGKILL), wait();
    ::close(descriptor_);
  }

  int descriptor() const { return descriptor_; }
  double seconds() const { return seconds_since(begin_); }
  bool read() {   // false: that was all
    char bytes[4096];
    const ssize_t n = ::read(descriptor_, bytes, sizeof bytes);
    if (n > 0 && line_.size() < longest_message) line_.append(bytes, static_cast<std::size_t>(n));
    return n > 0 || (n < 0 && errno == EINTR);
  }
  TrialResult ended() {
    const int status = wait();
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
      try {
        return result_in(line_);
      } catch (const FileError&) {   // it ended by itself, without a word
      }
    }
    result_.end = TrialResult::End::crashed;
    result_.seconds = seconds();
    result_.message = WIFSIGNALED(status) ? text("signal ", WTERMSIG(status), ", ", ::strsignal(WTERMSIG(status)))
                                          : text("its process ended with exit code ", WEXITSTATUS(status));
    return result_;
  }
  TrialResult stopped() {
    ::kill(child_, SIGKILL);
    wait();
    result_.end = TrialResult::End::timed_out;
    result_.seconds = seconds();
    result_.message = "it took too long";
    return result_;
  }

 private:
  [[noreturn]] static void be_the_child(const PlannedTrial& p, const TrialFunction& f, int to) {
    const std::string line = line_of(run_here(p, f));
    std::cout.flush(), std::cerr.flush(), std::fflush(nullptr);
    ::_exit(write_all(to, std::as_bytes(std::span(line))) ? 0 : 1);
  }
  int wait() {
    int status = 0;
    while (::waitpid(child_, &status, 0) < 0 && errno == EINTR) {}
    child_ = -1;
    return status;
  }

  TrialResult result_;
  Clock::time_point begin_ = Clock::now();
  pid_t child_ = -1;
  int descriptor_ = -1;
  std::string line_;
};

void run_in_processes(const std::vector<PlannedTrial>& trials, const SearchOptions& options, const TrialFunction& f,
                      const std::function<void(const TrialResult&)>& done) {
  std::vector<std::unique_ptr<Process>> running;
  std::size_t next = 0;
  while (next < trials.size() || !running.empty()) {
    while (next < trials.size() && std::ssize(running) < options.processes) running.push_back(std::make_unique<Process>(trials[next++], f));
    std::vector<pollfd> waits;
    double left = options.seconds > 0 ? options.seconds : 3600;
    for (const auto& process : running) {
      waits.push_back({process->descriptor(), POLLIN, 0});
      if (options.seconds > 0) left = std::min(left, std::max(0., options.seconds - process->seconds()));
    }
    ::poll(waits.data(), static_cast<nfds_t>(waits.size()), static_cast<int>(std::ceil(std::min(left, 3600.) * 1000)));
    for (std::size_t i = running.size(); i-- > 0;) {
      std::optional<TrialResult> result;
      if (waits[i].revents != 0 && !running[i]->read()) result = running[i]->ended();
      else if (options.seconds > 0 && running[i]->seconds() >= options.seconds) result = running[i]->stopped();
      if (!result) continue;
      running.erase(running.begin() + static_cast<std::ptrdiff_t>(i));
      done(*result);
    }
  }
}

#endif

}  // namespace

void run_trials(const std::vector<PlannedTrial>& trials, const SearchOptions& options, const TrialFunction& f,
                const std::function<void(const TrialResult&)>& done) {
#if GRADUS_HAS_PROCESSES
  if (options.processes > 0) return run_in_processes(trials, options, f, done);
#endif
  for (const PlannedTrial& p : trials) done(run_here(p, f));
}

}  // namespace gradus::train
