#include "document_table.h"

#include <algorithm>
#include <fstream>

namespace gradus {

// The cells of "| a | b |"; \| is no border.
static std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  std::string cell;
  for (std::size_t i = 1; i < line.size(); ++i) {
    if (line[i] == '\\' && i + 1 < line.size() && line[i + 1] == '|') cell += line[++i];
    else if (line[i] == '|') cells.push_back(cell), cell.clear();
    else cell += line[i];
  }
  for (std::string& each : cells) {
    each.erase(0, std::min(each.find_first_not_of(' '), each.size()));
    each.erase(each.find_last_not_of(' ') + 1);
  }
  return cells;
}

std::vector<std::string> codes_in(const std::string& text) {
  std::vector<std::string> codes;
  for (std::size_t open = text.find('`'); open != text.npos; open = text.find('`', open)) {
    const std::size_t close = text.find('`', open + 1);
    if (close == text.npos) break;
    codes.push_back(text.substr(open + 1, close - open - 1));
    open = close + 1;
  }
  return codes;
}

std::vector<Section> document_sections(const std::string& file) {
  std::vector<Section> found;
  std::ifstream in(GRADUS_SOURCE "/" + file);
  int titles = 0;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("## ")) {
      const std::vector<std::string> codes = codes_in(line);
      found.push_back({line, codes.empty() ? "" : codes.back(), {}});
      titles = 2;
    } else if (line.starts_with("|") && !found.empty() && titles-- <= 0) {
      found.back().rows.push_back({line, cells_of(line)});
    }
  }
  return found;
}

}  // namespace gradus
