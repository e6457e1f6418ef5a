// Counts what a test program asks operator new for, but for calls from inside oneDNN, OpenBLAS and OpenMP, which are not ours to mend.
// One source of the program includes count_allocations.h as well. A sanitizer owns operator new itself; can_count is false then.
//   AllocationCount count;  work();  EXPECT_EQ(count.so_far(), 0);
// And makes memory short: work is done again and again, failing at each allocation in turn, until none is left to fail.
//   while_memory_is_short([&] { begin_anew(); }, [&] { work(); }, [&] { EXPECT_TRUE(all_is_as_before()); });
#pragma once
#include <dlfcn.h>

#include <atomic>
#include <cstdint>
#include <new>
#include <string_view>
#include <utility>

#include <gradus/autograd/base/pool.h>

namespace gradus {

class AllocationCount {
 public:
  AllocationCount() { total = 0, counting = true; }
  ~AllocationCount() { counting = false; }
  std::int64_t so_far() const { return total; }

  // Blocks that operator new has given and that have not come back, over all threads.
  static std::int64_t live() { return living; }
  static void given() { ++living; }
  static void back() { --living; }

  static void note(const void* caller) {
    if (counting && !from_a_library_below(caller)) ++total;
  }

 private:
  static bool from_a_library_below(const void* caller) {
    Dl_info info;
    if (!dladdr(caller, &info) || !info.dli_fname) return false;
    const std::string_view object = info.dli_fname;
    for (const std::string_view name : {"libdnnl", "libopenblas", "libgomp"})
      if (object.find(name) != object.npos) return true;
    return false;
  }
  inline static std::atomic<bool> counting{false};
  inline static std::atomic<std::int64_t> total{0}, living{0};
};

// While it lives, the n-th allocation of this thread fails, and all that follow it if they are to: of operator new and of the pool.
class ShortMemory {
 public:
  ShortMemory(std::int64_t n, bool from_then_on) { left = n, forever = from_then_on, failed = false; }
  ~ShortMemory() { left = none; }
  static bool fails_now() {
    if (left == none || (left > 0 && --left > 0)) return false;
    failed = true;
    if (!forever) left = none;
    return true;
  }
  static bool has_failed() { return failed; }

 private:
  static constexpr std::int64_t none = -1;
  inline static thread_local std::int64_t left = none;
  inline static thread_local bool forever = false, failed = false;
};

// Returns how often the work failed; `unchanged` is called after each time.
template <class Prepare, class Work, class Unchanged>
int while_memory_is_short(Prepare prepare, Work work, Unchanged unchanged) {
  int failures = 0;
  for (const bool from_then_on : {false, true})
    for (std::int64_t n = 1;; ++n) {
      prepare();
      pool::release_cached();
      bool threw = false;
      {
        const ShortMemory memory(n, from_then_on);
        try {
          work();
        } catch (const std::bad_alloc&) {
          threw = true;
        }
      }
      if (threw) ++failures, unchanged();
      else if (!ShortMemory::has_failed()) break;
    }
  return failures;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool can_count = false;
#else
constexpr bool can_count = true;
#endif

}  // namespace gradus
