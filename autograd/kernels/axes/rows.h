// Rows of a table [n, d] by their numbers: looked up, and values for them added up. Tables are f32 or f64, every array argument is
// contiguous, every index has been checked. Sums are in the order of the indices, whatever the number of threads.
#pragma once
#include <cstdint>
#include <span>
#include <utility>

#include <gradus/autograd/array/array.h>

namespace gradus::kernels {

// out[i] = table[index[i]], zeros where that is the row `blank`; index (i64) [...], the result [..., d].
Array take_rows(const Array& table, const Array& index, std::int64_t blank = -1);

// Values for some rows of a table; a row may occur any number of times.
struct RowPart {
  Array index;                  // i64, m elements
  Array values;                 // [..., d], m rows
  std::int64_t skipped = -1;    // values for this row count nothing
};

// out[index[i]] += values[i] for all rows of the table: [n, d].
Array sum_rows(const RowPart& part, std::int64_t n);
// The same for the rows that occur in the parts (at least one, of one d and dtype): their numbers, ascending, and their sums [k, d].
std::pair<Array, Array> distinct_rows(std::span<const RowPart> parts);

}  // namespace gradus::kernels
