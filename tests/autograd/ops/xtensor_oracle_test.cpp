// Every elementwise operation, reduction, shape operation and product against xtensor: f32 and f64, in several layouts, with empty
// dimensions and those of size 1, and broadcasting.
#include <cmath>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>

#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/ops.h>

#include "autograd/ops/xtensor_oracle.h"
#include "support.h"

namespace gradus::xtensor_oracle_test {

using Tensors = std::vector<Tensor>;

std::vector<OracleRow> all_rows() {
  std::vector<OracleRow> rows = elementwise_oracle();
  for (OracleRow& row : structure_oracle()) rows.push_back(std::move(row));
  return rows;
}

std::vector<std::vector<Shape>> cases_of(const OracleRow& row) {
  if (!row.shapes.empty()) return row.shapes;
  if (row.inputs.size() == 1) return {{{}}, {{1}}, {{4}}, {{0, 3}}, {{1, 5, 1}}, {{2, 3, 37}}};
  return {{{}, {}}, {{}, {2, 3}}, {{2, 3}, {}}, {{2, 1, 3}, {4, 1}}, {{1}, {3}}, {{3}, {2, 3}}, {{2, 3, 37}, {37}}, {{5, 1}, {5, 70}},
          {{0, 3}, {3}}, {{2, 0}, {2, 1}}, {{1, 1}, {1}}};
}

// The same values: as they are, column by column, and as every other element of something larger.
enum class Layout { rows, columns, every_other };
Tensor laid_out(const Tensor& x, Layout layout) {
  if (layout == Layout::rows || x.rank() == 0) return x;
  if (layout == Layout::columns) {
    Shape backwards;
    for (int i = x.rank() - 1; i >= 0; --i) backwards.push_back(i);
    return x.value().permute(backwards).contiguous_copy().permute(backwards);
  }
  const int last = x.rank() - 1;
  Shape twice = x.shape();
  twice[last] *= 2;
  Array wide = Array::full(twice, 99, x.dtype());
  Array chosen = wide.slice(last, 0, twice[last], 2);
  wide = Array();                                // chosen has it alone: written in place
  copy_elements(x.value(), chosen);
  return chosen;
}

Tensors inputs_of(const OracleRow& row, const std::vector<Shape>& shapes, Dtype dtype, Layout layout) {
  Generator g(17);
  Tensors out;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    Array x = uniform(Array(shapes[i], f64), row.inputs[i].low, row.inputs[i].high, g);
    if (row.inputs[i].whole)
      for (double& value : x.mutable_span<double>()) value = std::floor(value);
    out.push_back(laid_out(Tensor(x.to(dtype)), layout));
  }
  return out;
}

TEST(XtensorOracle, AgreesInEveryTypeLayoutAndShape) {
  for (const OracleRow& row : all_rows())
    for (const std::vector<Shape>& shapes : cases_of(row))
      for (const Dtype dtype : {f64, f32})
        for (const Layout layout : {Layout::rows, Layout::columns, Layout::every_other}) {
          SCOPED_TRACE(text(row.name, " ", shapes[0], shapes.size() > 1 ? text(shapes[1]) : "", " ", dtype, ", layout ",
                            static_cast<int>(layout)));
          const Tensors inputs = inputs_of(row, shapes, dtype, layout);
          std::vector<Array> doubles;
          for (const Tensor& x : inputs) doubles.push_back(x.value().to(f64));
          const Array y = row.f(inputs).value(), expected = row.oracle(doubles);
          ASSERT_EQ(y.shape(), expected.shape());
          const std::vector<double> ours = y.to_vector(), theirs = expected.to_vector();
          const double tolerance = dtype == f64 ? 1e-13 : 2e-6;
          for (std::size_t i = 0; i < ours.size(); ++i)
            ASSERT_LE(std::abs(ours[i] - theirs[i]), tolerance * (1 + std::abs(theirs[i]))) << "element " << i;
        }
}

TEST(XtensorOracle, HasARowForEveryOperationOfItsFamilies) {
  std::set<std::string> rows;
  for (const OracleRow& row : all_rows()) rows.insert(row.name);
  const std::regex declaration(R"(^(?:inline )?Tensor (operator\S+?|\w+)\()");
  for (const char* family : {"activation", "arithmetic", "compare", "math", "diagonal", "rearrange", "reduce", "scan", "shape", "softmax",
                             "sort", "statistics", "matmul"}) {
    std::ifstream in(text(GRADUS_SOURCE, "/autograd/ops/", family, ".h"));
    int declared = 0;
    for (std::string line; std::getline(in, line);)
      if (std::smatch match; std::regex_search(line, match, declaration)) {
        ++declared;
        EXPECT_TRUE(rows.contains(match[1]))
            << match[1] << " is declared in autograd/ops/" << family << ".h; give it a row in xtensor_oracle_*.cpp";
      }
    EXPECT_GT(declared, 0) << family;
  }
}

}  // namespace gradus::xtensor_oracle_test
