#include <gradus/data/prefetcher.h>

#include <utility>

namespace gradus::data {

Prefetcher::Prefetcher(int workers, std::size_t slots, Make make, void* owner) : make_(make), owner_(owner), slots_(slots) {
  threads_.reserve(static_cast<std::size_t>(workers));
  for (int i = 0; i < workers; ++i) threads_.emplace_back([this](std::stop_token stop) { work(std::move(stop)); });
}

void Prefetcher::work(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  const auto slots = static_cast<std::int64_t>(slots_.size());
  while (work_.wait(lock, stop, [&] { return claim_ < end_ && claim_ < current_ + slots; })) {
    const std::int64_t number = claim_++;
    const auto at = static_cast<std::size_t>(number % slots);
    ++busy_;
    lock.unlock();
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
  {
    const std::lock_guard lock(mutex_);
    current_ = claim_ = first;
    end_ = end;
  }
  work_.notify_all();
}

void Prefetcher::stop() {
  std::unique_lock lock(mutex_);
  end_ = claim_;
  made_.wait(lock, [&] { return busy_ == 0; });
  for (Slot& slot : slots_) slot = {};
}

std::size_t Prefetcher::wait() {
  const auto at = static_cast<std::size_t>(current_ % static_cast<std::int64_t>(slots_.size()));
  if (threads_.empty()) {
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
  {
    const std::lock_guard lock(mutex_);
    ++current_;
  }
  work_.notify_one();
}

}  // namespace gradus::data
