#include <algorithm>
#include <limits>
#include <utility>

#include <gradus/autograd/array/internal/channels_last.h>
#include <gradus/autograd/base/internal/scratch.h>
#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/kernels/images/pool.h>
#include <gradus/autograd/simd/internal/level.h>

namespace gradus::kernels {

GRADUS_DISPATCH(MaxSteps, max_steps)

namespace {

Array empty_images(const PoolShape& s, const Shape& shape, Dtype dtype) {
  return s.channels_last ? empty_channels_last(shape, dtype) : Array(shape, dtype);
}

// Windows that lie side by side in memory: along a row of outputs of one plane, or along the channels of one output pixel.
struct Lanes {
  std::int64_t groups, lanes;   // groups of `lanes` windows make up y
  explicit Lanes(const PoolShape& s)
      : groups(s.n * s.d.out * s.h.out * (s.channels_last ? s.w.out : s.c)), lanes(s.channels_last ? s.c : s.w.out) {}
};

// Where a group of windows stands. For rows of planes: column 0 and steps of w.stride; for pixels: one column, and all channels.
struct Place {
  std::int64_t image;               // offset of its plane, or of its sample
  std::int64_t front, top, left;    // the window's corner, may be < 0
  Place(const PoolShape& s, std::int64_t group) {
    std::int64_t column = 0, slice = 0;
    if (s.channels_last) column = group % s.w.out, group /= s.w.out;
    const std::int64_t row = group % s.h.out;
    group /= s.h.out;
    if (s.d.out != 1) slice = group % s.d.out, group /= s.d.out;
    image = group * s.x_pixels() * (s.channels_last ? s.c : 1);
    front = s.d.corner(slice), top = s.h.corner(row), left = s.w.corner(column);
  }
};

template <class T>
class Maximum {
 public:
  explicit Maximum(const PoolShape& s) : s_(s), lanes_(Lanes(s).lanes), winner_(lanes_), line_(lanes_) {}

  // The largest of each window of a group, and the places where they are, as T.
  const T* operator()(std::int64_t group, const T* x, T* best) {
    const Place at(s_, group);
    std::fill_n(best, lanes_, -std::numeric_limits<T>::infinity());
    // Until something is larger, the first place inside the image.
    const std::int64_t first_row = (s_.d.first(at.front) * s_.h.kernel + s_.h.first(at.top)) * s_.w.kernel;
    for (std::int64_t j = 0; j < lanes_; ++j) {
      const std::int64_t left = s_.channels_last ? at.left : at.left + j * s_.w.stride;
      winner_.data()[j] = static_cast<T>(first_row + s_.w.first(left));
    }
    for (std::int64_t p = s_.d.first(at.front); p < s_.d.kernel && at.front + p * s_.d.dilation < s_.d.in; ++p) {
      const std::int64_t slice = (at.front + p * s_.d.dilation) * s_.h.in;
      for (std::int64_t r = s_.h.first(at.top); r < s_.h.kernel && at.top + r * s_.h.dilation < s_.h.in; ++r) {
        const std::int64_t i = slice + at.top + r * s_.h.dilation, place = (p * s_.h.kernel + r) * s_.w.kernel;
        for (std::int64_t q = 0; q < s_.w.kernel; ++q) {
          if (s_.channels_last) along_channels(x + at.image, i, at.left + q * s_.w.dilation, place + q, best);
          else along_row(x + at.image + i * s_.w.in, q * s_.w.dilation - s_.w.padding, place + q, best);
        }
      }
    }
    return winner_.data();
  }

 private:
  void along_channels(const T* image, std::int64_t i, std::int64_t j, std::int64_t place, T* best) {
    if (j >= 0 && j < s_.w.in) step_(image + (i * s_.w.in + j) * s_.c, s_.c, place, best, winner_.data());
  }
  void along_row(const T* line, std::int64_t shift, std::int64_t place, T* best) {
    const std::int64_t stride = s_.w.stride;
    const std::int64_t first = shift >= 0 ? 0 : (-shift + stride - 1) / stride;
    const std::int64_t n = std::min(lanes_, (s_.w.in - shift + stride - 1) / stride) - first;
    if (n <= 0) return;
    const T* in = line + shift + first * stride;
    if (stride != 1) {
      for (std::int64_t j = 0; j < n; ++j) line_.data()[j] = in[j * stride];
      in = line_.data();
    }
    step_(in, n, place, best + first, winner_.data() + first);
  }

