// Element types are one list, autograd/array/dtype.h: no source says which two or three there are. "f64, else float" would read a third floating type
// as float, and says nothing when it comes.
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
      {R"([!=]=\s*(gradus::)?(Dtype::)?f(32|64)\s*\?)", "visit_floating(dtype, op, []<class T>(T) { … })"},
      {R"(if\s*\([^;{}]*[!=]=\s*(gradus::)?(Dtype::)?f(32|64)\s*\)[^;]*;\s*else)", "visit_floating(dtype, op, []<class T>(T) { … })"},
      {R"(\[[!=a-z.()]*\s*[!=]=\s*f(32|64)\])", "computing_place(dtype)"},
      {R"(visit_floating\([^;]*\[\]\(auto\)\s*\{\s*\})", "check_computes_in(dtype, op)"},
      {R"(sizeof\(T\)\s*/\s*4)", "computing_place(dtype_of<T>)"},
      {R"(\bof\((float|double|Half|BFloat16)\)\s*const)", "PerFloat<Loops> (array/internal/per_type.h)"},
      {R"((float|double)>\s*f(32|64)\s*;)", "PerFloat<Loops> (array/internal/per_type.h)"},
  };
  return all;
}

std::vector<std::string> found_in(const std::string& code) {
  std::vector<std::string> out;
  for (const auto& [pattern, instead] : patterns())
    if (std::smatch match; std::regex_search(code, match, std::regex(pattern))) out.push_back(match.str() + " (write " + instead + ")");
  return out;
}

}  // namespace

TEST(ElementTypes, NobodyElseSaysWhichThereAre) {
  int files = 0;
  for (const char* room : {"autograd", "nn", "optim", "data", "examples"})
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
  for (const char* code : {"x.dtype() == f64 ? run<double>() : run<float>()", "return d != Dtype::f32 ? a : b;", "if (x.dtype() == f64) a(); else b();",
                           "rows().value[y.dtype() == f64]", "visit_floating(x.dtype(), \"op\", [](auto) {});", "const int at = sizeof(T) / 4 - 1;",
                           "const auto& of(float) const { return f32; }", "AddLoop<double> f64;"})
    EXPECT_THAT(found_in(code), testing::SizeIs(1)) << code;
  for (const char* code : {"check<DtypeError>(x.dtype() == f64, \"only f64\");", "if (y.dtype() == f64) return;", "Array a({n}, f64);", "Vec<float> f;"})
    EXPECT_THAT(found_in(code), testing::IsEmpty()) << code;
}
