#include "autograd/ops/op_table.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>

#include <gradus/autograd/ops/creation.h>
#include <gradus/autograd/ops/ops.h>
#include <gradus/autograd/walk/grad.h>

#include "support.h"

namespace gradus {
namespace {

using Tensors = std::vector<Tensor>;

Tensors draw(const std::vector<Input>& inputs, std::uint64_t seed) {
  Generator g(seed);
  Tensors xs;
  for (const Input& input : inputs) {
    const Tensor x = uniform(Array(input.shape, f64), input.low, input.high, g);
    if (input.dtype == f64) {
      xs.push_back(x);
      continue;
    }
    std::vector<std::int64_t> whole;
    for (double v : x.value().to_vector()) whole.push_back(static_cast<std::int64_t>(std::floor(v)));
    xs.push_back(Tensor(Array::from(whole, input.shape).to(input.dtype)));
  }
  return xs;
}

std::vector<double> values(const Tensor& x) { return x.value().to_vector(); }

// The result and the gradients of all f64 inputs, in one list.
std::vector<double> everything(const Row& row, const Tensors& inputs) {
  Tensors xs = inputs, wanted;
  for (Tensor& x : xs)
    if (is_floating(x.dtype()) && row.differentiable) wanted.push_back(x = variable(x));
  const Tensor y = row.f(xs);
  std::vector<double> all = values(y);
  if (row.differentiable && y.requires_grad()) {
    Generator g(11);
    const Tensor seed = randn(y.shape(), g, f64).to(y.dtype());
    for (const Tensor& d : grad(y, wanted, {.seed = seed})) {
      const auto v = values(d);
      all.insert(all.end(), v.begin(), v.end());
    }
  }
  return all;
}

void expect_close(const std::vector<double>& a, const std::vector<double>& b, double tolerance) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    const bool alike = std::isnan(b[i]) ? std::isnan(a[i]) : std::abs(a[i] - b[i]) <= tolerance * (1 + std::abs(b[i]));
    EXPECT_TRUE(alike) << "element " << i << ": " << a[i] << " against " << b[i];
  }
}

TEST(OpTable, GradientsToSecondOrder) {
  for (const Row& row : op_table()) {
    if (!row.differentiable) continue;
    SCOPED_TRACE(row.name);
    for (std::uint64_t seed : {1, 2})
      EXPECT_NO_THROW(check_gradients(row.f, draw(row.inputs, seed))) << [&] {
        try { check_gradients(row.f, draw(row.inputs, seed)); } catch (const std::exception& e) { return std::string(e.what()); }
        return std::string();
      }();
  }
}

TEST(OpTable, GradientsOfElementwiseOperationsAtOtherShapes) {
  for (const Row& row : op_table()) {
    if (!row.elementwise || !row.differentiable) continue;
    SCOPED_TRACE(row.name);
    const std::size_t n = row.inputs.size();
    using Shapes = std::vector<Shape>;
    std::vector<Shapes> cases = n == 1 ? std::vector<Shapes>{{{}}, {{1}}, {{0, 3}}, {{1, 5, 1}}}
                                       : std::vector<Shapes>{{{}, {2, 3}}, {{2, 3}, {}}, {{2, 1, 3}, {4, 1}}, {{1}, {3}}, {{3}, {2, 3}},
                                                             {{0, 3}, {3}}, {{2, 0}, {2, 1}}, {{1, 1}, {1}}};
    for (const Shapes& shapes : cases) {
      std::vector<Input> inputs = row.inputs;
      for (std::size_t i = 0; i < n; ++i) inputs[i].shape = shapes[i];
      SCOPED_TRACE(text(shapes[0], n == 2 ? text(shapes[1]) : ""));
      EXPECT_NO_THROW(check_gradients(row.f, draw(inputs, 3)));
    }
  }
}

TEST(OpTable, SingleAgreesWithDouble) {
  for (const Row& row : op_table()) {
    SCOPED_TRACE(row.name);
    Tensors inputs = draw(row.inputs, 4), singles, doubles;
    if (row.name.starts_with("batch_norm_eval")) continue;   // its constants are f64 arrays
    for (const Tensor& x : inputs) {
      singles.push_back(x.dtype() == f64 ? x.to(f32) : x);
      doubles.push_back(x.dtype() == f64 ? x.to(f32).to(f64) : x);
    }
    const Tensor y = row.f(singles);
    if (row.differentiable) { EXPECT_EQ(y.dtype(), f32); }
    expect_close(everything(row, singles), everything(row, doubles), 2e-5);
  }
}

// The same values, stored column by column.
Tensor as_view(const Tensor& x) {
  Shape backwards;
  for (int i = x.rank() - 1; i >= 0; --i) backwards.push_back(i);
  return x.value().permute(backwards).contiguous_copy().permute(backwards);
}

