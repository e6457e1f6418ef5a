// docs/optimizers.md has a section for every optimizer and every schedule, with their options, the defaults of the code, what they keep,
// and a picture.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>

#include <gradus/autograd/base/describe/number_text.h>
#include <gradus/optim/optim.h>

#include "optim/rules/list.h"

namespace fs = std::filesystem;
using namespace gradus;

namespace {

using Options = std::map<std::string, std::string>;   // name → default, of several numbers with commas between

std::string content(const fs::path& file) {   // of a folder: nothing
  if (!fs::is_regular_file(file)) return {};
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

const fs::path root = GRADUS_SOURCE;
const std::string& document() {
  static const std::string text = content(root / "docs/optimizers.md");
  return text;
}

// The text below "### name", to the next heading; empty if there is none.
std::string section(const std::string& name) {
  const std::string heading = "\n### " + name + "\n";
  const std::size_t begin = document().find(heading);
  if (begin == std::string::npos) return "";
  const std::size_t from = begin + heading.size();
  return document().substr(from, std::min(document().find("\n### ", from), document().find("\n## ", from)) - from);
}

std::vector<std::string> matches(const std::string& text, const char* pattern) {
  const std::regex wanted(pattern);
  std::vector<std::string> out;
  for (std::sregex_iterator at(text.begin(), text.end(), wanted), end; at != end; ++at) out.push_back((*at)[1]);
  return out;
}

void add(Options& options, std::string_view name, const std::string& value) {   // betas.0 and betas.1 are one line of the table
  std::string& all = options[std::string(name.substr(0, name.find('.')))];
  all += (all.empty() ? "" : ",") + value;
}

// The code's own description of them.
template <class Aggregate>
Options defaults_of() {
  const Aggregate defaults;
  Options options;
  for (const Option& option : options_of(defaults)) add(options, option.name(), option.text());
  return options;
}

// The table's lines "| `name` | default | …".
Options written(const std::string& section) {
  Options out;
  const std::regex line(R"(\n\| `(\w+)` \| (\{[^}]*\}|[^ |]+) \|)");
  for (std::sregex_iterator at(section.begin(), section.end(), line), end; at != end; ++at)
    out[(*at)[1]] = std::regex_replace((*at)[2].str(), std::regex("[{} ]"), "");
  return out;
}

// Whether a document's value stands for the code's: 1e-3 for 0.001; "given" and "none" for what has no default.
bool stands_for(const std::string& words, const std::string& code) {
  if (words == "given" || words == "none") return code.empty() || code == "none" || code == "nan" || code == "0";
  const auto comma = [](const std::string& text) { return std::min(text.find(','), text.size()); };
  const auto a = gradus::parse_number(words.substr(0, comma(words))), b = gradus::parse_number(code.substr(0, comma(code)));
  if (!a || !b) return words == code;
  if (*a != *b || (comma(words) == words.size()) != (comma(code) == code.size())) return false;
  return comma(words) == words.size() || stands_for(words.substr(comma(words) + 1), code.substr(comma(code) + 1));
}

void expect_documented(const std::string& name, const Options& options) {
  const std::string text = section(name);
  ASSERT_FALSE(text.empty()) << name << " has no section \"### " << name << "\" in docs/optimizers.md";
  EXPECT_NE(text.find("```text\n"), std::string::npos) << name << ": no formula";
  EXPECT_NE(text.find("*When*: "), std::string::npos) << name << ": not said when to use it";
  EXPECT_NE(text.find("*Elsewhere*: "), std::string::npos) << name << ": not said how its namesakes differ";
  static const std::set<std::string> unpictured{"SparseAdam", "Ftrl", "ReduceLROnPlateau", "Lookahead", "SAM"};
  EXPECT_TRUE(text.find("<img src=\"optimizers/") != std::string::npos || unpictured.contains(name)) << name << ": no picture";
  const Options found = written(text);
  for (const auto& [option, value] : options) {
    const auto at = found.find(option);
    if (at == found.end()) ADD_FAILURE() << name << ": option " << option << " = " << value << " is not in the table";
    else EXPECT_TRUE(stands_for(at->second, value)) << name << ": the default of " << option << " is " << value << ", not " << at->second;
  }
  for (const auto& [option, value] : found) EXPECT_TRUE(options.contains(option)) << name << " has no option " << option;
}

template <class Rule>
void expect_rule() {
  const std::string name(Rule::name), text = section(name);
  expect_documented(name, defaults_of<typename Rule::Options>());
  for (const std::string_view slot : optim::slot_names<Rule>)
    EXPECT_TRUE(text.find("`" + std::string(slot) + "`") != std::string::npos || text.find("*State*: as Adam") != std::string::npos)
        << name << ": its state " << slot << " is not mentioned";
}

template <class... Rules>
void expect_rules(optim::testing::RuleList<Rules...>) {
  (expect_rule<Rules>(), ...);
}

template <class... Rules>
std::set<std::string> expect_schedules() {
  const auto expect = []<class Rule>(std::type_identity<Rule>) {
    expect_documented(std::string(Rule::name), defaults_of<typename Rule::Options>());
  };
  (expect(std::type_identity<Rules>{}), ...);
  return {std::string(Rules::name)...};
}

}  // namespace

TEST(OptimizersDocument, HasEveryOptimizer) {
  expect_rules(optim::testing::AllRules{});
  expect_rules(optim::testing::WholeRules{});
  expect_rules(optim::testing::RowRules{});
}

TEST(OptimizersDocument, HasTheOptimizersThatAreNoRules) {
  expect_documented("LBFGS", defaults_of<optim::LBFGSOptions>());
  expect_documented("Lookahead", defaults_of<optim::LookaheadOptions>());
  expect_documented("SAM", defaults_of<optim::SAMOptions>());
}

TEST(OptimizersDocument, HasEverySchedule) {
  using namespace optim;
  std::set<std::string> names =
      expect_schedules<StepLRRule, MultiStepLRRule, ConstantLRRule, LinearLRRule, ExponentialLRRule, PolynomialLRRule,
                       CosineAnnealingLRRule, CosineAnnealingWarmRestartsRule, CyclicLRRule, OneCycleLRRule, LambdaLRRule,
                       MultiplicativeLRRule, SWALRRule, InverseSqrtLRRule, InverseTimeLRRule, StaircaseLRRule, NoamLRRule, WSDLRRule,
                       PiecewiseLRRule, WarmupLRRule, SequentialLRRule, ChainedSchedulerRule>();
  expect_documented("ReduceLROnPlateau", defaults_of<ReduceLROnPlateauOptions>());
  names.insert("ReduceLROnPlateau");

  int found = 0;
  for (const char* folder : {"optim/schedules", "optim/lr_scheduler"})
    for (const auto& file : fs::recursive_directory_iterator(root / folder))
      for (const std::string& name : matches(content(file.path()), "name(?: = |\\(\\) \\{ return )\"(\\w+)\"")) {
        ++found;
        EXPECT_TRUE(names.contains(name)) << name << " of " << file.path().filename() << " is to be listed here, and in docs/optimizers.md";
      }
  EXPECT_EQ(found, static_cast<int>(names.size()));
}

TEST(OptimizersDocument, NamesTestsThatThereAre) {
  std::string tests;
  for (const auto& file : fs::recursive_directory_iterator(root / "tests/optim")) tests += content(file.path());
  const std::vector<std::string> named = matches(document(), R"(\| `(\w+\.\w+)` \|\n)");
  EXPECT_GE(named.size(), 8u);
  for (std::string name : named) {
    name.replace(name.find('.'), 1, ", ");
    EXPECT_NE(tests.find("TEST(" + name + ")"), std::string::npos) << name;
  }
}
