// Counts what a test program asks operator new for, but for calls from inside oneDNN, OpenBLAS and OpenMP, which are not ours to mend.
// Replaces operator new: to be included by one source of a program. A sanitizer owns operator new itself; can_count is false then.
//   AllocationCount count;  work();  EXPECT_EQ(count.so_far(), 0);
#pragma once
#include <dlfcn.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <string_view>

namespace gradus {

class AllocationCount {
 public:
  AllocationCount() { total = 0, counting = true; }
  ~AllocationCount() { counting = false; }
  std::int64_t so_far() const { return total; }

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
  inline static std::atomic<std::int64_t> total{0};
};

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool can_count = false;
}  // namespace gradus
#else
constexpr bool can_count = true;
}  // namespace gradus

[[gnu::noinline]] void* operator new(std::size_t bytes) {
  gradus::AllocationCount::note(__builtin_return_address(0));
  if (void* block = std::malloc(bytes ? bytes : 1)) return block;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* block) noexcept { std::free(block); }
[[gnu::noinline]] void operator delete(void* block, std::size_t) noexcept { std::free(block); }
#endif
