// docs/layers.md has a row for every layer and every loss that is one, in its header's section, and none for one that there is not.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "declared_functions.h"
#include "document_table.h"

namespace fs = std::filesystem;

namespace {

// "nn/layers/conv.h" → the layers that it declares.
std::map<std::string, std::set<std::string>> headers() {
  std::map<std::string, std::set<std::string>> found;
  for (const char* folder : {"nn/layers", "nn/losses"})
    for (const auto& file : fs::directory_iterator(fs::path(GRADUS_SOURCE) / folder)) {
      if (file.path().extension() != ".h") continue;
      const std::set<std::string> layers = gradus::declared_layers(file.path());
      if (!layers.empty()) found[fs::relative(file.path(), GRADUS_SOURCE).generic_string()] = layers;
    }
  return found;
}

// `Conv2d{in, out, {.kernel = 3}}` → Conv2d
std::string layer_of(const std::string& code) { return code.substr(0, code.find_first_of("{(<")); }

}  // namespace

TEST(LayersDocument, HasASectionForEveryHeaderAndARowForEveryLayer) {
  const auto declared = headers();
  ASSERT_GT(declared.size(), 8u);
  std::map<std::string, std::set<std::string>> written;
  std::string before;
  for (const gradus::Section& section : gradus::document_sections("docs/layers.md")) {
    EXPECT_TRUE(declared.contains(section.header))
        << '"' << section.heading << "\": a section's heading ends with a header that declares layers, \"(`nn/layers/conv.h`)\"";
    EXPECT_LT(before, section.header) << "sections stand in the order of their headers' names: \"" << section.heading << "\" does not";
    before = section.header;
    for (const gradus::Row& row : section.rows) {
      EXPECT_EQ(row.cells.size(), 5u) << row.line;
      for (const std::string& cell : row.cells) EXPECT_FALSE(cell.empty()) << "an empty cell; write - for nothing: " << row.line;
      for (const std::string& code : gradus::codes_in(row.cells.empty() ? "" : row.cells[0])) {
        written[section.header].insert(layer_of(code));
        const auto found = declared.find(section.header);
        EXPECT_TRUE(found == declared.end() || found->second.contains(layer_of(code)))
            << '`' << code << "`: " << section.header << " declares no layer " << layer_of(code);
      }
    }
  }
  for (const auto& [header, layers] : declared)
    for (const std::string& name : layers)
      EXPECT_TRUE(written[header].contains(name)) << name << ", which " << header << " declares, has no row in docs/layers.md";
}
