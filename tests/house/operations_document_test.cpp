// docs/operations.md has a row for every public function on tensors, in its header's section, and none for one that there is not.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "declared_functions.h"
#include "document_table.h"

namespace fs = std::filesystem;
using gradus::codes_in;
using gradus::Row;
using gradus::Section;

namespace {

const fs::path room = fs::path(GRADUS_SOURCE) / "autograd";

// Headers of functions on tensors, "creation.h", "ops/math.h" → what they declare.
const std::map<std::string, std::set<std::string>>& headers() {
  static const auto all = [] {
    std::map<std::string, std::set<std::string>> found;
    const auto add = [&](const fs::path& file) {
      const std::set<std::string> functions = gradus::declared_functions(file);
      if (!functions.empty()) found[fs::relative(file, room).generic_string()] = functions;
    };
    for (const auto& file : fs::directory_iterator(room))   // but tools
      if (file.path().extension() == ".h" && file.path().stem() != "gradcheck" && file.path().stem() != "build_info") add(file.path());
    for (const auto& file : fs::recursive_directory_iterator(room / "ops"))
      if (file.path().extension() == ".h" && file.path().string().find("/internal/") == std::string::npos &&
          file.path().string().find("/formulas/") == std::string::npos)
        add(file.path());
    return found;
  }();
  return all;
}

const std::vector<gradus::Section>& sections() {
  static const auto all = gradus::document_sections("docs/operations.md");
  return all;
}

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

// The function that a call calls: "relu(x)" → relu, "gradus::std(x)" → std, "linalg::inv(a)" → linalg::inv, "a + b" → operator+.
std::string called(const std::string& code) {
  std::string name = code.substr(0, code.find('('));
  if (name.size() < code.size() && std::all_of(name.begin(), name.end(), [](char c) { return is_word(c) || c == ':'; }))
    return name.starts_with("gradus::") ? name.substr(8) : name;
  name = "operator";
  for (const char c : code)
    if (!is_word(c) && c != ' ') name += c;
  return name;
}

}  // namespace

TEST(OperationsDocument, HasASectionForEveryHeaderInTheirOrder) {
  ASSERT_GT(headers().size(), 20u);
  std::set<std::string> described;
  std::string before;
  for (const Section& section : sections()) {
    EXPECT_TRUE(headers().contains(section.header))
        << '"' << section.heading << "\": a section's heading ends with a header that declares functions, \"(`ops/math.h`)\"";
    EXPECT_LT(before, section.header) << "sections stand in the order of their headers' names: \"" << section.heading << "\" does not";
    before = section.header;
    described.insert(section.header);
  }
  for (const auto& [header, functions] : headers())
    EXPECT_TRUE(described.contains(header))
        << "autograd/" << header << " has no section in docs/operations.md: \"## … (`" << header << "`)\"";
}

TEST(OperationsDocument, HasARowForEveryFunction) {
  std::map<std::string, std::set<std::string>> written;
  for (const Section& section : sections())
    for (const Row& row : section.rows)
      for (const std::string& code : codes_in(row.cells.empty() ? "" : row.cells[0])) written[section.header].insert(called(code));
  for (const auto& [header, functions] : headers())
    for (const std::string& name : functions)
      EXPECT_TRUE(written[header].contains(name)) << name << ", which autograd/" << header << " declares, has no row in docs/operations.md";
}

TEST(OperationsDocument, HasRowsOfFourCellsForFunctionsThatThereAre) {
  std::size_t rows = 0;
  for (const Section& section : sections()) {
    if (!headers().contains(section.header)) continue;   // said above
    const std::set<std::string>& declared = headers().at(section.header);
    EXPECT_FALSE(section.rows.empty()) << section.heading;
    for (const Row& row : section.rows) {
      ++rows;
      EXPECT_EQ(row.cells.size(), 4u) << row.line;
      for (const std::string& cell : row.cells) EXPECT_FALSE(cell.empty()) << "an empty cell; write - for nothing: " << row.line;
      const std::vector<std::string> codes = codes_in(row.cells.empty() ? "" : row.cells[0]);
      EXPECT_FALSE(codes.empty()) << "no call in the first cell: " << row.line;
      for (const std::string& code : codes)
        EXPECT_TRUE(declared.contains(called(code))) << '`' << code << "`: autograd/" << section.header << " declares no " << called(code);
    }
  }
  EXPECT_GT(rows, 100u);
}