  const PoolShape& s_;
  std::int64_t lanes_;
  pool::Scratch<T> winner_, line_;
  MaxStep<T> step_ = max_steps().of(T{});
};

std::int64_t groups_worth(const PoolShape& s, const Lanes& l) { return items_worth(1 << 14, l.lanes * s.places()); }

// Calls f(y's element, x's element) for every window and its winner, one sample or plane after the other, on all cores.
template <class Winner, class F>
void for_each_winner(const PoolShape& s, const Winner* winner, F&& f) {
  const Lanes l(s);
  const std::int64_t width = s.channels_last ? s.c : 1, stride = s.channels_last ? 0 : s.w.stride;
  const std::int64_t images = s.channels_last ? s.n : s.n * s.c, groups = l.groups / std::max<std::int64_t>(images, 1);
  const pool::Scratch<std::int64_t> offset(s.places());
  for (std::int64_t p = 0; p < s.places(); ++p) {
    const std::int64_t row = p / s.w.kernel, slice = row / s.h.kernel * s.d.dilation;
    offset.data()[p] = ((slice * s.h.in + row % s.h.kernel * s.h.dilation) * s.w.in + p % s.w.kernel * s.w.dilation) * width;
  }
  parallel_for(images, items_worth(1 << 14, groups * l.lanes), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t group = begin * groups; group < end * groups; ++group) {
      const Place at(s, group);
      const std::int64_t corner = at.image + ((at.front * s.h.in + at.top) * s.w.in + at.left) * width, step = s.channels_last ? 1 : stride;
      for (std::int64_t j = 0; j < l.lanes; ++j) {
        const std::int64_t y = group * l.lanes + j;
        f(y, corner + j * step + offset.data()[winner[y]]);
      }
    }
  });
}

template <class F>
void with_winners(const Array& winner, F&& f) {
  if (winner.dtype() == u8) f(winner.data<std::uint8_t>());
  else f(winner.data<std::int64_t>());
}

}  // namespace

Array max_pool(const PoolShape& s, const Array& x, Array* winner) {
  return visit_floating(x.dtype(), "max_pool", [&]<class T>(T) {
    Array y = empty_images(s, s.y(), x.dtype());
    if (winner) *winner = empty_images(s, s.y(), s.places() <= 256 ? u8 : i64);
    const Lanes l(s);
    T* const out = y.mutable_data<T>();
    const T* const in = x.data<T>();
    const auto run = [&](auto* places) {
      parallel_for(l.groups, groups_worth(s, l), [&](std::int64_t begin, std::int64_t end) {
        Maximum<T> maximum(s);
        for (std::int64_t group = begin; group < end; ++group) {
          const T* won = maximum(group, in, out + group * l.lanes);
          if constexpr (!std::is_null_pointer_v<std::remove_pointer_t<decltype(places)>>) {
            for (std::int64_t j = 0; j < l.lanes; ++j)
              places[group * l.lanes + j] = static_cast<std::remove_pointer_t<decltype(places)>>(won[j]);
          }
        }
      });
    };
    if (!winner) run(static_cast<std::nullptr_t*>(nullptr));
    else if (winner->dtype() == u8) run(winner->mutable_data<std::uint8_t>());
    else run(winner->mutable_data<std::int64_t>());
    return y;
  });
}

Array pool_scatter(const PoolShape& s, const Array& y, const Array& winner) {
  return visit_floating(y.dtype(), "max_pool", [&]<class T>(T) {
    Array x = empty_images(s, s.x(), y.dtype());
    T* const out = x.mutable_data<T>();
    const T* const in = y.data<T>();
    parallel_for(x.size(), 1 << 15, [=](std::int64_t begin, std::int64_t end) { std::fill(out + begin, out + end, T(0)); });
    with_winners(winner, [&](const auto* places) {
      for_each_winner(s, places, [=](std::int64_t from, std::int64_t to) { out[to] += in[from]; });
    });
    return x;
  });
}

Array pool_gather(const PoolShape& s, const Array& x, const Array& winner) {
  return visit_floating(x.dtype(), "max_pool", [&]<class T>(T) {
    Array y = empty_images(s, s.y(), x.dtype());
    T* const out = y.mutable_data<T>();
    const T* const in = x.data<T>();
    with_winners(winner, [&](const auto* places) {
      for_each_winner(s, places, [=](std::int64_t to, std::int64_t from) { out[to] = in[from]; });
    });
    return y;
  });
}

Array pool_places(const PoolShape& s, const Array& winner) {
  Array places = empty_images(s, s.y(), i64);
  std::int64_t* const out = places.mutable_data<std::int64_t>();
  const std::int64_t plane = s.x_pixels(), channels = s.channels_last ? s.c : 1;
  with_winners(winner, [&](const auto* won) {
    for_each_winner(s, won, [=](std::int64_t at, std::int64_t where) { out[at] = where / channels % plane; });
  });
  return places;
}

}  // namespace gradus::kernels
