// The instruction-set level is the best that both the machine and GRADUS_SIMD_LEVEL allow. ctest runs the suites at each level there is.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include <gradus/autograd/simd/internal/level.h>

namespace gradus::kernels::level_test {

Level level_with(const char* wish) {
  if (wish) setenv("GRADUS_SIMD_LEVEL", wish, 1);
  else unsetenv("GRADUS_SIMD_LEVEL");
  return simd_level();
}

TEST(Level, IsNeverAboveTheWish) {
  const char* wish = std::getenv("GRADUS_SIMD_LEVEL");
  const std::string text = wish ? wish : "v4";
  EXPECT_LE(simd_level(), text == "plain"  ? Level::plain
                          : text == "base" ? Level::base
                          : text == "v2"   ? Level::v2
                          : text == "v3"   ? Level::v3
                                           : Level::v4);
}

TEST(LevelDeathTest, WishLowersWhatTheMachineHas) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");   // each a new process: the choice is made once
  const char* before = std::getenv("GRADUS_SIMD_LEVEL");
  const std::string kept = before ? before : "";
#if defined(__x86_64__) && defined(__clang__)   // which does not know levels by name before release 19
  const Level machine = __builtin_cpu_supports("avx512bw") ? Level::v4
                        : __builtin_cpu_supports("avx2")   ? Level::v3
                        : __builtin_cpu_supports("sse4.2") ? Level::v2
                                                           : Level::base;
#elif defined(__x86_64__)
  const Level machine = __builtin_cpu_supports("x86-64-v4")   ? Level::v4
                        : __builtin_cpu_supports("x86-64-v3") ? Level::v3
                        : __builtin_cpu_supports("x86-64-v2") ? Level::v2
                                                              : Level::base;
#elif defined(__aarch64__)
  const Level machine = Level::base;
#else
  const Level machine = Level::plain;
#endif
  const auto lower = [&](Level wish) { return static_cast<int>(std::min(wish, machine)) + 10; };
  EXPECT_EXIT(std::exit(static_cast<int>(level_with(nullptr)) + 10), testing::ExitedWithCode(lower(Level::v4)), "");
  EXPECT_EXIT(std::exit(static_cast<int>(level_with("v3")) + 10), testing::ExitedWithCode(lower(Level::v3)), "");
  EXPECT_EXIT(std::exit(static_cast<int>(level_with("v2")) + 10), testing::ExitedWithCode(lower(Level::v2)), "");
  EXPECT_EXIT(std::exit(static_cast<int>(level_with("base")) + 10), testing::ExitedWithCode(lower(Level::base)), "");
  EXPECT_EXIT(std::exit(static_cast<int>(level_with("plain")) + 10), testing::ExitedWithCode(10), "");
  before ? setenv("GRADUS_SIMD_LEVEL", kept.c_str(), 1) : unsetenv("GRADUS_SIMD_LEVEL");
}

}  // namespace gradus::kernels::level_test
