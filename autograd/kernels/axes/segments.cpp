#include <gradus/autograd/kernels/axes/segments.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/kernels/axes/grain.h>
#include <gradus/autograd/simd/internal/level.h>

namespace gradus::kernels {

GRADUS_DISPATCH(SegmentLoops, segment_loops)

namespace {

// A loop over segments whose uses cost `width` elements each.
template <class F>
void for_segments(const Segments& s, std::int64_t width, F f) {
  const std::int64_t n = s.count(), cost = (s.rows.size() + n) * width / std::max<std::int64_t>(n, 1);
  parallel_for(n, items_worth(sum_grain, cost), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) f(i);
  });
}

template <class T>
const T* data_or_null(const Array& a) {
  return a.defined() ? a.data<T>() : nullptr;
}

// A segment has the places behind those of the segments before it.
Array starts_of(const std::vector<std::int64_t>& counts) {
  Array starts({std::ssize(counts) + 1}, i64);
  std::int64_t* p = starts.mutable_data<std::int64_t>();
  p[0] = 0;
  std::partial_sum(counts.begin(), counts.end(), p + 1);
  return starts;
}

}  // namespace

Array sum_segments(const Segments& s, const Array& table, const Array& weights, const Array& scale) {
  const std::int64_t d = table.dim(1), n = s.count();
  Array out({n, d}, table.dtype());
  visit_floating(table.dtype(), "embedding_bag", [&]<class T>(T) {
    const auto loop = segment_loops().of(T{}).sum;
    const std::int64_t *starts = s.starts.data<std::int64_t>(), *rows = s.rows.data<std::int64_t>();
    const T *from = table.data<T>(), *weight = data_or_null<T>(weights), *factor = data_or_null<T>(scale);
    T* to = out.mutable_data<T>();
    for_segments(s, d, [=](std::int64_t i) {
      const std::int64_t first = starts[i];
      loop(from, d, rows + first, weight ? weight + first : nullptr, starts[i + 1] - first, factor ? factor[i] : T(1), to + i * d);
    });
  });
  return out;
}

Array segment_products(const Segments& s, const Array& g, const Array& table) {
  const std::int64_t d = table.dim(1);
  Array out({s.rows.size()}, table.dtype());
  visit_floating(table.dtype(), "embedding_bag", [&]<class T>(T) {
    const auto loop = segment_loops().of(T{}).product;
    const std::int64_t *starts = s.starts.data<std::int64_t>(), *rows = s.rows.data<std::int64_t>();
    const T *from = table.data<T>(), *slope = g.data<T>();
    T* to = out.mutable_data<T>();
    for_segments(s, d, [=](std::int64_t i) {
      for (std::int64_t k = starts[i]; k < starts[i + 1]; ++k) to[k] = static_cast<T>(loop(slope + i * d, from + rows[k] * d, d));
    });
  });
  return out;
}

Array largest_rows(const Segments& s, const Array& table) {
  const std::int64_t d = table.dim(1);
  Array out({s.count(), d}, i64);
  visit_floating(table.dtype(), "embedding_bag", [&]<class T>(T) {
    const std::int64_t *starts = s.starts.data<std::int64_t>(), *rows = s.rows.data<std::int64_t>();
    const auto loop = segment_loops().of(T{}).largest;
    const T* from = table.data<T>();
    std::int64_t* to = out.mutable_data<std::int64_t>();
    for_segments(s, d, [=](std::int64_t i) {
      if (const std::int64_t first = starts[i], count = starts[i + 1] - first; count > 0) loop(from, d, rows + first, count, to + i * d);
      else std::fill_n(to + i * d, d, -1);
    });
  });
  return out;
}

Turned turned(const Segments& s) {
  const std::int64_t *starts = s.starts.data<std::int64_t>(), *rows = s.rows.data<std::int64_t>();
  const std::int64_t uses = s.rows.size();
  std::vector<std::int64_t> counts(static_cast<std::size_t>(s.n), 0);
  for (std::int64_t k = 0; k < uses; ++k) ++counts[static_cast<std::size_t>(rows[k])];
  Turned out{{starts_of(counts), Array({uses}, i64), s.count()}, Array({uses}, i64)};
  std::copy_n(out.segments.starts.data<std::int64_t>(), s.n, counts.begin());   // where the next use of a row goes
  std::int64_t *from = out.segments.rows.mutable_data<std::int64_t>(), *use = out.uses.mutable_data<std::int64_t>();
  for (std::int64_t i = 0; i < s.count(); ++i)
    for (std::int64_t k = starts[i]; k < starts[i + 1]; ++k) {
      const std::int64_t at = counts[static_cast<std::size_t>(rows[k])]++;
      from[at] = i, use[at] = k;
    }
  return out;
}

TurnedRows turned_used(const Segments& s) {
  const std::int64_t *starts = s.starts.data<std::int64_t>(), *rows = s.rows.data<std::int64_t>();
  const std::int64_t uses = s.rows.size();
  std::vector<std::int64_t> segment(static_cast<std::size_t>(uses)), counts, distinct;
  for (std::int64_t i = 0; i < s.count(); ++i) std::fill(segment.begin() + starts[i], segment.begin() + starts[i + 1], i);
  TurnedRows out;
  out.uses = Array({uses}, i64);
  std::int64_t* use = out.uses.mutable_data<std::int64_t>();
  std::iota(use, use + uses, 0);
  std::stable_sort(use, use + uses, [=](std::int64_t a, std::int64_t b) { return rows[a] < rows[b]; });
  out.segments.rows = Array({uses}, i64);
  std::int64_t* from = out.segments.rows.mutable_data<std::int64_t>();
  for (std::int64_t k = 0; k < uses; ++k) {
    from[k] = segment[static_cast<std::size_t>(use[k])];
    if (distinct.empty() || distinct.back() != rows[use[k]]) distinct.push_back(rows[use[k]]), counts.push_back(0);
    ++counts.back();
  }
  out.segments.starts = starts_of(counts);
  out.segments.n = s.count();
  out.rows = Array::from(distinct, {std::ssize(distinct)});
  return out;
}

}  // namespace gradus::kernels
