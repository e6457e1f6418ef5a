// What the op table's rows say: every public operation has one, with a mistake that is explained.
#include <algorithm>
#include <filesystem>
#include <set>

#include "autograd/ops/op_table.h"
#include "declared_functions.h"
#include "support.h"

namespace gradus::op_table_words_test {

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
  for (const auto& file : std::filesystem::recursive_directory_iterator(std::string(GRADUS_SOURCE) + "/autograd/ops")) {
    const std::string path = file.path().string();
    if (!path.ends_with(".h") || path.ends_with("/apply.h") || path.find("/internal/") != path.npos || path.find("/formulas/") != path.npos)
      continue;
    for (const std::string& name : declared_functions(file.path())) declared.insert(name.substr(name.rfind(':') + 1));
  }
  EXPECT_GT(declared.size(), 50u);
  declared.erase("allclose");   // a bool
  for (const std::string& name : declared)
    EXPECT_TRUE(rows.contains(name)) << name << " is declared in autograd/ops but has no row in tests/autograd/ops/table";
}

}  // namespace gradus::op_table_words_test
