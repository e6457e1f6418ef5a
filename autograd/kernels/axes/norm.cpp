#include <gradus/autograd/kernels/axes/norm.h>

#include <algorithm>

#include <gradus/autograd/array/internal/channels_last.h>
#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/kernels/axes/grain.h>
#include <gradus/autograd/kernels/axes/moments.h>
#include <gradus/autograd/simd/internal/level.h>
#include <gradus/autograd/simd/internal/past_caches.h>

namespace gradus::kernels {

GRADUS_DISPATCH(NormLoops, norm_loops)

namespace {

constexpr std::int64_t task = 1 << 16;    // elements of one task of a reduction

// Of a channels-last array the pixels are the samples.
struct Layout {
  std::int64_t n, channels, length = 1;
  explicit Layout(const Array& x) : n(x.shape()[0]), channels(x.shape()[1]) {
    std::int64_t& pixels = x.contiguous() ? length : n;
    for (int i = 2; i < x.rank(); ++i) pixels *= x.shape()[i];
  }
};

// Two numbers for every channel and part of the samples; the parts are cut by shape alone, so that no result depends on the number of
// threads. A task gives those of one channel (row), or of a strip of channels side by side where L is 1 (columns).
struct Parts {
  std::int64_t samples, count;   // samples of a part, number of parts
  Array first, second;           // f64 [parts, C]
  template <class Row, class Columns>
  Parts(const Layout& l, std::int64_t max_width, Row row, Columns columns) {
    const std::int64_t width = l.length == 1 ? std::min(l.channels, max_width) : l.length;
    const std::int64_t strips = l.length == 1 ? (l.channels + max_width - 1) / max_width : l.channels;
    samples = std::max<std::int64_t>(task / width, 1);
    count = (l.n + samples - 1) / samples;
    first = Array({count, l.channels}, f64), second = Array({count, l.channels}, f64);
    double *a = first.mutable_data<double>(), *b = second.mutable_data<double>();
    parallel_for(count * strips, items_worth(sum_grain, std::min(l.n, samples) * width), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t t = begin; t < end; ++t) {
        const std::int64_t part = t / strips, from = part * samples, rows = std::min(samples, l.n - from);
        if (l.length == 1) {
          const std::int64_t channel = t % strips * max_width, at = part * l.channels + channel;
          columns(from, rows, channel, std::min(max_width, l.channels - channel), a + at, b + at);
        } else {
          const std::int64_t channel = t % strips, at = part * l.channels + channel;
          row(from, rows, channel, a[at], b[at]);
        }
      }
    });
  }
};

// f64 [C] in the elements' type; mean as high + low.
template <class T>
struct ChannelArrays {
  Array high, low, a, b, c;
  ChannelArrays(const Array& mean, const Array& a, const Array& b, const Array& c)
      : high(mean.to(dtype_of<T>)), low(mean.shape(), dtype_of<T>) {
    const double* m = mean.data<double>();
    const T* h = high.data<T>();
    T* l = low.mutable_data<T>();
    for (std::int64_t i = 0; i < mean.size(); ++i) l[i] = static_cast<T>(m[i] - static_cast<double>(h[i]));
    if (a.defined()) this->a = a.to(dtype_of<T>), this->b = b.to(dtype_of<T>), this->c = c.to(dtype_of<T>);
    else if (b.defined()) this->b = b.to(dtype_of<T>), this->c = c.to(dtype_of<T>);
  }
  Channels<T> view() const {
    const auto start = [](const Array& x) { return static_cast<const T*>(x.raw()); };
    return {start(high), start(low), start(a), start(b), start(c)};
  }
};

}  // namespace

Moments channel_moments(const Array& x) {
  const Layout l(x);
  Moments out{Array::zeros({l.channels}, f64), Array::zeros({l.channels}, f64)};
  double *mean = out.mean.mutable_data<double>(), *squares = out.squares.mutable_data<double>();
  visit_floating(x.dtype(), "batch_norm", [&]<class T>(T) {
    const NormRows<T>& loops = norm_loops().of(T{});
    const T* data = x.data<T>();
    const Parts parts(
        l, loops.max_width,
        [&](std::int64_t from, std::int64_t samples, std::int64_t channel, double& m, double& s) {
          m = s = 0;
          for (std::int64_t i = 0; i < samples; ++i) {
            double row_mean, row_squares;
            loops.moments(data + ((from + i) * l.channels + channel) * l.length, l.length, row_mean, row_squares);
            merge(static_cast<double>(i * l.length), m, s, static_cast<double>(l.length), row_mean, row_squares);
          }
        },
        [&](std::int64_t from, std::int64_t samples, std::int64_t channel, std::int64_t width, double* m, double* s) {
          loops.column_moments(data + from * l.channels + channel, samples, l.channels, width, m, s);
        });
    const double *m = parts.first.data<double>(), *s = parts.second.data<double>();
    for (std::int64_t p = 0; p < parts.count; ++p) {
      const std::int64_t from = p * parts.samples, samples = std::min(parts.samples, l.n - from);
      for (std::int64_t c = 0; c < l.channels; ++c)
        merge(static_cast<double>(from * l.length), mean[c], squares[c], static_cast<double>(samples * l.length), m[p * l.channels + c],
              s[p * l.channels + c]);
    }
  });
  return out;
}

