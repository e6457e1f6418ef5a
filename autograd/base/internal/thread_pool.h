// The threads behind parallel_for. Workers are started when first needed, are shared by the whole process, and live to its end; they watch
// for the next loop for some microseconds and then sleep. A loop's pieces are taken by whoever comes first: its caller from the front,
// workers from the back, so that over many loops a thread meets the same memory. The caller never waits for a worker that has not begun.
//   run_region({range, body, n, 64, 8}, 2);    8 pieces of [0, n) by the calling thread and one worker
#pragma once
#include <cstdint>

namespace gradus::detail {

// A loop and its cuts, which fall on multiples of `unit`.
struct Region {
  static constexpr std::int64_t most_threads = 1024;
  void (*range)(void* body, std::int64_t begin, std::int64_t end);
  void* body;
  std::int64_t n, unit;
  int pieces;

  std::int64_t cut(int piece) const { return piece == pieces ? n : n * piece / pieces / unit * unit; }
  void run(int piece) const { range(body, cut(piece), cut(piece + 1)); }
};

// Runs every piece, by at most `threads` threads and the calling one among them. By the calling one alone, in order, when another thread's
// region has the workers. Rethrows the exception of the first piece that failed. A body must not fork.
void run_region(const Region& region, int threads);

bool in_region();   // is the calling thread in a piece of one?

}  // namespace gradus::detail
