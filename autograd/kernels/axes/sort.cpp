#include <gradus/autograd/kernels/axes/sort.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>
#include <vector>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/kernels/axes/grain.h>
#include <gradus/autograd/kernels/axes/ranked.h>

namespace gradus::kernels {
namespace {

constexpr std::int64_t few = 24, many = 512;   // sorted by inserting; by their digits

std::uint64_t rank_bits(std::uint64_t x) { return x >> 32; }
std::uint64_t rank_bits(const Ranked& x) { return x.rank; }

// By the digits of the rank, the last one first, between two lists; digits that are all equal are passed over.
template <class Item>
void sort_by_digits(std::vector<Item>& items, std::vector<Item>& other) {
  constexpr int digits = sizeof(Item) == 8 ? 4 : 8;
  std::array<std::uint32_t, digits * 256> counts{};
  for (const Item& item : items) {
    std::uint64_t bits = rank_bits(item);
    for (int d = 0; d < digits; ++d, bits >>= 8) ++counts[static_cast<std::size_t>(d * 256) + (bits & 255)];
  }
  other.resize(items.size());
  for (int d = 0; d < digits; ++d) {
    std::uint32_t* count = counts.data() + d * 256;
    if (count[rank_bits(items[0]) >> (8 * d) & 255] == items.size()) continue;
    std::uint32_t before = 0;
    for (int k = 0; k < 256; ++k) {
      const std::uint32_t own = count[k];
      count[k] = before;
      before += own;
    }
    for (const Item& item : items) other[count[rank_bits(item) >> (8 * d) & 255]++] = item;
    items.swap(other);
  }
}

// Puts the item where it belongs among n sorted ones, for whose last one there is room.
template <class Item>
void insert(Item* sorted, std::int64_t n, const Item& item) {
  std::int64_t at = n;
  for (; at > 0 && item < sorted[at - 1]; --at) sorted[at] = sorted[at - 1];
  sorted[at] = item;
}

// What stands in the order of its places.
template <class Item>
void sort_items(std::vector<Item>& items, std::vector<Item>& other) {
  const auto n = static_cast<std::int64_t>(items.size());
  if (n > many && n < most_places) return sort_by_digits(items, other);
  if (n > few) return std::sort(items.begin(), items.end());
  for (std::int64_t i = 1; i < n; ++i) insert(items.data(), i, Item(items[static_cast<std::size_t>(i)]));
}

// Whether x may come before the element that is the worst of those found; NaN may.
template <class T>
bool may_come_before(T x, T worst, bool descending) {
  return descending ? !(x <= worst) : !(x >= worst);
}

// The k smallest of x's ranks, in order. While most elements are no better than the worst of those found, only a comparison is spent on
// them.
template <class T>
void first_of(const T* x, std::int64_t n, std::int64_t k, bool descending, std::vector<RankedOf<T>>& items) {
  using Item = RankedOf<T>;
  const auto ranked = [=](std::int64_t i) {
    Item item;
    rank(x + i, 1, descending, &item, i);
    return item;
  };
  constexpr std::int64_t sorted_ones = 16;
  if (k <= sorted_ones) {
    Item best[sorted_ones];
    for (std::int64_t i = 0; i < k; ++i) insert(best, i, ranked(i));
    T worst = x[place_of(best[k - 1])];
    for (std::int64_t i = k; i < n; ++i)
      if (may_come_before(x[i], worst, descending))
        if (const Item item = ranked(i); item < best[k - 1]) {
          insert(best, k - 1, item);
          worst = x[place_of(best[k - 1])];
        }
    items.assign(best, best + k);
    return;
  }
  const auto cut = [&] {
    std::nth_element(items.begin(), items.begin() + (k - 1), items.end());
    items.resize(static_cast<std::size_t>(k));
  };
  const std::int64_t room = 2 * k;
  items.resize(static_cast<std::size_t>(std::min(n, room)));
  rank(x, std::min(n, room), descending, items.data());
  if (k < n) cut();
  for (std::int64_t i = room; i < n;) {
    const Item worst = items[static_cast<std::size_t>(k - 1)];
    const T limit = x[place_of(worst)];
    for (; i < n && static_cast<std::int64_t>(items.size()) < room; ++i)
      if (may_come_before(x[i], limit, descending))
        if (const Item item = ranked(i); item < worst) items.push_back(item);
    cut();
  }
  std::sort(items.begin(), items.end());
}

// x and the results with `axis` last and row by row: each(row, n, values, indices) makes `count` of n elements.
template <class Each>
Extremes along(const Array& x, int axis, std::int64_t count, Each each) {
  Shape moved, back;
  for (int i = 0; i < x.rank(); ++i) {
    if (i != axis) moved.push_back(i);
    back.push_back(i < axis ? i : i == axis ? x.rank() - 1 : i - 1);
  }
  moved.push_back(axis);
  const Array rows = x.permute(moved).as_contiguous();
  Shape shape = rows.shape();
  const std::int64_t n = shape[shape.rank() - 1];
  shape[shape.rank() - 1] = count;
  Extremes out{Array(shape, x.dtype()), Array(shape, i64)};
  if (out.values.size() > 0) {
    std::int64_t* indices = out.indices.mutable_data<std::int64_t>();
    visit(x.dtype(), [&]<class T>(T) {
      if (sizeof(T) < 8)
        check<ValueError>(n <= most_places, "sort: an axis of ", n, " elements of ", x.dtype(), " is longer than ", most_places,
                          "; sort them as f64");
      const T* from = rows.data<T>();
      T* values = out.values.mutable_data<T>();
      parallel_for(rows.size() / n, items_worth(exp_grain, n), [=](std::int64_t begin, std::int64_t end) {
        std::vector<RankedOf<T>> items, other;   // used again from row to row
        for (std::int64_t o = begin; o < end; ++o) {
          each(from + o * n, n, items, other);
          for (std::int64_t i = 0; i < count; ++i) {
            indices[o * count + i] = place_of(items[static_cast<std::size_t>(i)]);
            values[o * count + i] = from[o * n + indices[o * count + i]];
          }
        }
      });
    });
  }
  return {out.values.permute(back).as_contiguous(), out.indices.permute(back).as_contiguous()};
}

template <class T, class Before>
std::int64_t position(const T* sorted, std::int64_t n, Before before) {
  std::int64_t begin = 0, end = n;
  while (begin < end) {
    const std::int64_t middle = begin + (end - begin) / 2;
    if (before(sorted[middle])) begin = middle + 1;
    else end = middle;
  }
  return begin;
}

// Groups of places order(i) that are equal to the first one of the group before them; `values` says where the first ones are.
template <class Order, class Equal>
Distinct grouped(std::int64_t n, Order order, Equal equal) {
  Distinct out{{}, Array({n}, i64), {}};
  std::int64_t* inverse = out.inverse.mutable_data<std::int64_t>();
  std::vector<std::int64_t> first, counts;
  for (std::int64_t i = 0; i < n; ++i) {
    const std::int64_t at = order(i);
    if (i == 0 || !equal(at, first.back())) first.push_back(at), counts.push_back(0);
    ++counts.back();
    inverse[at] = static_cast<std::int64_t>(first.size()) - 1;
  }
  out.counts = Array::from(counts, {counts.size()});
  out.values = Array::from(first, {first.size()});
  return out;
}

template <class T, class Order>
Distinct distinct(const T* x, std::int64_t n, Dtype dtype, Order order) {
  Distinct out = grouped(n, order, [x](std::int64_t a, std::int64_t b) { return x[a] == x[b]; });
  const Array first = std::exchange(out.values, Array({out.counts.size()}, dtype));
  T* values = out.values.mutable_data<T>();
  for (const std::int64_t at : first.span<std::int64_t>()) *values++ = x[at];
  return out;
}

// Rows of m elements, compared element by element: NaN comes last and equals nothing.
struct RowOrder {
  bool (*before)(const void* x, std::int64_t m, std::int64_t a, std::int64_t b);
  bool (*equal)(const void* x, std::int64_t m, std::int64_t a, std::int64_t b);
};
template <class T>
constexpr RowOrder row_order{[](const void* x, std::int64_t m, std::int64_t a, std::int64_t b) {
                               const T *p = static_cast<const T*>(x) + a * m, *q = static_cast<const T*>(x) + b * m;
                               for (std::int64_t i = 0; i < m; ++i)
                                 if (const auto left = rank_of(p[i]), right = rank_of(q[i]); left != right) return left < right;
                               return false;
                             },
                             [](const void* x, std::int64_t m, std::int64_t a, std::int64_t b) {
                               const T *p = static_cast<const T*>(x) + a * m, *q = static_cast<const T*>(x) + b * m;
                               for (std::int64_t i = 0; i < m; ++i)
                                 if (!(p[i] == q[i])) return false;
                               return true;
                             }};

}  // namespace

Extremes sort(const Array& x, int axis, bool descending) {
  return along(x, axis, x.dim(axis), [descending](const auto* row, std::int64_t n, auto& items, auto& other) {
    items.resize(static_cast<std::size_t>(n));
    rank(row, n, descending, items.data());
    sort_items(items, other);
  });
}

Extremes topk(const Array& x, int axis, std::int64_t k, bool largest) {
  return along(x, axis, k, [k, largest](const auto* row, std::int64_t n, auto& items, auto&) { first_of(row, n, k, largest, items); });
}

Extremes kth(const Array& x, int axis, std::int64_t k, bool nan_first) {
  return along(x, axis, 1, [k, nan_first](const auto* row, std::int64_t n, auto& items, auto&) {
    items.resize(static_cast<std::size_t>(n));
    rank(row, n, false, items.data());
    if (nan_first) {
      const auto nan = std::find_if(row, row + n, [](auto v) { return v != v; }) - row;
      if (nan < n) {
        items[0] = items[static_cast<std::size_t>(nan)];
        return;
      }
    }
    std::nth_element(items.begin(), items.begin() + k, items.end());
    items[0] = items[static_cast<std::size_t>(k)];
  });
}

Array searchsorted(const Array& given, const Array& wanted, bool right) {
  const Array sorted = given.as_contiguous(), values = wanted.as_contiguous();
  Array out(values.shape(), i64);
  if (values.size() == 0) return out;
  const std::int64_t n = sorted.dim(-1), m = sorted.rank() == 1 ? values.size() : values.dim(-1);
  std::int64_t* places = out.mutable_data<std::int64_t>();
  visit(sorted.dtype(), [&]<class T>(T) {
    const T *from = sorted.data<T>(), *value = values.data<T>();
    parallel_for(values.size(), exp_grain, [=](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        const T v = value[i], *row = from + i / m * n;
        // As PyTorch compares: NaN lies behind all.
        places[i] = right ? position(row, n, [v](T x) { return !(x > v); }) : position(row, n, [v](T x) { return !(x >= v); });
      }
    });
  });
  return out;
}

