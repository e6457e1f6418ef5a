// The protocol: what is asked is answered in the promised form, what cannot be answered is an error, and nothing else.
#include <cmath>
#include <string>

#include <nlohmann/json.hpp>
#include <support.h>

#include "landscape/answer.h"
#include "landscape/optimizers.h"
#include "landscape/schedules.h"

namespace landscape::answer_test {

using Json = nlohmann::json;

Json ask(const std::string& request) { return Json::parse(answer(request)); }
const std::string adam =
    R"({"ask":"run","surface":{"name":"ravine","parameter":30},"start":[-3,1],"optimizer":{"name":"Adam","options":)"
    R"({"lr":0.1,"betas.0":0.9,"eps_at":"inside","amsgrad":true}},"schedule":{"name":"cosine","options":{"eta_min":0.001}},)"
    R"("noise":0.2,"seed":7,"steps":60})";

TEST(Answer, ARunHasOneNumberMoreOfPointsThanOfSteps) {
  const Json run = ask(adam);
  for (const char* key : {"x", "y", "loss"}) EXPECT_EQ(run.at(key).size(), 61) << key;
  for (const char* key : {"lr", "gradient", "step"}) EXPECT_EQ(run.at(key).size(), 60) << key;
  EXPECT_EQ(run["x"][0], -3);
  EXPECT_EQ(run["lr"][0], 0.1);
  EXPECT_THAT(run["formula"].get<std::string>(), testing::AllOf(testing::HasSubstr("Adam"), testing::HasSubstr("CosineAnnealingLR")));
  for (const char* key : {"kind", "at", "end", "loss", "nearest", "distance"}) EXPECT_TRUE(run["outcome"].contains(key)) << key;
  EXPECT_EQ(run["outcome"]["end"][0], run["x"][60]);
}

TEST(Answer, TheSameRequestHasTheSameAnswer) {
  EXPECT_EQ(answer(adam), answer(adam));
  EXPECT_EQ(answer(R"({"ask":"catalogue"})"), answer(R"({"ask":"catalogue"})"));
}

TEST(Answer, LeftOutIsDefault) {
  const std::string least = R"({"ask":"run","surface":{"name":"ravine"},"optimizer":{"name":"SGD"}})";
  EXPECT_EQ(answer(least),
            answer(R"({"ask":"run","surface":{"name":"ravine","parameter":25},"start":[-4.4,1.6],"optimizer":{"name":"SGD","options":)"
                   R"({"lr":0.07,"momentum":0,"nesterov":false,"form":"classic"}},"schedule":null,"noise":0,"seed":1,"steps":200})"));
}

TEST(Answer, TheCatalogueListsWhatThereIs) {
  const Json catalogue = ask(R"({"ask":"catalogue"})");
  ASSERT_EQ(catalogue["surfaces"].size(), surfaces().size());
  ASSERT_EQ(catalogue["optimizers"].size(), optimizers().size());
  ASSERT_EQ(catalogue["schedules"].size(), schedules().size());
  for (const Json& s : catalogue["surfaces"]) {
    EXPECT_EQ(s["window"].size(), 4);
    EXPECT_FALSE(s["minima"].empty());
    EXPECT_EQ(s["rates"].size(), optimizers().size());
  }
  for (const char* part : {"optimizers", "schedules"})
    for (const Json& item : catalogue[part])
      for (const Json& option : item["options"]) {
        SCOPED_TRACE(item["name"].get<std::string>() + " " + option.dump());
        if (option["kind"] == "number") {
          EXPECT_GE(option["default"], option["min"]);
          EXPECT_LE(option["default"], option["max"]);
          EXPECT_TRUE(option["min"] > 0 || !option["log"]);
        } else if (option["kind"] == "choice") {
          EXPECT_THAT(option["choices"], testing::Contains(option["default"]));
        } else {
          EXPECT_TRUE(option["kind"] == "switch" && option["default"].is_boolean());
        }
      }
}

// What a page sends when nobody has touched anything, and when every slider is at either end.
TEST(Answer, EveryOptionOfTheCatalogueIsTakenAtBothEnds) {
  const Json catalogue = ask(R"({"ask":"catalogue"})");
  for (const char* part : {"optimizers", "schedules"})
    for (const Json& item : catalogue[part])
      for (const Json& option : item["options"])
        for (const char* end : {"min", "max", "default"}) {
          const Json value = option.contains(end) ? option[end] : option["default"];
          Json request = Json::parse(R"({"ask":"run","surface":{"name":"ravine"},"optimizer":{"name":"Momentum"},"steps":5})");
          Json chosen{{"name", item["name"]}, {"options", {{option["name"].get<std::string>(), value}}}};
          request[std::string(part) == "optimizers" ? "optimizer" : "schedule"] = chosen;
          const Json reply = ask(request.dump());
          EXPECT_FALSE(reply.contains("error")) << request.dump() << "\n" << reply.dump();
        }
}

TEST(Answer, AGridIsRowsFromBelow) {
  const Json grid = ask(R"({"ask":"grid","surface":{"name":"ravine","parameter":4},"window":[0,2,-1,1],"columns":3,"rows":2})");
  EXPECT_EQ(grid["values"], Json({2.0, 2.5, 4.0, 2.0, 2.5, 4.0}));
  EXPECT_EQ(grid["min"], 2.0);
  EXPECT_EQ(grid["max"], 4.0);
  const Json wells = ask(R"({"ask":"grid","surface":{"name":"two_wells","parameter":1.2}})");
  EXPECT_EQ(wells["values"].size(), 121 * 121);
  EXPECT_NEAR(wells["minima"][1]["at"][0].get<double>(), -1.2, 1e-9);
  const Json far = ask(R"({"ask":"grid","surface":{"name":"beale"},"window":[-1e300,1e300,-1e300,1e300],"columns":3,"rows":3})");
  EXPECT_TRUE(far["values"][0].is_null());
}

TEST(Answer, ARunThatLeavesAllBoundsEndsThere) {
  const Json run = ask(R"({"ask":"run","surface":{"name":"rosenbrock"},"optimizer":{"name":"SGD","options":{"lr":1000}}})");
  EXPECT_EQ(run["outcome"]["kind"], "diverged");
  EXPECT_EQ(run["outcome"]["at"], run["x"].size() - 1);
  EXPECT_LT(run["x"].size(), 10);
  const Json beyond =
      ask(R"({"ask":"run","surface":{"name":"beale"},"start":[1e6,1e6],"optimizer":{"name":"SGD","options":{"lr":1e300}}})");
  EXPECT_EQ(beyond["outcome"]["kind"], "diverged");
  EXPECT_TRUE(beyond["x"].back().is_null() && beyond["outcome"]["end"][0].is_null());   // no number
}

TEST(Answer, WhatCannotBeAnsweredIsAnError) {
  const std::pair<std::string, std::string> all[] = {
      {"", "JSON"},
      {"{", "JSON"},
      {"[]", "object"},
      {"null", "object"},
      {std::string(100000, '['), "JSON"},
      {"{\"ask\":\"\xff\xfe\"}", "JSON"},
      {R"({})", "ask"},
      {R"({"ask":7})", "ask"},
      {R"({"ask":"grids"})", "did you mean \"grid\""},
      {R"({"ask":"grid"})", "surface"},
      {R"({"ask":"grid","surface":"ravine"})", "surface"},
      {R"({"ask":"grid","surface":{"name":"hill"}})", "There are: ravine"},
      {R"({"ask":"grid","surface":{"name":"ravine","parameter":"x"}})", "parameter"},
      {R"({"ask":"grid","surface":{"name":"ravine","parameter":-5}})", "κ"},
      {R"({"ask":"grid","surface":{"name":"ravine"},"columns":1e9})", "columns"},
      {R"({"ask":"grid","surface":{"name":"ravine"},"columns":2.5})", "whole number"},
      {R"({"ask":"grid","surface":{"name":"ravine"},"window":[1,2,3]})", "window"},
      {R"({"ask":"grid","surface":{"name":"ravine"},"window":[1,1,0,1]})", "window"},
      {R"({"ask":"run","surface":{"name":"ravine"}})", "optimizer"},
      {R"({"ask":"run","surface":{"name":"ravine"},"optimizer":{"name":"Bdam"}})", "did you mean \"Adam\""},
      {R"({"ask":"run","surface":{"name":"ravine"},"optimizer":{"name":"Adam","options":[1]}})", "options"},
      {R"({"ask":"run","surface":{"name":"ravine"},"optimizer":{"name":"Adam","options":{"lr":[1]}}})", "lr"},
      {R"({"ask":"run","surface":{"name":"ravine"},"optimizer":{"name":"Adam","options":{"lr":null}}})", "lr"},
      {R"({"ask":"run","surface":{"name":"ravine"},"optimizer":{"name":"Adam","options":{"lr":-1}}})", "lr"},
      {R"({"ask":"run","surface":{"name":"ravine"},"optimizer":{"name":"Adam","options":{"lr":true}}})", "lr"},
      {R"({"ask":"run","surface":{"name":"ravine"},"optimizer":{"name":"Adam","options":{"lr":NaN}}})", "JSON"},
      {R"({"ask":"run","surface":{"name":"ravine"},"optimizer":{"name":"Adam","options":{"lr":1e999}}})", "JSON"},
      {R"({"ask":"run","surface":{"name":"ravine"},"optimizer":{"name":"Adam"},"steps":1e8})", "steps"},
      {R"({"ask":"run","surface":{"name":"ravine"},"optimizer":{"name":"Adam"},"steps":-1})", "steps"},
      {R"({"ask":"run","surface":{"name":"ravine"},"optimizer":{"name":"Adam"},"seed":-1})", "seed"},
      {R"({"ask":"run","surface":{"name":"ravine"},"optimizer":{"name":"Adam"},"noise":-0.1})", "noise"},
      {R"({"ask":"run","surface":{"name":"ravine"},"optimizer":{"name":"Adam"},"start":[1]})", "start"},
      {R"({"ask":"run","surface":{"name":"ravine"},"optimizer":{"name":"Adam"},"start":["a",1]})", "start"},
      {R"({"ask":"run","surface":{"name":"ravine"},"optimizer":{"name":"Adam"},"start":[1e300,1]})", "start"},
      {R"({"ask":"run","surface":{"name":"ravine"},"optimizer":{"name":"Adam"},"schedule":{"name":"slope"}})", "schedule"},
      {R"({"ask":"run","surface":{"name":"ravine"},"optimizer":{"name":"Adam"},"schedule":"cosine"})", "schedule"},
      {R"({"ask":"run","surface":{"name":"ravine"},"optimizer":{"name":"Adam"},"schedule":{"name":"cosine","options":{"t_max":1e30}}})",
       "t_max"},
  };
  for (const auto& [request, says] : all) {
    SCOPED_TRACE(request.substr(0, 200));
    const Json reply = ask(request);
    ASSERT_TRUE(reply.is_object() && reply.size() == 1 && reply.contains("error")) << reply.dump().substr(0, 300);
    EXPECT_THAT(reply["error"].get<std::string>(), testing::AllOf(testing::StartsWith("ValueError: "), testing::HasSubstr(says)));
  }
}

}  // namespace landscape::answer_test
