// RowGradient: the gradient of a table of which few rows were used, as those rows and their values; it is zero elsewhere. What backward()
// leaves at the weight of an embedding with sparse = true (ops/embedding.h), and what optim::SparseAdam takes.
//   const RowGradient& g = words.weight.row_grad();   g.rows;  g.values;      // [k] and [k, d], k the number of different words
#pragma once
#include <gradus/autograd/array/array.h>

namespace gradus {

struct RowGradient {
  Array rows;                                  // [k] i64, ascending and distinct
  Array values;                                // [k, d]

  bool defined() const { return rows.defined(); }
  Array dense(std::int64_t n) const;           // [n, d]: all rows of the table
};

}  // namespace gradus
