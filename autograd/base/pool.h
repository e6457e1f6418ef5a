// Memory that is asked for again and again: blocks aligned to 64 bytes, kept in size classes, a cache per thread before one for
// the process, so that a steady training loop never reaches malloc. Knows nothing of arrays.
//   pool::set_idle_limit(100 << 20);   keep at most 100 MiB that nobody uses
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>

namespace gradus::pool {

void* allocate(std::uint64_t bytes);                     // throws std::bad_alloc
void free(void* block, std::size_t bytes) noexcept;      // `bytes` as given to allocate; any thread may free

// Bytes handed out and not yet freed, and the largest that number has been (over all threads; blocks under 16 KiB are looked at only now
// and then, so the peak may miss some tens of them).
std::int64_t live_bytes();
std::int64_t peak_bytes();
void reset_peak();
std::int64_t blocks_from_system();                       // how often the pool had to ask the system, since the start

// Idle memory, all threads' together: blocks that were freed and wait for the next who asks. Beyond the limit they go back to the system,
// first those of the sizes that nobody has used for the longest time. Unless it is set, the limit follows what has lately been in use at
// once (at least 256 MiB), so that whatever a steady loop frees is there for its next round, and shapes that come and go don't pile up.
std::int64_t idle_bytes();                               // exact while nobody allocates or frees
std::int64_t idle_limit();
// 0 keeps nothing, no number follows use again. What other threads keep for themselves goes when they next free. ValueError below 0.
void set_idle_limit(std::optional<std::int64_t> bytes);
void release_cached();                                   // gives this thread's and the process's idle blocks back to the system

// Objects in pooled memory: derive, and `new` and `delete` come here.
struct Pooled {
  static void* operator new(std::size_t bytes) { return allocate(bytes); }
  static void* operator new(std::size_t, void* place) { return place; }
  static void operator delete(void* block, std::size_t bytes) noexcept { free(block, bytes); }
};

}  // namespace gradus::pool
