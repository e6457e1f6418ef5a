// Copies between arrays of any strides and dtypes.
#include <algorithm>
#include <cstring>
#include <utility>

#include <gradus/autograd/array/array.h>
#include <gradus/autograd/array/internal/convert.h>
#include <gradus/autograd/array/internal/strided.h>
#include <gradus/autograd/array/internal/transpose.h>
#include <gradus/autograd/base/parallel.h>

namespace gradus {
namespace {

constexpr std::int64_t grain = 1 << 15;

// Dimensions that both sides walk in one stride are merged, so that the loops below see few, long ones; the one in which `to` moves by
// single elements comes last, and before it that in which `from` does, if that is another one.
struct Walk {
  Shape shape, from, to;
  Walk(const Shape& sizes, const Shape& from_strides, const Shape& to_strides) {
    for (int i = 0; i < sizes.rank(); ++i) {
      const std::int64_t n = sizes[i], s = from_strides[i], t = to_strides[i];
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
  // Rows of `to` are written as they lie, from a row of `from` or one element of it, or backwards. Short rows are better off in tiles.
  bool by_rows() const {
    const int last = shape.rank() - 1;
    if (last > 0 && shape[last] < 8) return false;
    return (to[last] == 1 && (from[last] == 1 || from[last] == 0)) || (to[last] == -1 && from[last] == 1);
  }

 private:
  static int dense(const Shape& strides) {
    int i = strides.rank() - 1;
    while (i >= 0 && strides[i] != 1) --i;
    return i;
  }
  void exchange(int a, int b) { std::swap(shape[a], shape[b]), std::swap(from[a], from[b]), std::swap(to[a], to[b]); }
};

// One element over and over: what is there is copied behind itself, since memcpy has longer registers than a loop for all machines.
template <class T>
void fill_run(T* to, std::int64_t n, T element) {
  constexpr std::int64_t most = 1 << 11;   // elements of a copy: they stay in the nearest cache
  std::int64_t done = std::min<std::int64_t>(n, 64);
  std::fill_n(to, done, element);
  for (std::int64_t count = 0; done < n; done += count) {
    count = std::min({done, n - done, most});
    std::memcpy(to + done, to, static_cast<std::size_t>(count) * sizeof(T));
  }
}

// Elements of one size as they are. Offsets and strides are in elements.
template <class T>
struct Moved {
  const T* from;
  T* to;

  void row(std::int64_t f, std::int64_t s, std::int64_t t, std::int64_t step, std::int64_t n) const {
    const T* source = from + f;
    T* target = to + t;
    if (s == 1 && step == 1) copy_run(source, target, static_cast<std::size_t>(n) * sizeof(T));
    else if (s == 0 && step == 1) fill_run(target, n, *source);
    else if (s == 1 && step == -1) std::reverse_copy(source, source + n, target - n + 1);
    else for (std::int64_t i = 0; i < n; ++i) target[i * step] = source[i * s];
  }
  // A few rows and columns; a and b are their dimensions.
  void tile(std::int64_t f, std::int64_t t, const Walk& w, int a, int b, std::int64_t rows, std::int64_t columns) const {
    const T* source = from + f;
    T* target = to + t;
    const std::int64_t down = w.from[a], across = w.from[b], to_down = w.to[a], to_across = w.to[b];
    if (columns < 8 && rows > columns) {   // the long way inside
      for (std::int64_t j = 0; j < columns; ++j)
        for (std::int64_t i = 0; i < rows; ++i) target[i * to_down + j * to_across] = source[i * down + j * across];
      return;
    }
    for (std::int64_t i = 0; i < rows; ++i)
      for (std::int64_t j = 0; j < columns; ++j) target[i * to_down + j * to_across] = source[i * down + j * across];
  }
  bool transpose(std::int64_t f, std::int64_t s, std::int64_t t, std::int64_t step, std::int64_t rows, std::int64_t columns) const {
    transpose_plane(from + f, s, to + t, step, rows, columns, sizeof(T));
    return true;
  }
};

// Elements that become others.
struct Converted {
  const std::byte* from;
  std::byte* to;
  std::int64_t from_size, to_size;
  ConvertRow convert;

  void row(std::int64_t f, std::int64_t s, std::int64_t t, std::int64_t step, std::int64_t n) const {
    convert(from + f * from_size, s, to + t * to_size, step, n);
  }
  void tile(std::int64_t f, std::int64_t t, const Walk& w, int a, int b, std::int64_t rows, std::int64_t columns) const {
    for (std::int64_t i = 0; i < rows; ++i) row(f + i * w.from[a], w.from[b], t + i * w.to[a], w.to[b], columns);
  }
  bool transpose(std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t) const { return false; }
};

// The two inner dimensions, begin <= i < end of the outer one, in tiles of one cache line each way, where one side jumps or both do.
template <class Elements>
void copy_plane(const Elements& elements, std::int64_t f, std::int64_t t, const Walk& w, int a, int b, std::int64_t begin,
                std::int64_t end) {
  f += begin * w.from[a], t += begin * w.to[a];
  if (w.transposes() && elements.transpose(f, w.from[b], t, w.to[a], end - begin, w.shape[b])) return;
  constexpr std::int64_t tile = 16;
  const std::int64_t height = w.shape[b] <= tile ? 16 * tile : tile;
  for (std::int64_t i = 0; i < end - begin; i += height)
    for (std::int64_t j = 0; j < w.shape[b]; j += tile)
      elements.tile(f + i * w.from[a] + j * w.from[b], t + i * w.to[a] + j * w.to[b], w, a, b, std::min(height, end - begin - i),
                    std::min(tile, w.shape[b] - j));
}

template <class Elements>
void copy_all(const Elements& elements, const Walk& w) {
  const int last = w.shape.rank() - 1;
  const std::int64_t inner = w.shape[last];
  if (last == 0) {
    parallel_for(inner, grain, [&](std::int64_t begin, std::int64_t end) {
      elements.row(begin * w.from[0], w.from[0], begin * w.to[0], w.to[0], end - begin);
    });
    return;
  }
  const bool plane = !w.by_rows();
  const int outer_rank = plane ? last - 1 : last;
  const auto offsets = [&](std::int64_t index, std::int64_t& f, std::int64_t& t) {
    for (int i = outer_rank - 1; i > 0; --i) {
      f += index % w.shape[i] * w.from[i];
      t += index % w.shape[i] * w.to[i];
      index /= w.shape[i];
    }
    f += index * w.from[0], t += index * w.to[0];   // what is left counts the outermost: a division less, which short rows feel
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
        copy_plane(elements, f, t, w, last - 1, last, begin - index * rows, stop - index * rows);
        begin = stop;
      }
    });
  } else {
    parallel_for(outer, items_worth(grain, inner), [&](std::int64_t begin, std::int64_t end) {
      const Elements mine = elements;   // copies, which stay in registers while rows are written
      const std::int64_t n = inner, s = w.from[last], step = w.to[last];
      for (std::int64_t index = begin; index < end; ++index) {
        std::int64_t f = 0, t = 0;
        offsets(index, f, t);
        mine.row(f, s, t, step, n);
      }
    });
  }
}

template <class T>
void move_all(const void* from, void* to, const Walk& w) {
  copy_all(Moved<T>{static_cast<const T*>(from), static_cast<T*>(to)}, w);
}

void move_all(const void* from, void* to, const Walk& w, std::size_t size) {
  if (size == 8) move_all<std::uint64_t>(from, to, w);
  else if (size == 4) move_all<std::uint32_t>(from, to, w);
  else if (size == 2) move_all<std::uint16_t>(from, to, w);
  else move_all<std::uint8_t>(from, to, w);
}

}  // namespace

