#include <gradus/autograd/simd/internal/level.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <string_view>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace gradus::kernels {
namespace {

#if defined(__x86_64__)
// Feature by feature: clang before 19 does not know the levels by name, nor the features that has() asks the processor for. What the
// system has to save with a thread (AVX and more) the builtin asks it for.
bool has(unsigned leaf, unsigned ecx_bits) {
  unsigned a = 0, b = 0, c = 0, d = 0;
  return __get_cpuid(leaf, &a, &b, &c, &d) && (c & ecx_bits) == ecx_bits;
}
bool is_v2() {
  return has(1, bit_CMPXCHG16B) && has(0x80000001, bit_LAHF_LM) && __builtin_cpu_supports("popcnt") && __builtin_cpu_supports("sse3") &&
         __builtin_cpu_supports("ssse3") && __builtin_cpu_supports("sse4.1") && __builtin_cpu_supports("sse4.2");
}
bool is_v3() {
  return is_v2() && has(1, bit_F16C | bit_MOVBE | bit_OSXSAVE) && has(0x80000001, bit_LZCNT) && __builtin_cpu_supports("avx") &&
         __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("fma");
}
bool is_v4() {
  return is_v3() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512cd") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}
#endif

Level of_machine() {
#if defined(__x86_64__)
  if (is_v4()) return Level::v4;
  if (is_v3()) return Level::v3;
  if (is_v2()) return Level::v2;
#endif
#if defined(__x86_64__) || defined(__aarch64__)
  return Level::base;
#else
  return Level::plain;
#endif
}

Level wished() {
  const char* text = std::getenv("GRADUS_SIMD_LEVEL");
  const std::string_view wish = text ? text : "";
  return wish == "plain" ? Level::plain : wish == "base" ? Level::base : wish == "v2" ? Level::v2 : wish == "v3" ? Level::v3 : Level::v4;
}

}  // namespace

Level simd_level() {
  static constinit std::atomic<int> known = -1;   // without a guard, as the choices of tables
  int level = known.load(std::memory_order_relaxed);
  if (level < 0) known.store(level = static_cast<int>(std::min(of_machine(), wished())), std::memory_order_relaxed);
  return static_cast<Level>(level);
}

const char* level_name(Level level) {
  constexpr const char* names[] = {"plain", "base", "v2", "v3", "v4"};
  return names[static_cast<int>(level)];
}

std::vector<Level> levels_in_build() {
#define GRADUS_LEVEL_IN_LIST(level, list) list.push_back(Level::level);
  std::vector<Level> levels;
  GRADUS_AT_LEVELS(GRADUS_LEVEL_IN_LIST, levels)
#undef GRADUS_LEVEL_IN_LIST
  return levels;
}

Level level_in_use() {
  const std::vector<Level> levels = levels_in_build();
  Level best = levels.front();
  for (Level level : levels)
    if (level <= simd_level()) best = level;
  return best;
}

}  // namespace gradus::kernels
