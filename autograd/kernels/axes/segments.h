// Weighted sums of rows of a table, segment by segment, without a copy of the rows: bags of words. Everything contiguous, every number in
// range; sums are in the order of the uses, whatever the number of threads.
#pragma once
#include <cstdint>

#include <gradus/autograd/array/array.h>
#include <gradus/autograd/array/internal/per_type.h>

namespace gradus::kernels {

// Segment s has uses starts[s] to starts[s + 1], use k is row rows[k] of a table with n rows.
struct Segments {
  Array starts;        // i64 [segments + 1], from 0, ascending
  Array rows;          // i64 [uses]
  std::int64_t n = 0;
  std::int64_t count() const { return starts.size() - 1; }
};

// out[s] = scale[s]·Σ weight[k]·table[rows[k]] over the uses k of s: [segments, d]; weights [uses] and scale [segments], of the table's
// type (f32 or f64), may be undefined: 1.
Array sum_segments(const Segments& s, const Array& table, const Array& weights, const Array& scale);
// g[s]·table[rows[k]], s being the segment of use k: [uses].
Array segment_products(const Segments& s, const Array& g, const Array& table);
// In each column of each segment the row of its largest element, the first of equal ones, that of the first NaN if there is one: i64
// [segments, d]; −1 in a segment without uses.
Array largest_rows(const Segments& s, const Array& table);

// The same uses seen from the table: a segment for each of its rows, whose uses point to the segments that they came from, in order.
struct Turned {
  Segments segments;
  Array uses;          // i64 [uses]: which one it was
};
Turned turned(const Segments& s);
// The same for the rows that are used at all: their numbers, ascending.
struct TurnedRows : Turned {
  Array rows;          // i64 [segments]
};
TurnedRows turned_used(const Segments& s);

// The loops inside, compiled for each SIMD level, for one segment of `count` uses; weight may be null.
template <class T>
struct SegmentRow {
  void (*sum)(const T* table, std::int64_t d, const std::int64_t* rows, const T* weight, std::int64_t count, T scale, T* out);
  double (*product)(const T* a, const T* b, std::int64_t n);
  // The row of the largest element of each column, of at least one use.
  void (*largest)(const T* table, std::int64_t d, const std::int64_t* rows, std::int64_t count, std::int64_t* out);
};
using SegmentLoops = PerFloat<SegmentRow>;

const SegmentLoops& segment_loops();   // of the best instruction-set level that this machine has

}  // namespace gradus::kernels
