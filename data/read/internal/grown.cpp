#include <gradus/data/read/internal/grown.h>

#include <cstdint>
#ifdef __linux__
#include <sys/mman.h>
#endif

namespace gradus::data {

void* more_memory(void* old, std::size_t bytes) {
  void* const more = std::realloc(old, bytes);
  if (!more) throw std::bad_alloc();
#if defined(MADV_HUGEPAGE)
  // Memory that is new to the process costs a fault a page.
  constexpr std::uintptr_t page = 4096;
  const std::uintptr_t begin = (reinterpret_cast<std::uintptr_t>(more) + page - 1) / page * page;
  if (bytes >= std::size_t{4} << 20) madvise(reinterpret_cast<void*>(begin), (bytes - page) / page * page, MADV_HUGEPAGE);
#endif
  return more;
}

}  // namespace gradus::data
