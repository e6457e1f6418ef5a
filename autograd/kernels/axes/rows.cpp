#include <gradus/autograd/kernels/axes/rows.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>

#include <gradus/autograd/array/internal/strided.h>
#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/base/small_vector.h>
#include <gradus/autograd/kernels/axes/accumulate.h>
#include <gradus/autograd/kernels/axes/grain.h>

namespace gradus::kernels {
namespace {

std::int64_t width(const Array& rows) { return rows.dim(-1); }

struct Use {
  std::int64_t row = 0, place = 0;        // place: among the rows of values of all parts
};
using Uses = SmallVector<Use, 64>;

// Sorts by rows, and leaves the uses of one row in their order: one digit of the rows after the other, the last one first.
void sort_by_rows(Uses& uses) {
  constexpr int bits = 11;
  const auto digit = [](std::int64_t row, int shift) { return static_cast<std::size_t>(row >> shift & ((1 << bits) - 1)); };
  std::int64_t all = 0;
  for (const Use& use : uses) all |= use.row;
  Uses sorted;
  sorted.resize(uses.size());
  for (int shift = 0; shift < 63 && all >> shift != 0; shift += bits) {
    std::array<std::size_t, 1 << bits> next{};
    for (const Use& use : uses) ++next[digit(use.row, shift)];
    std::exclusive_scan(next.begin(), next.end(), next.begin(), std::size_t{0});
    for (const Use& use : uses) sorted[next[digit(use.row, shift)]++] = use;
    std::swap(uses, sorted);
  }
}

// out[row[i]] += values[i], but for the row `skipped`; out [n, d].
void add_values(Array& out, std::span<const std::int64_t> row, const Array& values, std::int64_t skipped) {
  const std::int64_t n = out.dim(0), d = width(out);
  visit_floating(out.dtype(), "embedding", [&]<class T>(T) {
    const AddLoop<T> add = add_loops().of(T{});
    const T* value = values.data<T>();
    T* sums = out.mutable_data<T>();
    // A thread owns a range of the table and looks for its rows among all, so that the order of additions is fixed.
    parallel_for(n, items_worth(sum_grain * n, values.size()), [&](std::int64_t begin, std::int64_t end) {
      for (std::size_t i = 0; i < row.size(); ++i) {
        if (row[i] < begin || row[i] >= end || row[i] == skipped) continue;
        T* sum = sums + row[i] * d;
        add(sum, value + static_cast<std::int64_t>(i) * d, d, sum);
      }
    });
  });
}

}  // namespace

Array take_rows(const Array& table, const Array& index, std::int64_t blank) {
  Shape shape = index.shape();
  shape.push_back(width(table));
  Array out(shape, table.dtype());
  const std::size_t row = static_cast<std::size_t>(width(table)) * size_of(table.dtype());
  const auto* source = static_cast<const std::byte*>(table.raw());
  auto* target = static_cast<std::byte*>(out.mutable_raw());
  const auto pick = index.span<std::int64_t>();
  if (out.size() == 0) return out;
  parallel_for(index.size(), items_worth(sum_grain, width(table)), [&](std::int64_t begin, std::int64_t end) {
    for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
      if (pick[i] == blank) std::memset(target + i * row, 0, row);
      else copy_run(source + static_cast<std::size_t>(pick[i]) * row, target + i * row, row);
    }
  });
  return out;
}

Array sum_rows(const RowPart& part, std::int64_t n) {
  Array out = Array::zeros({n, width(part.values)}, part.values.dtype());
  add_values(out, part.index.span<std::int64_t>(), part.values, part.skipped);
  return out;
}

std::pair<Array, Array> distinct_rows(std::span<const RowPart> parts) {
  std::int64_t places = 0;
  for (const RowPart& part : parts) places += part.index.size();
  Uses uses;
  SmallVector<std::int64_t, 64> distinct, sum_of_place;   // which of the sums a place adds to; -1: none
  uses.reserve(places);
  sum_of_place.reserve(places);
  for (const RowPart& part : parts)
    for (const std::int64_t row : part.index.span<std::int64_t>()) {
      if (row != part.skipped) uses.push_back({row, std::ssize(sum_of_place)});
      sum_of_place.push_back(-1);
    }
  sort_by_rows(uses);
  for (const Use& use : uses) {
    if (distinct.empty() || distinct.back() != use.row) distinct.push_back(use.row);
    sum_of_place[use.place] = std::ssize(distinct) - 1;
  }

  Array rows = Array::from(std::span<const std::int64_t>(distinct.data(), distinct.size()), {std::ssize(distinct)});
  Array sums = Array::zeros({std::ssize(distinct), width(parts[0].values)}, parts[0].values.dtype());
  const std::int64_t* to = sum_of_place.data();
  for (const RowPart& part : parts) {
    add_values(sums, {to, static_cast<std::size_t>(part.index.size())}, part.values, -1);
    to += part.index.size();
  }
  return {std::move(rows), std::move(sums)};
}

}  // namespace gradus::kernels
