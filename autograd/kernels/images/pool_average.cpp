#include <algorithm>

#include <gradus/autograd/array/internal/channels_last.h>
#include <gradus/autograd/base/internal/scratch.h>
#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/kernels/images/pool.h>

namespace gradus::kernels {
namespace {

struct Window { std::int64_t begin, end, count; };   // count: what the sum over this direction is divided by

Window window(const PoolShape& s, const PoolAxis& axis, std::int64_t o) {
  const std::int64_t begin = axis.begin(o), end = axis.end(o);
  if (!s.count_padding || axis.adaptive()) return {begin, end, end - begin};
  const std::int64_t corner = axis.corner(o);
  return {begin, end, std::min(corner + axis.kernel, axis.in + axis.padding) - corner};
}

// Calls f(plane, columns, row) for all planes, on all cores: the windows of the columns [w.out], and memory to work in [w.in].
template <class T, class F>
void for_each_plane(const PoolShape& s, F&& f) {
  const std::int64_t work = s.x_pixels() + s.y_pixels();
  parallel_for(s.n * s.c, (1 << 14) / std::max<std::int64_t>(work, 1) + 1, [&](std::int64_t begin, std::int64_t end) {
    const pool::Scratch<Window> columns(s.w.out);
    for (std::int64_t j = 0; j < s.w.out; ++j) columns.data()[j] = window(s, s.w, j);
    const pool::Scratch<T> row(s.w.in);
    for (std::int64_t plane = begin; plane < end; ++plane) f(plane, static_cast<const Window*>(columns.data()), row.data());
  });
}

// A row of outputs, and the lines of x [w.in] in the windows above it.
struct Row {
  Window slices, rows;
  std::int64_t plane, height, divisor;
  std::int64_t count(const Window& columns) const { return divisor ? divisor : slices.count * rows.count * columns.count; }
  template <class F>
  void for_each_line(F&& f) const {
    for (std::int64_t p = slices.begin; p < slices.end; ++p)
      for (std::int64_t k = rows.begin; k < rows.end; ++k) f((plane + p) * height + k);
  }
};

// Calls f(row, y's row) for each row of outputs of a plane.
template <class F>
void for_each_row(const PoolShape& s, std::int64_t plane, F&& f) {
  for (std::int64_t p = 0; p < s.d.out; ++p) {
    const Window slices = window(s, s.d, p);
    for (std::int64_t i = 0; i < s.h.out; ++i)
      f(Row{slices, window(s, s.h, i), plane * s.d.in, s.h.in, s.divisor}, (plane * s.d.out + p) * s.h.out + i);
  }
}

// Channels-last images, where the elements of a window are pixels of c numbers each: calls begin_window(y), pixel(y, x, count) for each
// pixel of the window, end_window(y, count) for every output pixel, with their offsets; all cores share the samples.
template <class Begin, class Pixel, class End>
void for_each_window(const PoolShape& s, Begin&& begin_window, Pixel&& pixel, End&& end_window) {
  parallel_for(s.n, items_worth(1 << 14, s.c * (s.x_pixels() + s.y_pixels())), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t sample = begin; sample < end; ++sample) {
      for_each_row(s, sample, [&](const Row& row, std::int64_t y_row) {
        for (std::int64_t j = 0; j < s.w.out; ++j) {
          const Window columns = window(s, s.w, j);
          const std::int64_t y = (y_row * s.w.out + j) * s.c, count = row.count(columns);
          begin_window(y);
          row.for_each_line([&](std::int64_t line) {
            for (std::int64_t k = columns.begin; k < columns.end; ++k) pixel(y, (line * s.w.in + k) * s.c, count);
          });
          end_window(y, count);
        }
      });
    }
  });
}

template <class T>
Array average_pixels(const PoolShape& s, const Array& x) {
  Array y = empty_channels_last(s.y(), x.dtype());
  T* const out = y.mutable_data<T>();
  const T* const in = x.data<T>();
  for_each_window(
      s, [&](std::int64_t at) { std::fill_n(out + at, s.c, T(0)); },
      [&](std::int64_t at, std::int64_t from, std::int64_t) {
        for (std::int64_t c = 0; c < s.c; ++c) out[at + c] += in[from + c];
      },
      [&](std::int64_t at, std::int64_t count) {
        for (std::int64_t c = 0; c < s.c; ++c) out[at + c] /= static_cast<T>(count);
      });
  return y;
}

template <class T>
Array spread_pixels(const PoolShape& s, const Array& y) {
  Array x = empty_channels_last(s.x(), y.dtype());
  T* const out = x.mutable_data<T>();
  const T* const in = y.data<T>();
  parallel_for(x.size(), 1 << 15, [=](std::int64_t begin, std::int64_t end) { std::fill(out + begin, out + end, T(0)); });
  for_each_window(
      s, [](std::int64_t) {},
      [&](std::int64_t at, std::int64_t to, std::int64_t count) {
        const T part = T(1) / static_cast<T>(count);
        for (std::int64_t c = 0; c < s.c; ++c) out[to + c] += in[at + c] * part;
      },
      [](std::int64_t, std::int64_t) {});
  return x;
}

}  // namespace

Array average_pool(const PoolShape& s, const Array& x) {
  return visit_floating(x.dtype(), "avg_pool", [&]<class T>(T) {
    if (s.channels_last) return average_pixels<T>(s, x);
    Array y(s.y(), x.dtype());
    T* const out = y.mutable_data<T>();
    const T* const in = x.data<T>();
    for_each_plane<T>(s, [&](std::int64_t plane, const Window* columns, T* row) {
      for_each_row(s, plane, [&](const Row& lines, std::int64_t y_row) {
        // First down the columns, which is one loop over whole rows, then along the row of sums.
        std::fill_n(row, s.w.in, T(0));
        lines.for_each_line([&](std::int64_t at) {
          const T* line = in + at * s.w.in;
          for (std::int64_t j = 0; j < s.w.in; ++j) row[j] += line[j];
        });
        for (std::int64_t j = 0; j < s.w.out; ++j) {
          T sum = 0;
          for (std::int64_t k = columns[j].begin; k < columns[j].end; ++k) sum += row[k];
          out[y_row * s.w.out + j] = sum / static_cast<T>(lines.count(columns[j]));
        }
      });
    });
    return y;
  });
}

Array average_pool_transposed(const PoolShape& s, const Array& y) {
  return visit_floating(y.dtype(), "avg_pool", [&]<class T>(T) {
    if (s.channels_last) return spread_pixels<T>(s, y);
    Array x(s.x(), y.dtype());
    T* const out = x.mutable_data<T>();
    const T* const in = y.data<T>();
    for_each_plane<T>(s, [&](std::int64_t plane, const Window* columns, T* row) {
      std::fill_n(out + plane * s.x_pixels(), s.x_pixels(), T(0));
      for_each_row(s, plane, [&](const Row& lines, std::int64_t y_row) {
        std::fill_n(row, s.w.in, T(0));
        for (std::int64_t j = 0; j < s.w.out; ++j) {
          const T part = in[y_row * s.w.out + j] / static_cast<T>(lines.count(columns[j]));
          for (std::int64_t k = columns[j].begin; k < columns[j].end; ++k) row[k] += part;
        }
        lines.for_each_line([&](std::int64_t at) {
          T* line = out + at * s.w.in;
          for (std::int64_t j = 0; j < s.w.in; ++j) line[j] += row[j];
        });
      });
    });
    return x;
  });
}

}  // namespace gradus::kernels
