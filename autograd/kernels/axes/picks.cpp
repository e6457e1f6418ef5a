#include <gradus/autograd/kernels/axes/picks.h>

#include <numeric>
#include <vector>

#include <gradus/autograd/array/internal/strided.h>
#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/base/small_vector.h>
#include <gradus/autograd/kernels/axes/accumulate.h>
#include <gradus/autograd/kernels/axes/grain.h>

namespace gradus::kernels {
namespace {

// Dimensions that are walked together, outermost first; neighbours in one stride are one.
struct Dimensions {
  Shape size, stride;
  std::int64_t count = 1;
  void add(std::int64_t n, std::int64_t step) {
    count *= n;
    if (n == 1) return;
    const int last = size.rank() - 1;
    if (last >= 0 && stride[last] == step * n) size[last] *= n, stride[last] = step;
    else size.push_back(n), stride.push_back(step);
  }
  std::int64_t offset(std::int64_t index) const {
    std::int64_t at = 0;
    for (int i = size.rank() - 1; i >= 0; index /= size[i--]) at += index % size[i] * stride[i];
    return at;
  }
};

// Where the blocks lie: for each element of `before`, each place of the index and each row of `after` a run of elements.
struct Blocks {
  Dimensions before, after;                // after: but for the run
  std::int64_t run = 1, run_step = 1, count = 0, reach = 1;
  const std::int64_t* place;               // times `scale`: the offset of a place
  std::int64_t scale = 1;
  Array sums;

  Blocks(const Array& x, const Picked& picked, std::span<const Array> index)
      : count(index[0].size()), place(index[0].data<std::int64_t>()) {
    int kept = 0;
    SmallVector<std::int64_t, 8> steps;
    for (int i = 0; i < x.rank(); ++i) {
      if (picked.axes >> i & 1) steps.push_back(x.strides()[i]), reach += (x.shape()[i] - 1) * x.strides()[i];
      else (kept++ < picked.at ? before : after).add(x.shape()[i], x.strides()[i]);
    }
    if (after.size.rank() > 0) {
      const int last = after.size.rank() - 1;
      run = after.size[last], run_step = after.stride[last];
      after.size.erase(last), after.stride.erase(last);
      after.count = run > 0 ? after.count / run : 0;
    }
    scale = steps[0];
    if (steps.size() == 1) return;
    sums = Array({count}, i64);
    std::int64_t* sum = sums.mutable_data<std::int64_t>();
    for (std::size_t k = 0; k < steps.size(); ++k) {
      const std::int64_t *pick = index[k].data<std::int64_t>(), step = steps[k];
      if (k == 0) for (std::int64_t b = 0; b < count; ++b) sum[b] = pick[b] * step;
      else for (std::int64_t b = 0; b < count; ++b) sum[b] += pick[b] * step;
    }
    place = sum, scale = 1;
  }
  std::int64_t offset(std::int64_t b) const { return place[b] * scale; }
};

template <class T>
void take_all(const void* x, void* out, const Blocks& blocks) {
  const T* from = static_cast<const T*>(x);
  T* to = static_cast<T*>(out);
  const std::int64_t n = blocks.run, step = blocks.run_step, rows = blocks.after.count;
  parallel_for(blocks.before.count * blocks.count, items_worth(sum_grain, n * rows), [&](std::int64_t begin, std::int64_t end) {
    while (begin < end) {
      const std::int64_t outer = begin / blocks.count, stop = std::min(end, (outer + 1) * blocks.count), skip = outer * blocks.count;
      const T* base = from + blocks.before.offset(outer);
      T* target = to + begin * n * rows;
      if (n * rows == 1) {
        const std::int64_t *place = blocks.place + begin - skip, scale = blocks.scale, count = stop - begin;
        std::int64_t i = 0;
        for (; i + 4 <= count; i += 4) {   // loads first: they need not wait for stores
          const T a = base[place[i] * scale], b = base[place[i + 1] * scale];
          const T c = base[place[i + 2] * scale], d = base[place[i + 3] * scale];
          target[i] = a, target[i + 1] = b, target[i + 2] = c, target[i + 3] = d;
        }
        for (; i < count; ++i) target[i] = base[place[i] * scale];
        begin = stop;
        continue;
      }
      for (; begin < stop; ++begin)
        for (std::int64_t row = 0; row < rows; ++row, target += n) {
          const T* source = base + blocks.offset(begin - skip) + (rows == 1 ? 0 : blocks.after.offset(row));
          if (step == 1 && n >= 16) copy_run(source, target, static_cast<std::size_t>(n) * sizeof(T));
          else for (std::int64_t i = 0; i < n; ++i) target[i] = source[i * step];
        }
    }
  });
}

// One place is filled by one thread: by the elements of `before`, or by ranges of places.
template <class T, class Row>
void put_all(const void* values, void* out, const Blocks& blocks, Row row_of) {
  const T* from = static_cast<const T*>(values);
  T* to = static_cast<T*>(out);
  const std::int64_t n = blocks.run, rows = blocks.after.count, all = blocks.count * n * rows;
  const auto put_outer = [&](std::int64_t outer, std::int64_t begin, std::int64_t end) {
    const T* source = from + outer * all;
    T* base = to + blocks.before.offset(outer);
    if (n * rows == 1 && begin == 0 && end == blocks.reach) {
      for (std::int64_t b = 0; b < blocks.count; ++b) row_of(base + blocks.offset(b), source + b, 1, 1);
      return;
    }
    for (std::int64_t b = 0; b < blocks.count; ++b, source += n * rows) {
      const std::int64_t at = blocks.offset(b);
      if (at < begin || at >= end) continue;
      for (std::int64_t row = 0; row < rows; ++row)
        row_of(base + at + (rows == 1 ? 0 : blocks.after.offset(row)), source + row * n, n, blocks.run_step);
    }
  };
  if (blocks.before.count > 1)
    parallel_for(blocks.before.count, items_worth(sum_grain, all), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t outer = begin; outer < end; ++outer) put_outer(outer, 0, blocks.reach);
    });
  else if (blocks.before.count == 1)
    parallel_for(blocks.reach, items_worth(sum_grain * blocks.reach, all),
                 [&](std::int64_t begin, std::int64_t end) { put_outer(0, begin, end); });
}

