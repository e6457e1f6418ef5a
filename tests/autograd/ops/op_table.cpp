#include "autograd/ops/op_table.h"

namespace gradus {
namespace {

std::vector<Row>& table() {
  static std::vector<Row> rows;
  return rows;
}

}  // namespace

Rows::Rows(std::initializer_list<Row> rows) { table().insert(table().end(), rows); }

const std::vector<Row>& op_table() { return table(); }

}  // namespace gradus