namespace {

// Without y and `through`: of g itself.
Products products_of(const Array& g, const Array& y, const Array& x, const Array& mean, Array* through) {
  const Layout l(x);
  Products out{Array::zeros({l.channels}, f64), Array::zeros({l.channels}, f64)};
  double *sum_g = out.g.mutable_data<double>(), *sum_gx = out.gx.mutable_data<double>();
  visit_floating(x.dtype(), "batch_norm", [&]<class T>(T) {
    const NormRows<T>& loops = norm_loops().of(T{});
    T* const to = through ? through->mutable_data<T>() : nullptr;
    const Slopes<T> slopes{g.data<T>(), to ? y.data<T>() : nullptr, to};
    const T* data = x.data<T>();
    const ChannelArrays<T> arrays(mean, {}, {}, {});
    const Channels<T> channels = arrays.view();
    const Parts parts(
        l, loops.max_width,
        [&](std::int64_t from, std::int64_t samples, std::int64_t channel, double& a, double& b) {
          a = b = 0;
          for (std::int64_t i = 0; i < samples; ++i) {
            const std::int64_t at = ((from + i) * l.channels + channel) * l.length;
            double row_g, row_gx;
            loops.products(slopes.from(at), data + at, l.length, channels.high[channel], channels.low[channel], row_g, row_gx);
            a += row_g, b += row_gx;
          }
        },
        [&](std::int64_t from, std::int64_t samples, std::int64_t channel, std::int64_t width, double* a, double* b) {
          const std::int64_t at = from * l.channels + channel;
          const T *high = channels.high + channel, *low = channels.low + channel;
          loops.column_products(slopes.from(at), data + at, samples, l.channels, width, high, low, a, b);
        });
    const double *a = parts.first.data<double>(), *b = parts.second.data<double>();
    for (std::int64_t p = 0; p < parts.count; ++p)
      for (std::int64_t c = 0; c < l.channels; ++c) {
        sum_g[c] += a[p * l.channels + c];
        sum_gx[c] += b[p * l.channels + c];
      }
  });
  return out;
}

}  // namespace

Products channel_products(const Array& g, const Array& x, const Array& mean) { return products_of(g, {}, x, mean, nullptr); }
Products channel_products_of_relu(const Array& g, const Array& y, const Array& x, const Array& mean, Array& through) {
  return products_of(g, y, x, mean, &through);
}

Array channel_affine(const Array& g, const Array& a, const Array& x, const Array& mean, const Array& b, const Array& c, bool relu) {
  const Layout l(x);
  Array out = empty_as(x);
  visit_floating(x.dtype(), "batch_norm", [&]<class T>(T) {
    const NormRows<T>& loops = norm_loops().of(T{});
    const T *slopes = g.defined() ? g.data<T>() : nullptr, *data = x.data<T>();
    const ChannelArrays<T> arrays(mean, a, b, c);
    const Channels<T> channels = arrays.view();
    T* to = out.mutable_data<T>();
    const std::int64_t row = l.length == 1 ? l.channels : l.length, each = sizeof(T);
    const bool past = goes_past_caches(to, out.size() * each, row * each);
    if (l.length == 1) {
      parallel_for(l.n, items_worth(sum_grain, l.channels), [&](std::int64_t begin, std::int64_t end) {
        const std::int64_t at = begin * l.channels;
        loops.column_affine(slopes ? slopes + at : nullptr, data + at, end - begin, l.channels, channels, {to + at, past, relu});
      });
    } else {
      parallel_for(l.n * l.channels, items_worth(sum_grain, l.length), [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t r = begin; r < end; ++r) {
          const std::int64_t at = r * l.length;
          loops.affine(slopes ? slopes + at : nullptr, data + at, l.length, channels, r % l.channels, {to + at, past, relu});
        }
      });
    }
  });
  return out;
}

}  // namespace gradus::kernels