template <class T>
void set_all(const void* values, void* out, const Blocks& blocks) {
  put_all<T>(values, out, blocks, [](T* to, const T* from, std::int64_t n, std::int64_t step) {
    if (step == 1 && n >= 16) copy_run(from, to, static_cast<std::size_t>(n) * sizeof(T));
    else for (std::int64_t i = 0; i < n; ++i) to[i * step] = from[i];
  });
}

template <class T>
void add_all(const void* values, void* out, const Blocks& blocks) {
  put_all<T>(values, out, blocks, [](T* to, const T* from, std::int64_t n, std::int64_t step) {
    if (n == 1) {
      *to += *from;
      return;
    }
    if constexpr (std::is_floating_point_v<T>) {
      if (step == 1 && n >= 16) return add_loops().of(T{})(to, from, n, to);
    }
    for (std::int64_t i = 0; i < n; ++i) to[i * step] += from[i];
  });
}

}  // namespace

Shape picked_shape(const Shape& shape, const Picked& picked, const Shape& index) {
  Shape out;
  const auto add_index = [&] {
    for (const std::int64_t n : index) out.push_back(n);
  };
  int kept = 0;
  for (int i = 0; i < shape.rank(); ++i) {
    if (picked.axes >> i & 1) continue;
    if (kept++ == picked.at) add_index();
    out.push_back(shape[i]);
  }
  if (kept <= picked.at) add_index();
  return out;
}

Array take(const Array& x, const Picked& picked, std::span<const Array> index) {
  Array out(picked_shape(x.shape(), picked, index[0].shape()), x.dtype());
  if (out.size() == 0) return out;
  const Blocks blocks(x, picked, index);
  void* to = out.mutable_raw();
  const std::size_t size = size_of(x.dtype());
  if (size == 8) take_all<std::uint64_t>(x.raw(), to, blocks);
  else if (size == 4) take_all<std::uint32_t>(x.raw(), to, blocks);
  else if (size == 2) take_all<std::uint16_t>(x.raw(), to, blocks);
  else take_all<std::uint8_t>(x.raw(), to, blocks);
  return out;
}

void put(Array& out, const Picked& picked, std::span<const Array> index, const Array& values, bool add) {
  if (values.size() == 0) return;
  const Array flat = values.as_contiguous();
  void* to = out.mutable_raw();
  const Blocks blocks(out, picked, index);
  const std::size_t size = size_of(out.dtype());
  if (add && out.dtype() == i64) add_all<std::int64_t>(flat.raw(), to, blocks);
  else if (add) visit_floating(out.dtype(), "index_put", [&]<class T>(T) { add_all<T>(flat.raw(), to, blocks); });
  else if (size == 8) set_all<std::uint64_t>(flat.raw(), to, blocks);
  else if (size == 4) set_all<std::uint32_t>(flat.raw(), to, blocks);
  else if (size == 2) set_all<std::uint16_t>(flat.raw(), to, blocks);
  else set_all<std::uint8_t>(flat.raw(), to, blocks);
}

Array last_uses(const Shape& shape, const Picked& picked, std::span<const Array> index) {
  Shape axes;
  for (int i = 0; i < shape.rank(); ++i)
    if (picked.axes >> i & 1) axes.push_back(shape[i]);
  const std::int64_t n = index[0].size();
  if (n == 0) return Array();
  Array table(axes, i64), last(index[0].shape(), boolean);
  const Blocks blocks(table, {(1u << axes.rank()) - 1, 0}, index);
  std::int64_t* user = table.mutable_data<std::int64_t>();   // only places that are used are read
  bool* is_last = last.mutable_data<bool>();
  for (std::int64_t b = 0; b < n; ++b) user[blocks.offset(b)] = b;
  bool all = true;
  for (std::int64_t b = 0; b < n; ++b) all &= is_last[b] = user[blocks.offset(b)] == b;
  return all ? Array() : last;
}

Array true_places(const Array& truth) {
  constexpr std::int64_t piece = 1 << 14;
  const std::int64_t n = truth.size(), pieces = (n + piece - 1) / piece;
  const auto* bytes = static_cast<const std::uint8_t*>(truth.raw());   // 0 or 1
  std::vector<std::int64_t> begins(static_cast<std::size_t>(pieces) + 1);
  parallel_for(pieces, 4, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t p = first; p < last; ++p)
      begins[static_cast<std::size_t>(p) + 1] = std::accumulate(bytes + p * piece, bytes + std::min(n, (p + 1) * piece), std::int64_t{0});
  });
  std::partial_sum(begins.begin(), begins.end(), begins.begin());
  Array places({begins.back()}, i64);
  std::int64_t* out = places.mutable_data<std::int64_t>();
  parallel_for(pieces, 4, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t p = first; p < last; ++p) {
      std::int64_t *to = out + begins[static_cast<std::size_t>(p)], *end = out + begins[static_cast<std::size_t>(p) + 1];
      std::int64_t i = p * piece;
      // Each is written, and stays when it is true; what comes to the end of the piece's room is looked at first.
      for (const std::int64_t stop = std::min(n, (p + 1) * piece); to < end && i < stop; ++i) *to = i, to += bytes[i];
    }
  });
  return places;
}

}  // namespace gradus::kernels
