// Instruction-set levels. Files named *.simd.cpp are compiled once for each level in the build, and each hands out one table of functions
// from the namespace of its level; GRADUS_DISPATCH chooses the table of the best level that this machine has, at run time:
//   const ReduceLoops& reduce_loops();                                                    in a header, namespace gradus::kernels
//   namespace gradus::kernels { GRADUS_DISPATCH(ReduceLoops, reduce_loops) … }              in one source of the library: the choice
//   namespace gradus::kernels::GRADUS_SIMD_LEVEL { const ReduceLoops& reduce_loops() {…} }   in the *.simd.cpp
// Each stands in the namespace of its own room and subject.
// For sources of the library alone: nobody else knows which levels were built.
#pragma once
#include <atomic>
#include <vector>

namespace gradus::kernels {

// plain: no registers; base: those of every x86-64 (SSE2) or 64-bit Arm (NEON) processor; x86-64-v2: SSE4.2; v3: AVX2 and FMA; v4: AVX-512.
enum class Level { plain, base, v2, v3, v4 };
// The best level of this machine; GRADUS_SIMD_LEVEL=v2 in the environment lowers it.
Level simd_level();

const char* level_name(Level level);    // "v3"
std::vector<Level> levels_in_build();   // those that this library was compiled for, lowest first
Level level_in_use();                   // the one of them that GRADUS_DISPATCH chooses

}  // namespace gradus::kernels

// Which levels are in the build: set by the build system, one macro each.
#ifdef GRADUS_HAS_plain
#define GRADUS_AT_plain(act, ...) act(plain, __VA_ARGS__)
#else
#define GRADUS_AT_plain(act, ...)
#endif
#ifdef GRADUS_HAS_base
#define GRADUS_AT_base(act, ...) act(base, __VA_ARGS__)
#else
#define GRADUS_AT_base(act, ...)
#endif
#ifdef GRADUS_HAS_v2
#define GRADUS_AT_v2(act, ...) act(v2, __VA_ARGS__)
#else
#define GRADUS_AT_v2(act, ...)
#endif
#ifdef GRADUS_HAS_v3
#define GRADUS_AT_v3(act, ...) act(v3, __VA_ARGS__)
#else
#define GRADUS_AT_v3(act, ...)
#endif
#ifdef GRADUS_HAS_v4
#define GRADUS_AT_v4(act, ...) act(v4, __VA_ARGS__)
#else
#define GRADUS_AT_v4(act, ...)
#endif
#define GRADUS_AT_LEVELS(act, ...)                                    \
  GRADUS_AT_plain(act, __VA_ARGS__) GRADUS_AT_base(act, __VA_ARGS__)  \
  GRADUS_AT_v2(act, __VA_ARGS__) GRADUS_AT_v3(act, __VA_ARGS__) GRADUS_AT_v4(act, __VA_ARGS__)
#define GRADUS_DECLARE_AT(level, Table, function) \
  namespace level {                               \
  const Table& function();                        \
  }
#define GRADUS_CHOOSE_AT(level, Table, function) \
  if (::gradus::kernels::simd_level() >= ::gradus::kernels::Level::level || !best) best = &level::function();

// The choice is the same whoever makes it, so it needs no guard, which the child of a fork would find taken if another thread was at it.
#define GRADUS_DISPATCH(Table, function)                         \
  GRADUS_AT_LEVELS(GRADUS_DECLARE_AT, Table, function)           \
  const Table& function() {                                      \
    static constinit std::atomic<const Table*> chosen = nullptr; \
    const Table* best = chosen.load(std::memory_order_acquire);  \
    if (!best) {                                                 \
      GRADUS_AT_LEVELS(GRADUS_CHOOSE_AT, Table, function)        \
      chosen.store(best, std::memory_order_release);             \
    }                                                            \
    return *best;                                                \
  }
