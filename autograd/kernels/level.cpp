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

}  // namespace gradus::kernels
