#include <gradus/autograd/kernels/rows.h>

#include <algorithm>
#include <cstring>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/base/small_vector.h>
#include <gradus/autograd/kernels/accumulate.h>

namespace gradus::kernels {
namespace {

constexpr std::int64_t grain = 1 << 15;   // elements that are worth a thread

std::int64_t width(const Array& rows) { return rows.dim(-1); }

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
  parallel_for(index.size(), items_worth(grain, width(table)), [&](std::int64_t begin, std::int64_t end) {
    for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
      if (pick[i] == blank) std::memset(target + i * row, 0, row);
      else std::memcpy(target + i * row, source + static_cast<std::size_t>(pick[i]) * row, row);
    }
  });
  return out;
}

Array sum_rows(const RowPart& part, std::int64_t n) {
  const std::int64_t d = width(part.values);
  Array out = Array::zeros({n, d}, part.values.dtype());
  const auto index = part.index.span<std::int64_t>();
  visit_floating(out.dtype(), "embedding", [&]<class T>(T) {
    const AddLoop<T> add = add_loops().of(T{});
    const T* values = part.values.data<T>();
    T* sums = out.mutable_data<T>();
    // A thread owns a range of the table and looks for its rows among all, so that the order of additions is fixed.
    parallel_for(n, items_worth(grain * n, part.values.size()), [&](std::int64_t begin, std::int64_t end) {
      for (std::size_t i = 0; i < index.size(); ++i) {
        const std::int64_t row = index[i];
        if (row < begin || row >= end || row == part.skipped) continue;
        add(sums + row * d, values + static_cast<std::int64_t>(i) * d, d, sums + row * d);
      }
    });
  });
  return out;
}

std::pair<Array, Array> distinct_rows(std::span<const RowPart> parts) {
  struct Use {
    std::int64_t row, part, place;
    auto operator<=>(const Use&) const = default;
  };
  SmallVector<Use, 64> uses;
  std::int64_t most = 0;
  for (const RowPart& part : parts) most += part.index.size();
  uses.reserve(static_cast<std::size_t>(most));
  for (std::size_t p = 0; p < parts.size(); ++p) {
    const auto index = parts[p].index.span<std::int64_t>();
    for (std::size_t i = 0; i < index.size(); ++i)
      if (index[i] != parts[p].skipped) uses.push_back({index[i], static_cast<std::int64_t>(p), static_cast<std::int64_t>(i)});
  }
  std::sort(uses.begin(), uses.end());
  SmallVector<std::int64_t, 64> first;   // use of each row
  for (std::size_t i = 0; i < uses.size(); ++i)
    if (i == 0 || uses[i].row != uses[i - 1].row) first.push_back(static_cast<std::int64_t>(i));
  const auto k = static_cast<std::int64_t>(first.size());
  first.push_back(static_cast<std::int64_t>(uses.size()));

  const std::int64_t d = width(parts[0].values);
  Array rows({k}, i64), sums({k, d}, parts[0].values.dtype());
  std::int64_t* number = rows.mutable_data<std::int64_t>();
  visit_floating(sums.dtype(), "embedding", [&]<class T>(T) {
    const AddLoop<T> add = add_loops().of(T{});
    T* out = sums.mutable_data<T>();
    parallel_for(k, items_worth(grain, d), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t r = begin; r < end; ++r) {
        T* sum = out + r * d;
        number[r] = uses[first[r]].row;
        for (std::int64_t u = first[r]; u < first[r + 1]; ++u) {
          const T* values = parts[uses[u].part].values.template data<T>() + uses[u].place * d;
          if (u == first[r]) std::copy_n(values, d, sum);
          else add(sum, values, d, sum);
        }
      }
    });
  });
  return {std::move(rows), std::move(sums)};
}

}  // namespace gradus::kernels
