#include "declared_functions.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string_view>
#include <vector>

namespace gradus {
namespace {

bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

// Without comments, lines of the preprocessor, and what stands in quotes; blanks and line ends are one blank.
std::string bare(const std::string& text) {
  std::string out;
  bool line_begins = true;
  const auto skip_to = [&](std::size_t i, std::string_view end) { return std::min(text.find(end, i), text.size()); };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (line_begins && c == '#') {
      do i = skip_to(i + 1, "\n");
      while (i < text.size() && text[i - 1] == '\\');
    } else if (text.compare(i, 2, "//") == 0) {
      i = skip_to(i, "\n");
    } else if (text.compare(i, 2, "/*") == 0) {
      i = skip_to(i + 2, "*/") + 1;
    } else if (c == '"' || (c == '\'' && (i == 0 || !is_word(text[i - 1])))) {
      for (++i; i < text.size() && text[i] != c; ++i) i += text[i] == '\\';
    } else if (c == ' ' || c == '\n') {
      if (!out.empty() && out.back() != ' ') out += ' ';
    } else {
      out += c;
    }
    line_begins = i >= text.size() || text[i] == '\n' || (line_begins && text[i] == ' ');
  }
  return out;
}

// The place behind the bracket that closes the one at `open`.
std::size_t behind(const std::string& text, std::size_t open, char opening, char closing) {
  int depth = 0;
  for (std::size_t i = open; i < text.size(); ++i) {
    depth += text[i] == opening;
    depth -= text[i] == closing;
    if (depth == 0) return i + 1;
  }
  return text.size();
}

// The function that a statement declares, or nothing.
std::string function_of(std::string_view given) {
  std::string text(given);
  const auto begins = [&](std::string_view word) {
    return text.starts_with(word) && (text.size() == word.size() || !is_word(text[word.size()]));
  };
  const auto trim = [&] { text.erase(0, std::min(text.find_first_not_of(' '), text.size())); };
  for (trim(); begins("template"); trim()) text.erase(0, behind(text, text.find('<'), '<', '>'));
  for (const char* word : {"struct", "class", "enum", "union", "using", "typedef", "concept", "static_assert", "extern", "friend"})
    if (begins(word)) return {};
  if (const std::size_t at = text.find("operator"); at != text.npos && (at == 0 || !is_word(text[at - 1]))) {
    std::string name = "operator";
    for (std::size_t i = at + name.size(); i < text.size() && text[i] != '('; ++i)
      if (text[i] != ' ') name += text[i];
    return name;
  }
  const std::size_t value = std::min(text.find('='), text.size());
  for (std::size_t open = text.find('('); open < value; open = text.find('(', behind(text, open, '(', ')'))) {
    std::size_t end = open;
    while (end > 0 && text[end - 1] == ' ') --end;
    std::size_t begin = end;
    while (begin > 0 && is_word(text[begin - 1])) --begin;
    const std::string name = text.substr(begin, end - begin);
    if (name != "requires" && name != "decltype" && name != "alignas" && !name.empty()) return name;
  }
  return {};
}

// Of "inline namespace X" nothing, of "namespace gradus::linalg" that.
struct Space {
  std::string name;
  bool hidden;
};
bool opens_space(const std::string& statement, Space& space) {
  const std::size_t at = statement.find("namespace");
  if (at == statement.npos || statement.find('(') != statement.npos) return false;
  std::string name;
  for (const char c : statement.substr(at + 9))
    if (is_word(c) || c == ':') name += c;
  const bool transparent = statement.find("inline") < at || name == "gradus";
  space = {transparent ? "" : name.starts_with("gradus::") ? name.substr(8) : name, name.ends_with("detail")};
  return true;
}

}  // namespace

std::set<std::string> declared_functions(const std::filesystem::path& header) {
  std::ifstream in(header);
  const std::string text = bare({std::istreambuf_iterator<char>(in), {}});
  std::set<std::string> found;
  std::vector<Space> spaces;
  const auto note = [&](const std::string& statement) {
    const std::string name = function_of(statement);
    if (name.empty() || std::any_of(spaces.begin(), spaces.end(), [](const Space& s) { return s.hidden; })) return;
    std::string prefix;
    for (const Space& s : spaces)
      if (!s.name.empty()) prefix += s.name + "::";
    found.insert(prefix + name);
  };
  std::string statement;
  int parentheses = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    parentheses += (c == '(') - (c == ')');
    if (parentheses > 0 || (c != ';' && c != '{' && c != '}')) {
      statement += c;
      continue;
    }
    Space space;
    if (c == '}') {
      if (!spaces.empty()) spaces.pop_back();
    } else if (c == '{' && opens_space(statement, space)) {
      spaces.push_back(space);
    } else {
      note(statement);
      if (c == '{') i = behind(text, i, '{', '}') - 1;
    }
    statement.clear();
  }
  return found;
}

std::set<std::string> declared_layers(const std::filesystem::path& header) {
  std::set<std::string> layers, called;   // called: those that derived classes and names of templates have their call from
  std::ifstream file(header);
  bool of_template = false;
  std::string name;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string first, second, third, fourth;
    words >> first >> second >> third >> fourth;
    if (line.starts_with("template")) of_template = true, name.clear();
    else if (line.starts_with("class ") || line.starts_with("struct ")) {
      name = second.substr(0, second.find_first_of(";:{"));
      for (const std::string& base : called)
        if (!of_template && (line.find(" public " + base + " ") != line.npos || line.find(" : " + base + " ") != line.npos ||
                             line.find(" " + base + "<") != line.npos))
          layers.insert(name), called.insert(name);
    } else if (line.starts_with("using ") && called.contains(fourth.substr(0, fourth.find('<')))) {
      layers.insert(second);
    } else if (line.starts_with("  ") && line.find("operator()(") != line.npos && line.find("//") > line.find("operator()(")) {
      called.insert(name);
      if (!of_template) layers.insert(name);
    } else if (line.starts_with("};")) of_template = false;
  }
  return layers;
}

}  // namespace gradus
