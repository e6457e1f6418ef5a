// Maps of names and layouts, both ways, and what they refuse.
#include <gmock/gmock.h>

#include <string>
#include <utility>
#include <vector>

#include <gradus/nn/weights/internal/name_pattern.h>
#include <gradus/nn/weights/weight_map.h>

#include <message_of.h>

namespace weight_map_test {

using namespace gradus;
using nn::WeightLayout;
using nn::WeightMap;
using nn::WeightRule;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

Array counted(const Shape& shape, Dtype dtype = f32) {
  std::vector<double> numbers(static_cast<std::size_t>(shape.elements()));
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<double>(i % 100);
  return Array::from(numbers, shape).to(dtype);
}

std::vector<std::string> names(const State& state) {
  std::vector<std::string> out;
  for (const auto& [name, array] : state.arrays) out.push_back(name);
  return out;
}

void expect_same(const State& a, const State& b) {
  ASSERT_EQ(names(a), names(b));
  EXPECT_EQ(a.values, b.values);
  for (const auto& [name, array] : a.arrays) {
    EXPECT_EQ(array.shape(), b.arrays.at(name).shape()) << name;
    EXPECT_EQ(array.dtype(), b.arrays.at(name).dtype()) << name;
    EXPECT_EQ(array.to_vector(), b.arrays.at(name).to_vector()) << name;
  }
}

// To the model and back, and the model's from there again.
State there_and_back(const WeightMap& map, const State& file) {
  const State model = map.to_model(file);
  expect_same(map.to_file(model), file);
  expect_same(map.to_model(map.to_file(model)), model);
  return model;
}

std::vector<std::string> captured(std::string_view pattern, std::string_view name) {
  std::vector<std::string_view> found{"before"};
  if (!nn::detail::captures(pattern, name, found)) {
    EXPECT_THAT(found, ElementsAre("before"));
    return {"no"};
  }
  EXPECT_EQ(nn::detail::filled(pattern, {found.begin() + 1, found.end()}), name);
  return {found.begin() + 1, found.end()};
}

TEST(WeightMap, PatternsFit) {
  EXPECT_THAT(captured("a.b", "a.b"), IsEmpty());
  EXPECT_THAT(captured("h.*.w", "h.11.w"), ElementsAre("11"));
  EXPECT_THAT(captured("h.*.w", "h.1.1.w"), ElementsAre("no"));           // a star has no dots
  EXPECT_THAT(captured("h.*", "h."), ElementsAre("no"));                  // and is never empty
  EXPECT_THAT(captured("layer*.*.conv*", "layer12.0.conv2"), ElementsAre("12", "0", "2"));
  EXPECT_THAT(captured("*b*", "abbb"), ElementsAre("a", "bb"));
  EXPECT_THAT(captured("*ab", "aabab"), ElementsAre("aab"));
  EXPECT_THAT(captured("*a*b", "aab"), ElementsAre("no"));
  EXPECT_THAT(captured("*a*b", "aaab"), ElementsAre("a", "a"));
  EXPECT_THAT(captured("**", "a.b.c"), ElementsAre("a.b.c"));
  EXPECT_THAT(captured("**.c", "a.b.c"), ElementsAre("a.b"));
  EXPECT_THAT(captured("**.*.c", "a.b.c"), ElementsAre("a", "b"));
  EXPECT_THAT(captured("a.**.c.**", "a.c.c.c.d"), ElementsAre("c", "c.d"));
  EXPECT_THAT(captured("**.c", "c"), ElementsAre("no"));
  EXPECT_THAT(captured("a.**", "a"), ElementsAre("no"));
  EXPECT_THAT(captured("a.*b.c", "a.bb.c.d"), ElementsAre("no"));
  EXPECT_THAT(captured("a..b", "a..b"), IsEmpty());
  std::string pattern, name;                                               // no time is lost in a hostile one
  for (int i = 0; i < 200; ++i) pattern += "*a", name += "aaaa";
  EXPECT_THAT(captured(pattern + "b", name), ElementsAre("no"));
  std::string deep;
  for (int i = 0; i < 200; ++i) deep += "**.a.";
  EXPECT_THAT(captured(deep + "b", std::string(4000, '.')), ElementsAre("no"));
}

TEST(WeightMap, NamesMoveAndTheRestStays) {
  const WeightMap map{{"h.*.ln.**", "blocks.*.norm.**"}, {"head.weight", "output.weight"}};
  State file({{"h.0.ln.weight", counted({2})},
              {"h.10.ln.deep.bias", counted({2}, f16)},
              {"head.weight", counted({}, i64)},
              {"other", counted({0, 3})}});
  file.values["drop.generator"] = "1 2 3 4";
  EXPECT_THAT(names(there_and_back(map, file)), ElementsAre("blocks.0.norm.weight", "blocks.10.norm.deep.bias", "other", "output.weight"));
  expect_same(WeightMap{}.to_model(file), file);
  expect_same(WeightMap{}.to_file(State{}), State{});
}

TEST(WeightMap, MatricesAreTransposedAndKernelsPermuted) {
  const WeightMap map{{"a", "x", {.transpose = true}}, {"kernel", "weight", {.permute = {3, 2, 0, 1}}}};
  for (const Dtype dtype : {f32, bf16, i64, boolean}) {
    const State model = there_and_back(map, State({{"a", counted({2, 3}, dtype)}, {"kernel", counted({4, 5, 2, 3}, dtype)}}));
    EXPECT_EQ(model.arrays.at("x").shape(), Shape({3, 2}));
    EXPECT_EQ(model.arrays.at("weight").shape(), Shape({3, 2, 4, 5}));
    EXPECT_TRUE(model.arrays.at("x").contiguous());
    if (dtype == boolean) continue;
    EXPECT_THAT(model.arrays.at("x").to_vector(), ElementsAre(0, 3, 1, 4, 2, 5));
    EXPECT_EQ(model.arrays.at("weight").at({2, 1, 3, 4}), 119 - 100);
  }
}

TEST(WeightMap, OneBecomesSeveral) {
  const WeightMap map{{"h.*.qkv", {"h.*.q", "h.*.k", "h.*.v"}},
                      {"*.wqkv", {"*.query", "*.key"}, {.transpose = true, .axis = 0, .parts = {2, 1}}}};
  const State model = there_and_back(map, State({{"h.3.qkv", counted({6})}, {"h.4.qkv", counted({3, 2})}, {"a.wqkv", counted({2, 6})}}));
  EXPECT_THAT(model.arrays.at("h.3.k").to_vector(), ElementsAre(2, 3));
  EXPECT_EQ(model.arrays.at("h.4.v").shape(), Shape({1, 2}));
  EXPECT_EQ(model.arrays.at("a.query").shape(), Shape({4, 2}));
  EXPECT_THAT(model.arrays.at("a.key").to_vector(), ElementsAre(4, 10, 5, 11));
}

TEST(WeightMap, SeveralBecomeOne) {
  const WeightMap map{{{"*.q.*", "*.k.*", "*.v.*"}, "*.in_proj.*"}, {{"left", "right"}, "wide", {.axis = 1, .parts = {1, 3}}}};
  State file;
  for (const char* layer : {"a", "b"})
    for (const char* which : {"q", "k", "v"})
      for (const char* kind : {"weight", "bias"}) file.arrays[text(layer, ".", which, ".", kind)] = counted({2, 2}, bf16);
  file.arrays["left"] = counted({2, 1});
  file.arrays["right"] = counted({2, 3});
  const State model = there_and_back(map, file);
  EXPECT_THAT(names(model), ElementsAre("a.in_proj.bias", "a.in_proj.weight", "b.in_proj.bias", "b.in_proj.weight", "wide"));
  EXPECT_EQ(model.arrays.at("b.in_proj.weight").shape(), Shape({6, 2}));
  EXPECT_THAT(model.arrays.at("wide").to_vector(), ElementsAre(0, 0, 1, 2, 1, 3, 4, 5));
  State half = file;
  half.arrays.erase("b.k.bias");
  EXPECT_THAT(message_of([&] { map.to_model(half); }), HasSubstr("\n  b.k.bias is missing beside b.q.bias: the rule {\"*.q.*\", "));
  file.arrays["right"] = counted({2, 4});
  EXPECT_THAT(message_of([&] { map.to_model(file); }), HasSubstr("it joins [2, 1] and [2, 4] along axis 1 as 1 to 3"));
}

TEST(WeightMap, RotaryPairsMove) {
  const WeightMap map{{"a.*", "x.*", {.rotary_heads = 2}}, {"b.*", "y.*", {.rotary_heads = 2, .rotary_interleaved = true}}};
  const State model = there_and_back(map, State({{"a.bias", counted({12})}, {"a.weight", counted({8, 3})}, {"b.bias", counted({12})}}));
  EXPECT_THAT(model.arrays.at("x.bias").to_vector(), ElementsAre(0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11));
  EXPECT_THAT(model.arrays.at("y.bias").to_vector(), ElementsAre(0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11));
  EXPECT_THAT(message_of([&] { map.to_model(State({{"a.w", counted({6})}, {"b.w", counted({4})}})); }),
              HasSubstr("2 heads of pairs, and the array is [6]"));
}

TEST(WeightMap, IgnoredNamesAreReadOver) {
  const WeightMap map{{"h.*.w", "b.*.w"}, nn::ignored("h.*.mask")};
  EXPECT_THAT(names(map.to_model(State({{"h.0.w", counted({1})}, {"h.0.mask", counted({1})}}))), ElementsAre("b.0.w"));
  EXPECT_NO_THROW(map.to_model(State({{"h.0.w", counted({1})}})));          // a mask need not be there
}

TEST(WeightMap, OlderSpellingsOnlyLoad) {
  const WeightMap map{{"*.gamma", "*.weight", {.optional = true, .only_loads = true}}, {"*.scale", "*.weight", {.optional = true}}};
  EXPECT_THAT(names(map.to_model(State({{"a.gamma", counted({1})}, {"b.scale", counted({1})}}))), ElementsAre("a.weight", "b.weight"));
  EXPECT_THAT(names(map.to_file(State({{"a.weight", counted({1})}, {"b.weight", counted({1})}}))), ElementsAre("a.scale", "b.scale"));
}

TEST(WeightMap, WhatDoesNotFitIsSaidAtOnce) {
  const WeightMap map{{"a", "x"}, {"b", "x"}, {"nowhere.*", "gone.*"}, {"m", "matrix", {.transpose = true}}, {"w", {"p", "q"}}};
  const State file({{"a", counted({1})}, {"b", counted({1})}, {"m", counted({2, 2, 2})}, {"w", counted({3})}, {"x2", counted({1})}});
  const std::string message = message_of([&] { map.to_model(file); });
  EXPECT_THAT(message, HasSubstr("WeightMap::to_model: the map does not fit the state:"));
  EXPECT_THAT(message, HasSubstr("\n  x has two sources: a and b"));
  EXPECT_THAT(message, HasSubstr("\n  the rule \"nowhere.*\" → \"gone.*\" fits nothing"));
  EXPECT_THAT(message, HasSubstr("\n  \"m\": the rule \"m\" → \"matrix\" does not fit: it transposes a matrix, and the array is [2,"));
  EXPECT_THAT(message, HasSubstr("it cuts axis 0 into 2 parts, and the array is [3]"));
  EXPECT_THAT(message, Not(HasSubstr("x2")));
  EXPECT_THAT(message_of([&] { WeightMap{{"a", "x"}}.to_file(State({{"y", counted({1})}})); }),
              HasSubstr("WeightMap::to_file: the map does not fit the state:\n  the rule \"a\" → \"x\" fits nothing"));
}

TEST(WeightMap, ANameThatWouldNotComeBackIsRefused) {
  const State both({{"a", counted({1})}, {"c", counted({1})}});
  EXPECT_THAT(message_of([&] { WeightMap{{"c", "b", {.optional = true}}, {"*", "b", {}}}; }), HasSubstr("other stars"));
  EXPECT_THAT(message_of([&] { WeightMap{{"a", "x"}, {"*", "*"}}.to_model(State({{"a", counted({1})}, {"x", counted({1})}})); }),
              HasSubstr("x has two sources: a and x"));
  EXPECT_THAT(message_of([&] { WeightMap{{"a", "b"}, {"c", "b", {.optional = true}}}.to_model(State({{"c", counted({1})}})); }),
              HasSubstr("c becomes b, which the rule \"a\" → \"b\" takes on the way back"));
  EXPECT_THAT(message_of([&] { WeightMap{{"c", "a"}}.to_file(both); }), HasSubstr("c becomes c, which the rule \"c\" → \"a\" takes"));
}

TEST(WeightMap, RulesThatMeanNothingAreRefused) {
  const auto refused = [](auto... parts) { return message_of([&] { WeightRule(parts...); }); };
  using Names = nn::WeightNames;
  EXPECT_THAT(refused(Names(""), Names("a")), HasSubstr("a pattern is empty"));
  EXPECT_THAT(refused(Names("a**"), Names("b")), HasSubstr("** stands beside something else"));
  EXPECT_THAT(refused(Names("a.*"), Names("b.**")), HasSubstr("WeightRule \"a.*\" → \"b.**\": \"b.**\" has other stars than \"a.*\""));
  EXPECT_THAT(refused(Names{"a", "b"}, Names{"c", "d"}), HasSubstr("several names on both sides"));
  EXPECT_THAT(refused(Names{}, Names("a")), HasSubstr("there is no name"));
  EXPECT_THAT(refused(Names("a"), Names{"c", "d"}, WeightLayout{.parts = {1}}), HasSubstr("parts are one number"));
  EXPECT_THAT(refused(Names("a"), Names{"c", "d"}, WeightLayout{.parts = {1, 0}}), HasSubstr("parts are one number"));
  EXPECT_THAT(refused(Names("a"), Names("b"), WeightLayout{.permute = {0, 2}}), HasSubstr("permute has each axis once"));
  EXPECT_THAT(refused(Names("a"), Names("b"), WeightLayout{.axis = -1}), HasSubstr("axis is -1"));
  EXPECT_THAT(refused(Names("a"), Names("b"), WeightLayout{.rotary_heads = -1}), HasSubstr("rotary_heads is -1"));
}

}  // namespace weight_map_test
