// Documents that are tables, a section for each header: "## Title (`ops/math.h`)", then rows.
//   for (const Section& section : document_sections("docs/operations.md")) section.rows[0].cells[1];
#pragma once
#include <string>
#include <vector>

namespace gradus {

struct Row {
  std::string line;
  std::vector<std::string> cells;
};
struct Section {
  std::string heading, header;
  std::vector<Row> rows;   // without the one of titles and the line below it
};

std::vector<Section> document_sections(const std::string& file);   // a path below the tree's top

// What stands between the n-th pair of backticks.
std::vector<std::string> codes_in(const std::string& text);

}  // namespace gradus
