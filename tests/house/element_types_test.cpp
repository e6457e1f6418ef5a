// Element types are one list, autograd/array/dtype.h: no source says which two or three there are. "f64, else float" would read a third
// floating type as float, and says nothing when it comes.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace fs = std::filesystem;

namespace {

// What is not written, and what is instead.
const std::vector<std::pair<const char*, const char*>>& patterns() {
  static const std::vector<std::pair<const char*, const char*>> all{
      {R"([!=]=\s*(gradus::)?(Dtype::)?f(32|64)\s*\?.*\b(float|double)\b)", "visit_floating(dtype, op, []<class T>(T) { … })"},
      {R"(if\s*\([^;{}]*[!=]=\s*(gradus::)?(Dtype::)?f(32|64)\s*\).*\b(float|double)\b.*;\s*else)",
       "visit_floating(dtype, op, []<class T>(T) { … })"},
      {R"(\[[!=a-z.()]*\s*[!=]=\s*f(32|64)\])", "computing_place(dtype)"},
      {R"(visit_floating\([^;]*\[\]\(auto\)\s*\{\s*\})", "check_computes_in(dtype, op)"},
      {R"(sizeof\(T\)\s*/\s*4)", "computing_place(dtype_of<T>)"},
      {R"(\bof\((float|double|Half|BFloat16)\)\s*const)", "PerFloat<Loops> (array/internal/per_type.h)"},
      {R"((float|double)>\s*f(32|64)\s*;)", "PerFloat<Loops> (array/internal/per_type.h)"},
  };
  return all;
}

// By lines, each with the one after it.
std::vector<std::string> found_in(const std::string& code) {
  static const std::vector<std::pair<std::regex, std::string>> wanted = [] {
    std::vector<std::pair<std::regex, std::string>> all;
    for (const auto& [pattern, instead] : patterns()) all.emplace_back(pattern, instead);
    return all;
  }();
  std::vector<std::string> lines(1), out;
  std::istringstream in(code);
  for (std::string line; std::getline(in, line); lines.push_back(line)) lines.back() += line;
  for (const std::string& line : lines) {
    const auto speaks_of = [&line](const char* word) { return line.find(word) != line.npos; };
    if (!speaks_of("f32") && !speaks_of("f64") && !speaks_of("visit_floating") && !speaks_of("sizeof(T)") && !speaks_of(" of(")) continue;
    for (const auto& [pattern, instead] : wanted)
      if (std::smatch match; std::regex_search(line, match, pattern)) out.push_back(match.str() + " (write " + instead + ")");
  }
  return out;
}

}  // namespace

TEST(ElementTypes, NobodyElseSaysWhichThereAre) {
  int files = 0;
  for (const char* room : {"autograd", "nn", "optim", "data", "train", "examples"})
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(GRADUS_SOURCE) / room)) {
      const std::string extension = entry.path().extension().string();
      if (extension != ".h" && extension != ".cpp") continue;
      std::ostringstream code;
      code << std::ifstream(entry.path()).rdbuf();
      EXPECT_THAT(found_in(code.str()), testing::IsEmpty()) << entry.path();
      ++files;
    }
  EXPECT_GT(files, 300);
}

TEST(ElementTypes, TheSearchFindsThem) {
  for (const char* code :
       {"x.dtype() == f64 ? run<double>() : run<float>()", "return d != Dtype::f32\n ? 0 : a.data<float>();",
        "if (x.dtype() == f64) a<double>(); else b();", "rows().value[y.dtype() == f64]", "visit_floating(x.dtype(), \"op\", [](auto) {});",
        "const int at = sizeof(T) / 4 - 1;", "const auto& of(float) const { return f32; }", "AddLoop<double> f64;"})
    EXPECT_THAT(found_in(code), testing::Not(testing::IsEmpty())) << code;
  for (const char* code : {"x.dtype() == f64 ? variable(x) : x", "check<DtypeError>(x.dtype() == f64, \"only f64\");",
                           "if (y.dtype() == f64) return;", "Array a({n}, f64);", "Vec<float> f;"})
    EXPECT_THAT(found_in(code), testing::IsEmpty()) << code;
}
