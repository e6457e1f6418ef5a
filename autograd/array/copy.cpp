// Copies between arrays of any strides and dtypes.
#include <algorithm>
#include <cstring>
#include <utility>

#include <gradus/autograd/array/array.h>
#include <gradus/autograd/array/internal/transpose.h>
#include <gradus/autograd/base/parallel.h>

namespace gradus {
namespace {

constexpr std::int64_t grain = 1 << 15;

// Dimensions that both sides walk in one stride are merged, so that the loops below see few, long ones; the one in which `to` moves by single
// elements comes last, and before it that in which `from` does, if that is another one.
struct Walk {
  Shape shape, from, to;
  Walk(const Array& a, const Array& b) {
    for (int i = 0; i < a.rank(); ++i) {
      const std::int64_t n = a.shape()[i], s = a.strides()[i], t = b.strides()[i];
      if (n == 1) continue;
      const int last = shape.rank() - 1;
      if (last >= 0 && from[last] == s * n && to[last] == t * n) {
        shape[last] *= n, from[last] = s, to[last] = t;
      } else {
        shape.push_back(n), from.push_back(s), to.push_back(t);
      }
    }
    if (shape.rank() == 0) shape.push_back(1), from.push_back(1), to.push_back(1);
    const int last = shape.rank() - 1;
    if (const int b = dense(to); b >= 0) exchange(b, last);
    if (const int a = dense(from); a >= 0 && a < last) exchange(a, last - 1);
  }
  bool transposes() const {
    const int last = shape.rank() - 1;
    return last > 0 && from[last - 1] == 1 && to[last] == 1 && from[last] > 1;
  }
  // Rows of `to` are written as they lie, from a row of `from` or one element of it.
  bool by_rows() const {
    const int last = shape.rank() - 1;
    return to[last] == 1 && (from[last] == 1 || from[last] == 0);
  }

 private:
  static int dense(const Shape& strides) {
    int i = strides.rank() - 1;
    while (i >= 0 && strides[i] != 1) --i;
    return i;
  }
  void exchange(int a, int b) { std::swap(shape[a], shape[b]), std::swap(from[a], from[b]), std::swap(to[a], to[b]); }
};

template <class T, class U>
void copy_row(const T* from, std::int64_t s, U* to, std::int64_t t, std::int64_t n) {
  if constexpr (std::is_same_v<T, U>)
    if (s == 1 && t == 1) {
      std::memcpy(to, from, static_cast<std::size_t>(n) * sizeof(T));
      return;
    }
  if (s == 0 && t == 1) {
    std::fill_n(to, n, static_cast<U>(*from));
  } else if (s == 1 && t == 1) {
    for (std::int64_t i = 0; i < n; ++i) to[i] = static_cast<U>(from[i]);
  } else {
    for (std::int64_t i = 0; i < n; ++i) to[i * t] = static_cast<U>(from[i * s]);
  }
}

// The two inner dimensions in tiles of one cache line each way, where one side jumps or both do.
template <class T, class U>
void copy_plane(const T* from, const U*, U* to, const Walk& w, int a, int b, std::int64_t begin, std::int64_t end) {
  if constexpr (std::is_same_v<T, U>)
    if (w.transposes())
      return transpose_plane(from + begin, w.from[b], to + begin * w.to[a], w.to[a], end - begin, w.shape[b], sizeof(T));
  constexpr std::int64_t tile = 16;
  for (std::int64_t i0 = begin; i0 < end; i0 += tile)
    for (std::int64_t j0 = 0; j0 < w.shape[b]; j0 += tile)
      for (std::int64_t i = i0; i < std::min(i0 + tile, end); ++i)
        for (std::int64_t j = j0; j < std::min(j0 + tile, w.shape[b]); ++j)
          to[i * w.to[a] + j * w.to[b]] = static_cast<U>(from[i * w.from[a] + j * w.from[b]]);
}

template <class T, class U>
void copy_all(const T* from, U* to, const Walk& w) {
  const int last = w.shape.rank() - 1;
  const std::int64_t inner = w.shape[last];
  if (last == 0) {
    parallel_for(inner, grain, [&](std::int64_t begin, std::int64_t end) {
      copy_row(from + begin * w.from[0], w.from[0], to + begin * w.to[0], w.to[0], end - begin);
    });
    return;
  }
  const bool plane = !w.by_rows();
  const int outer_rank = plane ? last - 1 : last;
  const auto offsets = [&](std::int64_t index, std::int64_t& f, std::int64_t& t) {
    for (int i = outer_rank - 1; i >= 0; --i) {
      f += index % w.shape[i] * w.from[i];
      t += index % w.shape[i] * w.to[i];
      index /= w.shape[i];
    }
  };
  std::int64_t outer = 1;
  for (int i = 0; i < outer_rank; ++i) outer *= w.shape[i];
  if (plane) {
    const std::int64_t rows = w.shape[last - 1];
    parallel_for(outer * rows, items_worth(grain, inner), [&](std::int64_t begin, std::int64_t end) {
      while (begin < end) {
        const std::int64_t index = begin / rows, stop = std::min(end, (index + 1) * rows);
        std::int64_t f = 0, t = 0;
        offsets(index, f, t);
        copy_plane(from + f, to, to + t, w, last - 1, last, begin - index * rows, stop - index * rows);
        begin = stop;
      }
    });
  } else {
    parallel_for(outer, items_worth(grain, inner), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t index = begin; index < end; ++index) {
        std::int64_t f = 0, t = 0;
        offsets(index, f, t);
        copy_row(from + f, w.from[last], to + t, w.to[last], inner);
      }
    });
  }
}

}  // namespace

void copy_elements(const Array& from, Array& to) {
  check<ShapeError>(from.shape() == to.shape(), "copy: shapes differ: ", from.shape(), " into ", to.shape());
  if (from.size() == 0) return;
  void* target = to.mutable_raw();
  const Walk walk(from, to);
  visit(from.dtype(), [&]<class T>(T) {
    visit(to.dtype(), [&]<class U>(U) { copy_all(from.data<T>(), static_cast<U*>(target), walk); });
  });
}

}  // namespace gradus