Distinct unique(const Array& given) {
  const Array x = given.as_contiguous();
  Distinct out;
  visit(x.dtype(), [&]<class T>(T) {
    const Array order = sort(x, 0, false).indices;
    const std::int64_t* at = order.data<std::int64_t>();
    out = distinct(x.data<T>(), x.size(), x.dtype(), [at](std::int64_t i) { return at[i]; });
  });
  return out;
}

Distinct unique_consecutive(const Array& given) {
  const Array x = given.as_contiguous();
  Distinct out;
  visit(x.dtype(), [&]<class T>(T) { out = distinct(x.data<T>(), x.size(), x.dtype(), [](std::int64_t i) { return i; }); });
  return out;
}

Distinct unique_slices(const Array& given, int axis, bool neighbours) {
  Shape front{axis};
  for (int i = 0; i < given.rank(); ++i)
    if (i != axis) front.push_back(i);
  const Array rows = given.permute(front).as_contiguous();
  const std::int64_t n = given.dim(axis), m = n > 0 ? rows.size() / n : 0;
  const RowOrder by = visit(rows.dtype(), []<class T>(T) { return row_order<T>; });
  const void* x = rows.raw();
  std::vector<std::int64_t> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  if (!neighbours)
    std::stable_sort(order.begin(), order.end(), [=](std::int64_t a, std::int64_t b) { return by.before(x, m, a, b); });
  return grouped(n, [&](std::int64_t i) { return order[static_cast<std::size_t>(i)]; },
                 [=](std::int64_t a, std::int64_t b) { return by.equal(x, m, a, b); });
}

