#include <gradus/data/loader/prefetcher.h>

#include <system_error>
#include <utility>

#include <gradus/autograd/base/error.h>
#include <gradus/autograd/base/profile.h>

namespace gradus::data {

Prefetcher::Prefetcher(int workers, int slots_each, Make make, void* owner)
    : make_(make), owner_(owner), slots_(workers == 0 ? 1 : static_cast<std::size_t>(workers) * static_cast<std::size_t>(slots_each)),
      workers_(static_cast<std::size_t>(workers)) {
  threads_.reserve(workers_.size());
  try {
    for (Worker& worker : workers_) threads_.emplace_back([this, &worker](std::stop_token stop) { work(worker, std::move(stop)); });
  } catch (const std::system_error& e) {
    fail<Error>("DataLoader: of ", workers, " workers the system gives only ", threads_.size(), " a thread (", e.what(), "); take fewer");
  }
}

void Prefetcher::work(Worker& self, std::stop_token stop) {
  std::unique_lock lock(mutex_);
  const auto slots = static_cast<std::int64_t>(slots_.size()), workers = static_cast<std::int64_t>(workers_.size());
  while (self.wake.wait(lock, stop, [&] { return self.next < end_ && self.next < current_ + slots; })) {
    const std::int64_t number = std::exchange(self.next, self.next + workers);
    const auto at = static_cast<std::size_t>(number % slots);
    const gradus::detail::FloatMode mode = mode_;
    ++busy_;
    lock.unlock();
    gradus::detail::set_float_mode(mode);
    std::exception_ptr error;
    try {
      make_(owner_, number, at);
    } catch (...) {
      error = std::current_exception();
    }
    lock.lock();
    slots_[at] = {number, std::move(error)};
    --busy_;
    made_.notify_all();
  }
}

void Prefetcher::start(std::int64_t first, std::int64_t end) {
  stop();
  const std::lock_guard lock(mutex_);
  mode_ = gradus::detail::float_mode();
  current_ = first;
  end_ = end;
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(workers_.size()); ++i) {
    const std::int64_t number = first + i;
    Worker& worker = workers_[static_cast<std::size_t>(number) % workers_.size()];
    worker.next = number;
    worker.wake.notify_one();
  }
}

void Prefetcher::stop() {
  std::unique_lock lock(mutex_);
  end_ = 0;
  made_.wait(lock, [&] { return busy_ == 0; });
  for (Slot& slot : slots_) slot = {};
}

std::size_t Prefetcher::wait() {
  const auto at = static_cast<std::size_t>(current_) % slots_.size();
  const profile::Span span("wait for a batch", "data");
  if (workers_.empty()) {
    if (slots_[at].number != current_) make_(owner_, current_, at);
    slots_[at].number = current_;
    return at;
  }
  std::unique_lock lock(mutex_);
  made_.wait(lock, [&] { return slots_[at].number == current_; });
  if (slots_[at].error) std::rethrow_exception(slots_[at].error);
  return at;
}

void Prefetcher::advance() {
  const std::lock_guard lock(mutex_);
  mode_ = gradus::detail::float_mode();
  const auto done = static_cast<std::size_t>(current_++);
  if (!workers_.empty()) workers_[done % workers_.size()].wake.notify_one();
}

}  // namespace gradus::data
