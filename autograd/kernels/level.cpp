#include <gradus/autograd/kernels/level.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

namespace gradus::kernels {
namespace {

Level of_machine() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("x86-64-v4")) return Level::v4;
  if (__builtin_cpu_supports("x86-64-v3")) return Level::v3;
  if (__builtin_cpu_supports("x86-64-v2")) return Level::v2;
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
  static const Level level = std::min(of_machine(), wished());
  return level;
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
