#include <gmock/gmock.h>

#include <gradus/autograd/tape/parameter_list.h>

namespace parameter_list_test {

using namespace gradus;
using testing::ElementsAre;
using testing::ElementsAreArray;

std::vector<std::string> names(const Parameters& parameters) {
  std::vector<std::string> all;
  for (const NamedParameter& p : parameters) all.push_back(p.name);
  return all;
}

Parameters some() {
  Parameters all;
  for (const char* name : {"conv.weight", "conv.bias", "blocks.0.norm.bias", "blocks.1.fc.weight", ""})
    all.push_back({name, Counted<Leaf>(new Leaf(Array::zeros({1})))});
  return all;
}

TEST(ParameterList, PatternsFitTheWholeName) {
  const Parameters all = some();
  EXPECT_THAT(names(matching(all, "*.bias")), ElementsAreArray({"conv.bias", "blocks.0.norm.bias"}));
  EXPECT_THAT(names(matching(all, "blocks.*")), ElementsAreArray({"blocks.0.norm.bias", "blocks.1.fc.weight"}));
  EXPECT_THAT(names(matching(all, "blocks.*.norm.*")), ElementsAre("blocks.0.norm.bias"));
  EXPECT_THAT(names(matching(all, "conv")), ElementsAre());
  EXPECT_THAT(names(matching(all, "conv.bias")), ElementsAre("conv.bias"));
  EXPECT_THAT(names(matching(all, "*b*s*")), ElementsAreArray({"conv.bias", "blocks.0.norm.bias", "blocks.1.fc.weight"}));
  EXPECT_THAT(names(matching(all, "")), ElementsAre(""));
  EXPECT_EQ(matching(all, "*").size(), 5u);
  EXPECT_EQ(matching(all, "**").size(), 5u);
  EXPECT_TRUE(matching({}, "*").empty());
}

TEST(ParameterList, WithoutIsTheRest) {
  const Parameters all = some();
  EXPECT_THAT(names(without(all, "*.bias")), ElementsAre("conv.weight", "blocks.1.fc.weight", ""));
  EXPECT_EQ(without(all, "*.bias")[0].leaf.get(), all[0].leaf.get());
  EXPECT_TRUE(without(all, "*").empty());
}

}  // namespace parameter_list_test
