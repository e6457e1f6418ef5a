// What error messages advise compiles and runs: every piece of code in the texts of check, fail and static_assert, in all rooms, stands
// here as code too.
#include <gradus/autograd/creation.h>
#include <gradus/autograd/distributions.h>
#include <gradus/autograd/fuse.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/ops/statistics.h>
#include <gradus/autograd/walk/functional.h>
#include <gradus/autograd/walk/grad.h>
#include <gradus/autograd/walk/tangent.h>
#include <gradus/data/dataset/tensor_dataset.h>
#include <gradus/data/read/idx.h>
#include <gradus/nn/layers/key_value_cache.h>
#include <gradus/nn/layers/linear.h>
#include <gradus/nn/model/lazy.h>
#include <gradus/nn/model/module.h>
#include <gradus/nn/onnx/onnx_model.h>

#include <cctype>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "support.h"

namespace gradus::hints_test {

// ---- the hints, compiled

struct Net {
  Parameter first, second;
};
struct Base {
  Parameter weight;
};
struct Derived : Base {
  Parameter extra;
};
struct Layer {
  Parameter weight_;
};
struct WalkedBase {
  virtual void walk(const nn::Path&, nn::Visitor&) = 0;
  virtual ~WalkedBase() = default;
};
struct Walked final : WalkedBase {
  Parameter weight{Array::zeros({2})};
  void walk(const nn::Path& path, nn::Visitor& visitor) override { nn::walk_members(*this, path, visitor); }
  using Fields = nn::Fields<&Walked::weight>;
};
void walk_a_derived_class() {
  std::unique_ptr<WalkedBase> layer = std::make_unique<Walked>();
  if (nn::parameters(layer).size() != 1) throw Error("a parameter was not seen");
}

struct Saving final : Op {
  std::string_view name() const override { return "saving"; }
  Array forward(const Tensor& x) {
    save(x);
    return x.value();
  }
};

#define HINT(...) {#__VA_ARGS__, [=] { (void)(__VA_ARGS__); }}
#define DECLARATION(...) {#__VA_ARGS__, [] { __VA_ARGS__ static_assert(sizeof(Fields) > 0); }}

// By their text, computed parts filled in.
std::map<std::string, std::function<void()>> hints() {
  const Tensor x = variable(ones({2, 3})), g = x, y = sum(x), a = tensor({1, 2}, i64), b = tensor({3, 4}, i64), v = ones({3}),
               target = ones({2});
  const data::TensorDataset<1> dataset(v);
  const std::int64_t i = 0;
  const double c = 2, low = 0, high = 1;
  const std::int64_t bins = 4, n = 2;
  const Tensor weights = ones({3});
  const Array array = x.value();
  const Parameter p;
  const Array images = Array::zeros({2, 28, 28, 3}, u8);
  static nn::Linear net{3, 2};
  const Tensor sample = x;
  using data::read_idx;
  return {
      HINT(dataset.size()), HINT(dataset.get(i)), HINT(x.to(f32)), HINT(x.to(f64)), HINT(x.to(i64)), HINT(a.to(f32)), HINT(b.to(f32)),
      HINT(target.to(f64)), HINT(weights.to(f64)), HINT(array.as_contiguous()), HINT(zeros({2, 3})), HINT(variable(x)), HINT(grad(y, x)),
      HINT(unsqueeze(x, -1)), HINT(floor_divide(a, b)), HINT(logical_and(a, b)),
      HINT(logical_or(a, b)), HINT(logical_xor(a, b)), HINT(logical_not(x)), HINT(sum(y)), HINT(mean(y)),
      HINT(fuse([](auto x, auto y) { return x * y; }, x, y)), HINT(fuse([c](auto x) { return c * x; }, x)),
      HINT(where(x > 0, like(x, 1), like(x, 0))), HINT(like(x, 1)), HINT(Array::zeros({})), HINT(nn::eval(net)),
      HINT(nn::initialize(net, sample)),
      HINT(histc(x, bins, low, high)), HINT(flatten(x)), HINT(multinomial(weights, n, true)),
      HINT(histc(x, bins, low, high)), HINT(flatten(x)), HINT(x.retain_grad()),
      {"cache.clear()", [] { nn::KeyValueCache().clear(); }},
      HINT(p.defined()), HINT(p.tensor()), {"walk(const nn::Path&, nn::Visitor&)", walk_a_derived_class},
      {"walk(const nn::Path& path, nn::Visitor& visitor)", walk_a_derived_class},
      {"nn::walk_members(*this, path, visitor)", walk_a_derived_class},
      DECLARATION(using Fields = nn::Fields<&Base::weight, &Derived::extra>;),
      DECLARATION(using Fields = nn::Fields<&Net::first, &Net::second>;),
      DECLARATION(using Fields = nn::Fields<&Layer::weight_>;),
      HINT(sum_to(g, x.shape())), HINT(g.to(f32)), {"save(x)", [=] { record(Saving{}, x); }},
      HINT(images.permute({0, 3, 1, 2})), {"read_idx(file, {.max_bytes = 1u})", [] {
        if (const std::string file; !file.empty()) read_idx(file, {.max_bytes = 1u});   // there is no such file
      }},
      {"load_onnx(file, {.dtype = f32})", [] {
        if (const std::string file; !file.empty()) nn::load_onnx(file, {.dtype = f32});
      }},
      {R"(net({{\"x\", x}}))", [=] {
        if (const std::string file; !file.empty()) nn::load_onnx(file)({{"x", x}});
      }},
      {"tangent(y, x, v)", [=] { tangent(sum(x), x, x.detach()); }},
      {"jvp(f, x, v)", [=] { jvp([](const Tensor& t) { return t; }, v, v); }},
      {"register_hook(f)", [] { variable(ones({2})).register_hook([](const Tensor&) {}); }},
      {"{.retain_graph = true}", [=] { sum(x).backward({.retain_graph = true}); }},
  };
}

// ---- the texts

std::string read(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::ostringstream out;
  out << in.rdbuf();
  return std::move(out).str();
}

// The end of the string or character literal that begins at `i`; `i` itself where none does.
std::size_t skip_literal(const std::string& code, std::size_t i) {
  const char quote = code[i];
  if (quote != '"' && (quote != '\'' || (i > 0 && std::isalnum(static_cast<unsigned char>(code[i - 1]))))) return i;
  for (++i; code[i] != quote; ++i)
    if (code[i] == '\\') ++i;
  return i + 1;
}

// From the opening parenthesis at `i` to behind the closing one, cut at the commas between.
std::vector<std::string> arguments(const std::string& code, std::size_t i) {
  std::vector<std::string> out(1);
  int depth = 0;
  for (; i < code.size(); ++i) {
    if (const std::size_t end = skip_literal(code, i); end > i) {
      out.back() += code.substr(i, end - i);
      i = end - 1;
      continue;
    }
    const char c = code[i];
    if (c == '(' || c == '{' || c == '[') {
      if (depth++ == 0) continue;
    } else if (c == ')' || c == '}' || c == ']') {
      if (--depth == 0) break;
    } else if (c == ',' && depth == 1) {
      out.emplace_back();
      continue;
    }
    out.back() += c;
  }
  return out;
}

// The characters of the literals in `code`, one after the other; `pure` if there is nothing else.
std::string literals(const std::string& code, bool& pure) {
  std::string out;
  pure = true;
  for (std::size_t i = 0; i < code.size();) {
    if (const std::size_t end = code[i] == '"' ? skip_literal(code, i) : i; end > i) {
      out += code.substr(i + 1, end - i - 2);
      i = end;
    } else {
      pure &= std::isspace(static_cast<unsigned char>(code[i])) != 0;
      ++i;
    }
  }
  return out;
}

// The messages of a source: computed parts are "…". Literals inside computed parts are messages of their own.
std::vector<std::string> messages(std::string code) {
  code = std::regex_replace(code, std::regex(R"((^|\n|\s)//[^\n]*)"), "\n");
  std::vector<std::string> out;
  static const std::regex call(R"(\b(check|fail|static_assert|text|refuse)(<\w+>)?\()");
  for (std::sregex_iterator it(code.begin(), code.end(), call), end; it != end; ++it) {
    std::string message;
    for (const std::string& part : arguments(code, static_cast<std::size_t>(it->position() + it->length()) - 1)) {
      bool pure = true;
      const std::string text = literals(part, pure);
      message += pure && !text.empty() ? text : "…";
      if (!pure && !text.empty()) out.push_back(text);
    }
    out.push_back(message);
  }
  return out;
}

// Calls, designated initialisers, lists of fields.
std::vector<std::string> code_in(const std::string& message) {
  static const std::regex code(R"(([A-Za-z_]\w*(::|\.))*[A-Za-z_]\w*\(([^()]|\(([^()]|\([^()]*\))*\))*\)|\{\.[^}]*\}|using [^;]*;)");
  std::vector<std::string> out;
  for (std::sregex_iterator it(message.begin(), message.end(), code), end; it != end; ++it)
    if (it->str() != "operator()") out.push_back(it->str());   // what to write, not how to call it
  return out;
}

// Whether `code` is `pattern` with something in the place of every "…".
bool matches(const std::string& pattern, const std::string& code) {
  std::string expression;
  for (const char c : pattern) {
    if (std::string_view(R"(()[]{}.*+?^$|\)").find(c) != std::string_view::npos) expression += '\\';
    expression += c;
  }
  return std::regex_match(code, std::regex(std::regex_replace(expression, std::regex("…"), ".+")));
}

TEST(Hints, EveryPieceOfCodeInAMessageCompilesAndRuns) {
  const auto known = hints();
  std::set<std::string> said;
  int found = 0;
  for (const char* room : {"autograd", "nn", "data", "train"})
    for (const auto& file : std::filesystem::recursive_directory_iterator(std::string(GRADUS_SOURCE) + "/" + room)) {
      if (file.path().extension() != ".cpp" && file.path().extension() != ".h") continue;
      for (const std::string& message : messages(read(file.path())))
        for (const std::string& code : code_in(message)) {
          ++found;
          bool is_known = false;
          for (const auto& [hint, run] : known)
            if (matches(code, hint)) said.insert(hint), is_known = true;
          EXPECT_TRUE(is_known) << file.path() << " advises \"" << code << "\", which is no code of tests/nn/hints_test.cpp: " << message;
        }
    }
  EXPECT_GT(found, 25);
  for (const auto& [hint, run] : known) {
    EXPECT_TRUE(said.contains(hint)) << hint << " is advised nowhere";
    EXPECT_NO_THROW(run()) << hint;
  }
}

TEST(Hints, AreFoundInTheTexts) {
  const auto all = messages(R"code(
    // fail("a comment()");
    check<DtypeError>(ok(x), "op: ", f(x, "in()"), "; convert with x.to(", dtype(), ") or y(x)", one ? "first(1)" : "");
    static_assert(c, "use "
                     "that(x)");)code");
  std::vector<std::string> code;
  for (const std::string& message : all)
    for (const std::string& piece : code_in(message)) code.push_back(piece);
  EXPECT_THAT(code, testing::UnorderedElementsAre("in()", "x.to(…)", "y(x)", "first(1)", "that(x)"));
  EXPECT_TRUE(matches("x.to(…)", "x.to(f32)") && !matches("x.to(…)", "x.too(f32)") && !matches("x.to(…)", "to(x, f32)"));
}

}  // namespace gradus::hints_test
