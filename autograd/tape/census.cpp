#include <gradus/autograd/tape/census.h>

#include <algorithm>
#include <functional>

#include <gradus/autograd/base/internal/after_fork.h>
#include <gradus/autograd/tape/parameter.h>

namespace gradus::detail {
namespace {

// Never destroyed: static Parameters may live longer than anything here.
MutexOverForks& lock() {
  static MutexOverForks& mutex = *new MutexOverForks;
  return mutex;
}
constinit Census* latest = nullptr;
constinit std::uint64_t latest_forks = 0;

// The child of a fork begins anew: what lay on the stacks of threads that stayed behind is nothing there, and soon something else.
void begin_anew_after_fork() {
  if (latest_forks == forks()) return;
  latest = nullptr;
  latest_forks = forks();
}

}  // namespace

constinit thread_local std::uint64_t copied_handles = 0;

void Census::enter() noexcept {
  const std::lock_guard guard(lock());
  begin_anew_after_fork();
  forks_ = latest_forks;
  before_ = latest;
  after_ = nullptr;
  if (latest) latest->after_ = this;
  latest = this;
}

void Census::leave() noexcept {
  const std::lock_guard guard(lock());
  begin_anew_after_fork();
  if (forks_ != latest_forks) return;
  if (before_) before_->after_ = after_;
  (after_ ? after_->before_ : latest) = before_;
}

std::vector<const Parameter*> living_parameters() {
  std::vector<const Parameter*> all;
  {
    const std::lock_guard guard(lock());
    begin_anew_after_fork();
    for (const Census* each = latest; each; each = each->before_) all.push_back(static_cast<const Parameter*>(each));
  }
  std::sort(all.begin(), all.end(), std::less<>());
  return all;
}

}  // namespace gradus::detail