Array bincount(const Array& given, const Array& weights, std::int64_t size) {
  const Array x = given.to(i64).as_contiguous();
  Array out = Array::zeros({size}, weights.defined() ? weights.dtype() : i64);
  const std::int64_t* at = x.data<std::int64_t>();
  if (!weights.defined()) {
    std::int64_t* counts = out.mutable_data<std::int64_t>();
    for (std::int64_t i = 0; i < x.size(); ++i) ++counts[at[i]];
    return out;
  }
  const Array weight = weights.as_contiguous();
  visit_floating(weights.dtype(), "bincount", [&]<class T>(T) {
    T* sums = out.mutable_data<T>();
    for (std::int64_t i = 0; i < x.size(); ++i) sums[at[i]] += weight.data<T>()[i];
  });
  return out;
}

Array histogram(const Array& given, std::int64_t bins, double low, double high) {
  const Array x = given.as_contiguous();
  std::vector<std::int64_t> counts(static_cast<std::size_t>(bins));
  visit_floating(x.dtype(), "histc", [&]<class T>(T) {
    for (const T element : x.span<T>()) {
      const auto value = static_cast<double>(element);
      if (!(low <= value && value <= high)) continue;
      const auto bin = static_cast<std::int64_t>((value - low) * static_cast<double>(bins) / (high - low));
      ++counts[static_cast<std::size_t>(std::min(bin, bins - 1))];
    }
  });
  return Array::from(counts, {bins}).to(x.dtype());
}

}  // namespace gradus::kernels
