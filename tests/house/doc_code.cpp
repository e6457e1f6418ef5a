// doc_code DOCUMENT.md OUT.cpp: turns every ```cpp block of a document into tests, so that documents cannot go stale.
//
//   a block with `int main()`      is a program: compiled, run; if the next block is ```text output, it must print exactly that
//   a block of declarations        (struct, template, a function …) is seen by all later blocks of the document
//   any other block                is a fragment: it runs inside a function, after `using namespace gradus`
//   ```cpp compile                 is compiled and not run
//   ```cpp file PATH               stands, line for line, in that file of the tree
//   <!-- cpp: Net net; -->         just before a block: a line that the block needs and the reader does not
//
// Errors of the compiler name the document and its line.
#include <fstream>
#include <iostream>
#include <regex>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace {

struct Block {
  int line = 0;   // of the first line of code
  bool run = true;
  std::string hidden;   // from <!-- cpp: … -->
  std::vector<std::string> code;
  std::string output;
  bool has_output = false;
  std::string file = {};   // of the tree, in which it stands
};

std::vector<Block> read(std::istream& in) {
  std::vector<Block> blocks;
  std::string line, hidden;
  for (int number = 1; std::getline(in, line); ++number) {
    if (line.starts_with("<!-- cpp: ")) hidden = line.substr(10, line.find("-->") - 10);
    if (line == "```cpp" || line == "```cpp compile") {
      Block block{.line = number + 1, .run = line == "```cpp", .hidden = std::exchange(hidden, {})};
      while (std::getline(in, line) && ++number && line != "```") block.code.push_back(line);
      blocks.push_back(std::move(block));
    } else if (line.starts_with("```cpp file ")) {
      Block block{.line = number + 1, .file = line.substr(12)};
      while (std::getline(in, line) && ++number && line != "```") block.code.push_back(line);
      blocks.push_back(std::move(block));
    } else if (line.starts_with("```cpp")) {
      throw std::runtime_error("line " + std::to_string(number) + ": unknown kind of block: " + line);
    } else if (line == "```text output") {
      if (blocks.empty()) throw std::runtime_error("line " + std::to_string(number) + ": output without a program");
      while (std::getline(in, line) && ++number && line != "```") blocks.back().output += line + "\n";
      blocks.back().has_output = true;
    }
  }
  return blocks;
}

bool matches(const Block& block, const char* pattern) {
  const std::regex wanted(pattern);
  for (const std::string& line : block.code)
    if (std::regex_search(line, wanted)) return true;
  return false;
}

bool declares(const Block& block) {
  static const std::regex start(R"(^(struct|class|template|namespace|enum|#include|[A-Za-z_:<>]+ \w+\(.*\) \{))");
  for (const std::string& line : block.code)
    if (!line.empty() && !line.starts_with("//")) return std::regex_search(line, start);
  return false;
}

// Includes stand above all blocks; their lines stay, empty, so that numbers are true.
std::string body(const Block& block, std::ostream& includes) {
  std::string out;
  for (const std::string& line : block.code) {
    if (line.starts_with("#include")) includes << line << '\n';
    out += (line.starts_with("#include") ? "" : line) + "\n";
  }
  return out;
}

void write(const std::vector<Block>& blocks, const std::string& document, const std::string& suite, std::ostream& out) {
  std::ostringstream includes, code, tests;
  for (const Block& block : blocks) {
    const std::string name = "line_" + std::to_string(block.line);
    const std::string place = "#line " + std::to_string(block.line) + " \"" + document + "\"\n";
    const bool program = matches(block, R"(^int main\()");
    if (!block.file.empty()) {
      std::string text;
      for (const std::string& line : block.code) text += line + "\n";
      tests << "TEST(" << suite << ", " << name << ") {\n  std::ifstream in(GRADUS_SOURCE \"/" << block.file << "\");\n"
            << "  const std::string file{std::istreambuf_iterator<char>(in), {}};\n"
            << "  EXPECT_NE(file.find(R\"code(" << text << ")code\"), std::string::npos) << \"" << document << ":" << block.line
            << " is not what stands in " << block.file << "\";\n}\n";
      continue;
    }
    std::string text = body(block, includes);
    if (program) {
      text = std::regex_replace(text, std::regex(R"((^|\n)int main\([^)]*\) \{)"), "$1int program() {");
      text.insert(text.rfind("}\n"), "return 0; ");
      code << "namespace " << name << " {\n" << place << text << "}\n";
    } else if (declares(block)) {
      code << "using namespace gradus;\n" << place << text;
      continue;
    } else {
      code << "namespace " << name << " {\nint program() {\n  using namespace gradus;\n  " << block.hidden << '\n'
           << place << text << "  return 0;\n}\n}\n";
    }
    tests << "TEST(" << suite << ", " << name << ") {\n";
    if (block.run) {
      tests << "  testing::internal::CaptureStdout();\n  const int status = document::of_" << suite << "::" << name << "::program();\n"
            << "  const std::string output = testing::internal::GetCapturedStdout();\n  EXPECT_EQ(status, 0);\n";
      if (block.has_output) tests << "  EXPECT_EQ(output, R\"output(" << block.output << ")output\");\n";
    } else {
      tests << "  EXPECT_NE(&document::of_" << suite << "::" << name << "::program, nullptr);\n";
    }
    tests << "}\n";
  }
  out << "// Made from " << document
      << " by doc_code.\n#include <fstream>\n#include <iterator>\n#include <gtest/gtest.h>\n#include <gradus/gradus.h>\n"
      << includes.str() << "namespace document::of_" << suite << " {\n"  // apart from other documents: each may have its own Net
      << code.str() << "}\n"
      << tests.str();
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 3) throw std::runtime_error("usage: doc_code DOCUMENT.md OUT.cpp");
  const std::string document = argv[1];
  std::ifstream in(document);
  if (!in) throw std::runtime_error("cannot read");
  std::string suite = document.substr(document.rfind('/') + 1);
  suite = suite.substr(0, suite.rfind('.'));
  std::ofstream out(argv[2]);
  write(read(in), document, suite, out);
  return out.good() ? 0 : 1;
} catch (const std::exception& error) {
  std::cerr << "doc_code: " << (argc > 1 ? argv[1] : "") << ": " << error.what() << '\n';
  return 1;
}
