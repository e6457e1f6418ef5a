// What documents and comments point at is there: links, and files that are called by their path.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace fs = std::filesystem;

namespace {

const fs::path root = GRADUS_SOURCE;

std::string content(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::string> matches(const std::string& text, const char* pattern) {
  const std::regex wanted(pattern);
  std::vector<std::string> out;
  for (std::sregex_iterator at(text.begin(), text.end(), wanted), end; at != end; ++at) out.push_back((*at)[1]);
  return out;
}

std::vector<fs::path> documents() {
  std::vector<fs::path> out;
  for (const fs::path& folder : {root, root / "docs"})
    for (const auto& file : fs::directory_iterator(folder))
      if (file.path().extension() == ".md") out.push_back(file.path());
  return out;
}

// Whether there is a file of this path: as seen from the top, from its room (autograd in documents), or from where it is written.
bool is_there(const std::string& path, const fs::path& written_in) {
  if (fs::exists(root / path) || fs::exists(root / "autograd" / path)) return true;
  for (fs::path folder = written_in.parent_path(); folder != root && folder.has_relative_path(); folder = folder.parent_path())
    if (fs::exists(folder / path)) return true;
  return false;
}

// Without blocks of code and `code` in lines, whose brackets are no links.
std::string without_code(const std::string& text) {
  std::string out;
  bool code = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool fence = text.compare(i, 3, "```") == 0;
    if (text[i] == '`') code = !code;
    else if (!code) out += text[i];
    if (fence) i += 2;
  }
  return out;
}

// What GitHub makes of a heading: "What t counts" → "what-t-counts".
std::string anchor(const std::string& heading) {
  std::string out;
  for (const char c : heading)
    if (std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-') out += static_cast<char>(std::tolower(c));
    else if (c == ' ') out += '-';
  return out;
}

}  // namespace

TEST(Documents, HaveLinksThatLeadSomewhere) {
  int links = 0;
  for (const fs::path& document : documents()) {
    const std::string text = without_code(content(document));
    std::vector<std::string> targets = matches(text, R"(\]\(([^)]+)\))"), pictures = matches(text, "<img src=\"([^\"]+)\"");
    targets.insert(targets.end(), pictures.begin(), pictures.end());
    for (const std::string& target : targets) {
      if (target.starts_with("http")) continue;
      ++links;
      const std::size_t hash = std::min(target.find('#'), target.size());
      const fs::path to = hash == 0 ? document : document.parent_path() / target.substr(0, hash);
      EXPECT_TRUE(fs::exists(to)) << document.filename() << " links to " << target;
      if (hash == target.size() || to.extension() != ".md") continue;
      std::set<std::string> anchors;
      for (const std::string& heading : matches(content(to), R"(\n#+ ([^\n]+))")) anchors.insert(anchor(heading));
      EXPECT_TRUE(anchors.contains(target.substr(hash + 1))) << document.filename() << " links to " << target;
    }
  }
  EXPECT_GT(links, 20);
}

TEST(Documents, NameFilesThatThereAre) {
  int files = 0;
  for (const fs::path& document : documents()) {
    if (document.filename() == "CHANGELOG.md") continue;   // it tells of files as they were
    for (const std::string& path :
         matches(content(document), R"(`(?:gradus/)?((?:\w+/)+\w+\.(?:simd\.)?(?:h|cpp|py|cmake|md|txt|safetensors))`)")) {
      ++files;
      EXPECT_TRUE(is_there(path, document)) << document.filename() << " speaks of " << path;
    }
  }
  EXPECT_GT(files, 20);
}

TEST(Comments, NameFilesThatThereAre) {
  int files = 0;
  for (const char* room : {"autograd", "nn", "optim", "data", "train", "tests", "examples", "benchmarks"})
    for (const auto& file : fs::recursive_directory_iterator(root / room)) {
      if (file.path().extension() != ".h" && file.path().extension() != ".cpp") continue;
      std::ifstream in(file.path());
      for (std::string line; std::getline(in, line);) {
        const auto comment = line.find("// ");
        if (comment == line.npos || line.find('/', comment + 3) == line.npos) continue;   // before what takes a while
        for (const std::string& path :
             matches(line.substr(comment), R"((?:^|[^\w/.<])((?:[a-z_]\w*/)+[a-z_]\w*\.(?:simd\.)?(?:h|cpp|py|md))\b)")) {
          ++files;
          EXPECT_TRUE(is_there(path, file.path())) << fs::relative(file.path(), root) << " speaks of " << path;
        }
      }
    }
  EXPECT_GT(files, 20);
}
