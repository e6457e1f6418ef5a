// This file is compiled at -O0 (tests/CMakeLists.txt): there the linker sees what optimisation elsewhere has removed.
#include <gmock/gmock.h>

#include <gradus/nn/layers/linear.h>
#include <gradus/nn/model/module.h>

namespace unoptimised_test {

using namespace gradus;

struct Hidden {
  nn::Linear first{2, 3}, second{3, 1};
};

std::vector<std::string> names(const Parameters& parameters) {
  std::vector<std::string> out;
  for (const NamedParameter& p : parameters) out.push_back(p.name);
  return out;
}

TEST(Unoptimised, ModelsInUnnamedNamespacesAndInFunctionsLink) {
  struct Local {
    nn::Linear only{2, 3};
  };
  Hidden hidden;
  Local local;
  EXPECT_THAT(names(nn::parameters(hidden)), testing::ElementsAreArray({"first.weight", "first.bias", "second.weight", "second.bias"}));
  EXPECT_THAT(names(nn::parameters(local)), testing::ElementsAreArray({"only.weight", "only.bias"}));
}

}  // namespace unoptimised_test