TEST(OpTable, ViewsGiveWhatCopiesGive) {
  for (const Row& row : op_table()) {
    SCOPED_TRACE(row.name);
    const Tensors inputs = draw(row.inputs, 5);
    Tensors views;
    for (const Tensor& x : inputs) views.push_back(as_view(x));
    expect_close(everything(row, views), everything(row, inputs), 1e-12);
  }
}

TEST(OpTable, EveryOtherElementOfALargerArray) {
  for (const Row& row : op_table()) {
    SCOPED_TRACE(row.name);
    const Tensors inputs = draw(row.inputs, 6);
    Tensors views;
    for (const Tensor& x : inputs) {
      if (x.rank() == 0) { views.push_back(x); continue; }
      Shape twice = x.shape();
      twice[x.rank() - 1] *= 2;
      const int last = x.rank() - 1;
      const Tensor doubled = stack({x, x}, x.rank());             // [..., n, 2]
      views.push_back(slice(reshape(doubled, twice), last, 0, twice[last], 2));
    }
    expect_close(everything(row, views), everything(row, inputs), 1e-12);
  }
}

TEST(OpTable, TheSameTensorTwice) {
  for (const Row& row : op_table()) {
    if (!row.elementwise || !row.differentiable || row.inputs.size() != 2) continue;
    SCOPED_TRACE(row.name);
    if (row.name == "maximum" || row.name == "minimum") continue;   // every element is a tie: not smooth there
    EXPECT_NO_THROW(check_gradients([&](const Tensors& x) { return row.f({x[0], x[0]}); }, draw({row.inputs[0]}, 7)));
  }
}

TEST(OpTable, NothingIsRecordedForUntrackedInputs) {
  for (const Row& row : op_table()) {
    SCOPED_TRACE(row.name);
    EXPECT_FALSE(row.f(draw(row.inputs, 8)).requires_grad());
  }
}

TEST(OpTable, NothingIsLeftOnTheTape) {
  const std::int64_t nodes = Node::live();
  for (const Row& row : op_table()) {
    SCOPED_TRACE(row.name);
    everything(row, draw(row.inputs, 9));
    EXPECT_EQ(Node::live(), nodes);
  }
}

TEST(OpTable, MistakesAreExplained) {
  std::set<std::string> explained;
  for (const Row& row : op_table()) {
    if (!row.mistake) continue;
    SCOPED_TRACE(row.name);
    explained.insert(row.name);
    try {
      row.mistake();
      ADD_FAILURE() << "no error";
    } catch (const Error& error) {
      for (const std::string& part : row.says) EXPECT_THAT(error.what(), testing::HasSubstr(part));
    }
  }
  for (const Row& row : op_table()) EXPECT_TRUE(explained.contains(row.name)) << row.name << " has no row with a mistake";
}

TEST(OpTable, UndefinedTensorsAreRefusedByName) {
  for (const Row& row : op_table())
    for (std::size_t i = 0; i < std::min(row.inputs.size(), row.optional_from); ++i) {
      SCOPED_TRACE(text(row.name, ", input ", i));
      Tensors xs = draw(row.inputs, 10);
      xs[i] = Tensor();
      try {
        row.f(xs);
        ADD_FAILURE() << "no error";
      } catch (const GraphError& error) {
        const std::string message = error.what(), op = message.substr(0, message.find(':'));
        EXPECT_TRUE(row.name.starts_with(op) || row.name.starts_with("operator")) << message;
        EXPECT_THAT(message, testing::HasSubstr(" is undefined: a default-constructed Tensor has neither shape nor elements"));
      }
    }
}

TEST(OpTable, EveryPublicOperationHasARow) {
  std::set<std::string> rows, declared;
  for (const Row& row : op_table()) rows.insert(row.name);
  const std::regex declaration(R"(^(?:inline )?Tensor (operator\S+?|\w+)\()");
  for (const auto& file : std::filesystem::recursive_directory_iterator(std::string(GRADUS_SOURCE) + "/autograd/ops")) {
    if (file.path().extension() != ".h" || file.path().filename() == "apply.h" || file.path().string().find("/internal/") != std::string::npos) continue;
    std::ifstream in(file.path());
    for (std::string line; std::getline(in, line);)
      if (std::smatch match; std::regex_search(line, match, declaration)) declared.insert(match[1]);
  }
  EXPECT_GT(declared.size(), 50u);
  for (const std::string& name : declared) EXPECT_TRUE(rows.contains(name)) << name << " is declared in autograd/ops but has no row in op_table.cpp";
}

}  // namespace
}  // namespace gradus
