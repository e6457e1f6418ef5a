#include <gradus/autograd/base/tally.h>

namespace gradus::tally {
namespace {

// Places are never freed, so that a reader needs no lock; a thread that ends leaves its place, with its counts, to the next one.
std::atomic<Place*> places{nullptr};
Place after_the_end;   // for what a thread adds while its thread-local objects are being destroyed; shared

Place* take_place() {
  for (Place* p = places.load(std::memory_order_acquire); p; p = p->next)
    if (bool free = false; p->taken.compare_exchange_strong(free, true, std::memory_order_acquire)) return p;
  Place* const fresh = new Place;
  fresh->next = places.load(std::memory_order_relaxed);
  while (!places.compare_exchange_weak(fresh->next, fresh, std::memory_order_release, std::memory_order_relaxed)) {}
  return fresh;
}

constinit thread_local bool ended = false;
struct Leaving {
  ~Leaving() {
    ended = true;
    detail::mine->taken.store(false, std::memory_order_release);
    detail::mine = nullptr;
  }
};

}  // namespace

namespace detail {

constinit thread_local Place* mine = nullptr;

void add_slowly(What what, std::int64_t n) {
  if (ended) {
    after_the_end.count[what].fetch_add(n, std::memory_order_relaxed);
    return;
  }
  mine = take_place();
  thread_local const Leaving leaving;
  (void)leaving;
  add(what, n);
}

}  // namespace detail

std::int64_t total(What what) {
  std::int64_t sum = after_the_end.count[what].load(std::memory_order_relaxed);
  for (Place* p = places.load(std::memory_order_acquire); p; p = p->next) sum += p->count[what].load(std::memory_order_relaxed);
  return sum;
}

}  // namespace gradus::tally
