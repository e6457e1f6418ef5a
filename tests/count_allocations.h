// Operator new and the pool's source of memory, replaced for allocations.h: to be included by one source of a program.
#pragma once
#include <cstdlib>

#include <allocations.h>

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
[[gnu::noinline]] void* operator new(std::size_t bytes) {
  gradus::AllocationCount::note(__builtin_return_address(0));
  if (gradus::ShortMemory::fails_now()) throw std::bad_alloc();
  if (void* block = std::malloc(bytes ? bytes : 1)) {
    gradus::AllocationCount::given();
    return block;
  }
  throw std::bad_alloc();
}
// The pool's.
extern "C" void* aligned_alloc(std::size_t alignment, std::size_t bytes) noexcept {
  if (gradus::ShortMemory::fails_now()) return nullptr;
  void* block = nullptr;
  return posix_memalign(&block, alignment, bytes) == 0 ? block : nullptr;
}
[[gnu::noinline]] void operator delete(void* block) noexcept {
  if (block) gradus::AllocationCount::back();
  std::free(block);
}
[[gnu::noinline]] void operator delete(void* block, std::size_t) noexcept { operator delete(block); }
#endif
