#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <sstream>
#include <string_view>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/build_info.h>
#include <gradus/autograd/simd/internal/level.h>

namespace gradus::build_info_test {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

TEST(BuildInfo, SaysWhatIsInUse) {
  const BuildInfo info = build_info();
  EXPECT_THAT(info.levels, Contains(info.level));
  EXPECT_EQ(info.threads, num_threads());
  std::ostringstream lines;
  lines << info;
  for (const std::string& word : {info.version, info.compiler, info.level, info.products, info.convolutions}) {
    EXPECT_FALSE(word.empty());
    EXPECT_THAT(lines.str(), HasSubstr(word));
  }
}

TEST(BuildInfo, FollowsTheThreads) {
  const int before = num_threads();
  set_threads(1);
  EXPECT_EQ(build_info().threads, 1);
  set_threads(before);
}

// OpenBLAS takes these kernels on a processor that it does not know; ctest runs this program once more with them everywhere.
TEST(BuildInfo, SaysWhoMultipliesWhenTheKernelsOfOpenBlasAreOld) {
  const std::string products = build_info().products;
  const char* wanted = std::getenv("OPENBLAS_CORETYPE");
  if (!products.starts_with("OpenBLAS")) GTEST_SKIP() << "no OpenBLAS";
  if (wanted && std::string_view(wanted) == "Prescott") {
    EXPECT_THAT(products, HasSubstr("kernels for Prescott"));
  }
  const bool old = products.find("kernels for Prescott") != products.npos && kernels::level_in_use() >= kernels::Level::v3;
  EXPECT_THAT(products, old ? testing::Matcher<std::string>(HasSubstr("older than this processor: gradus multiplies"))
                            : testing::Matcher<std::string>(Not(HasSubstr("older"))));
}

}  // namespace gradus::build_info_test