// Where the target lies a little behind the source but for whole pages, a processor takes each load of memcpy for one of what was just
// stored, and waits, ten times as long. Not so if all loads of a line of the target come before its stores; which suits rows of a few
// thousand bytes that begin elsewhere in their lines, too.
void copy_run(const void* from, void* to, std::size_t bytes) {
  constexpr std::size_t line = 64;
  const std::size_t behind = (reinterpret_cast<std::uintptr_t>(to) - reinterpret_cast<std::uintptr_t>(from)) & 4095;
  const bool waits = bytes >= 512 && behind > 0 && behind < 512, askew = bytes >= 2048 && bytes < 1 << 18 && behind % line != 0;
  if (!waits && !askew) {
    std::memcpy(to, from, bytes);
    return;
  }
  typedef std::uint64_t Quarter __attribute__((vector_size(16)));
  const auto copy_line = [&](std::size_t at) {
    Quarter between[4];
    for (std::size_t k = 0; k < 4; ++k) std::memcpy(&between[k], static_cast<const std::byte*>(from) + at + 16 * k, 16);
    for (std::size_t k = 0; k < 4; ++k) std::memcpy(static_cast<std::byte*>(to) + at + 16 * k, &between[k], 16);
  };
  copy_line(0);
  for (std::size_t at = -reinterpret_cast<std::uintptr_t>(to) & (line - 1); at + line <= bytes; at += line) copy_line(at);
  copy_line(bytes - line);
}

void copy_strided(const void* from, const Shape& from_strides, void* to, const Shape& to_strides, const Shape& shape, std::size_t element) {
  if (shape.elements() > 0) move_all(from, to, Walk(shape, from_strides, to_strides), element);
}

void copy_elements(const Array& from, Array& to) {
  check<ShapeError>(from.shape() == to.shape(), "copy: shapes differ: ", from.shape(), " into ", to.shape());
  if (from.size() == 0) return;
  void* target = to.mutable_raw();
  const Walk walk(from.shape(), from.strides(), to.strides());
  const void* source = visit(from.dtype(), [&]<class T>(T) -> const void* { return from.data<T>(); });   // GraphError for an undefined one
  const std::size_t size = size_of(from.dtype()), to_size = size_of(to.dtype());
  if (from.dtype() != to.dtype())
    copy_all(Converted{static_cast<const std::byte*>(source), static_cast<std::byte*>(target), static_cast<std::int64_t>(size),
                       static_cast<std::int64_t>(to_size), convert_row(from.dtype(), to.dtype())}, walk);
  else move_all(source, target, walk, size);
}

}  // namespace gradus
