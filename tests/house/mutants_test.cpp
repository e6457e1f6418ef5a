// Every wrong derivative of tests/mutants can be planted: its five lines are there, and so is, once, what it changes.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gradus/autograd/base/internal/file.h>

namespace fs = std::filesystem;

namespace {

const std::vector<std::string> fields = {"file", "what", "old", "new", "test"};

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t"), last = text.find_last_not_of(" \t");
  return first == std::string::npos ? "" : text.substr(first, last + 1 - first);
}

int times(const std::string& part, const std::string& text) {
  int found = 0;
  for (auto at = text.find(part); !part.empty() && at != std::string::npos; at = text.find(part, at + part.size())) ++found;
  return found;
}

}  // namespace

TEST(Mutants, ChangeALineThatIsThereOnce) {
  int seen = 0;
  for (const auto& family : fs::directory_iterator(fs::path(GRADUS_SOURCE) / "tests/mutants")) {
    if (family.path().extension() != ".txt") continue;
    std::ifstream in(family.path());
    std::vector<std::string> values;
    for (std::string line; std::getline(in, line);) {
      line = trimmed(line);
      if (line.empty()) continue;
      const std::string field = line.substr(0, line.find(' '));
      const std::string place = family.path().filename().string() + ": \"" + line + '"';
      ASSERT_EQ(field, fields[values.size()]) << place << " where a mutant's line \"" << fields[values.size()] << "\" belongs";
      values.push_back(trimmed(line.substr(field.size())));
      if (values.size() < fields.size()) continue;
      const fs::path file = fs::path(GRADUS_SOURCE) / values[0];
      EXPECT_EQ(times(values[2], gradus::read_file(file)), 1) << family.path().filename() << ": \"" << values[1] << "\" changes \""
                                                           << values[2] << "\", which " << values[0] << " should have once";
      EXPECT_NE(values[2], values[3]) << place;
      values.clear(), ++seen;
    }
    EXPECT_TRUE(values.empty()) << family.path().filename() << " ends within a mutant";
  }
  EXPECT_GT(seen, 100);
}
