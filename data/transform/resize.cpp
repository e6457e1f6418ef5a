// Pictures in other sizes: each new pixel is a weighted sum of old ones, along the rows first and then along the columns. Bytes are summed
// in whole numbers with weights of 16 bits and rounded after each direction, as Pillow does, and PyTorch after it.
#include <cstring>

#include <gradus/data/transform/internal/pixels.h>
#include <gradus/data/transform/internal/resize_bytes.h>
#include <gradus/data/transform/pictures.h>

namespace gradus::data::detail {
namespace {

constexpr std::int64_t longest_resized_side = 1 << 20;

double triangle(double x) {
  x = std::abs(x);
  return x < 1 ? 1 - x : 0;
}
// Keys's cubic convolution.
double cubic(double x, double a) {
  x = std::abs(x);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

// Result o is the sum of weight[o·each + k]·x[first[o] + k], for k < count[o].
struct Weights {
  std::int64_t out = 0, each = 0;
  std::vector<std::int64_t> first, count;
  std::vector<double> weight;

  Weights(std::int64_t from, std::int64_t to, Interpolation mode, bool antialias) : out(to) {
    const double scale = static_cast<double>(from) / static_cast<double>(to);
    const bool bicubic = mode == Interpolation::bicubic;
    const double stretch = antialias && scale > 1 ? scale : 1, support = (bicubic ? 2 : 1) * stretch;
    each = std::min(static_cast<std::int64_t>(std::ceil(support)) * 2 + 1, from);
    first.resize(static_cast<std::size_t>(to)), count.resize(static_cast<std::size_t>(to));
    weight.assign(static_cast<std::size_t>(to * each), 0.0);
    for (std::int64_t o = 0; o < to; ++o) {
      const double centre = scale * (static_cast<double>(o) + 0.5);
      if (antialias)
        from_window(o, centre, from, support, stretch, bicubic);
      else
        from_neighbours(o, centre - 0.5, from, bicubic);
    }
  }

 private:
  double* row(std::int64_t o) { return weight.data() + o * each; }
  void from_window(std::int64_t o, double centre, std::int64_t size, double support, double stretch, bool bicubic) {
    const std::int64_t begin = std::max<std::int64_t>(static_cast<std::int64_t>(centre - support + 0.5), 0);
    const std::int64_t n = std::clamp<std::int64_t>(std::min(static_cast<std::int64_t>(centre + support + 0.5), size) - begin, 0, each);
    double sum = 0;
    for (std::int64_t k = 0; k < n; ++k) {
      const double x = (static_cast<double>(k + begin) - centre + 0.5) / stretch;
      sum += row(o)[k] = bicubic ? cubic(x, -0.5) : triangle(x);
    }
    if (sum != 0)
      for (std::int64_t k = 0; k < n; ++k) row(o)[k] /= sum;
    first[static_cast<std::size_t>(o)] = begin, count[static_cast<std::size_t>(o)] = n;
  }
  // Those beyond the edge are the edge.
  void from_neighbours(std::int64_t o, double place, std::int64_t size, bool bicubic) {
    if (!bicubic) place = std::max(place, 0.0);
    const std::int64_t left = static_cast<std::int64_t>(std::floor(place)) - (bicubic ? 1 : 0), n = bicubic ? 4 : 2;
    const std::int64_t begin = std::clamp<std::int64_t>(left, 0, size - 1);
    std::int64_t last = begin;
    for (std::int64_t k = 0; k < n; ++k) {
      const double distance = static_cast<double>(left + k) - place;
      const std::int64_t at = std::clamp<std::int64_t>(left + k, 0, size - 1);
      row(o)[at - begin] += bicubic ? cubic(distance, -0.75) : triangle(distance);
      last = std::max(last, at);
    }
    first[static_cast<std::size_t>(o)] = begin, count[static_cast<std::size_t>(o)] = last - begin + 1;
  }
};

// What the loops read: floats, or whole numbers that are 2^bits times the weight.
template <class T>
struct Summed {
  using Weight = float;
  std::vector<float> weight;
  explicit Summed(const Weights& w) : weight(w.weight.begin(), w.weight.end()) {}
  float start() const { return 0; }
  float end(float sum) const { return sum; }
};
template <>
struct Summed<std::uint8_t> {
  using Weight = std::int16_t;
  std::vector<std::int16_t> weight;
  int bits = 0;
  explicit Summed(const Weights& w) {
    const double most = w.weight.empty() ? 0 : *std::max_element(w.weight.begin(), w.weight.end());
    while (bits < 22 && static_cast<std::int64_t>(0.5 + most * static_cast<double>(std::int64_t{1} << (bits + 1))) < 32768) ++bits;
    for (const double x : w.weight)
      weight.push_back(static_cast<std::int16_t>(x * static_cast<double>(std::int64_t{1} << bits) + (x < 0 ? -0.5 : 0.5)));
  }
  std::int32_t start() const { return bits > 0 ? 1 << (bits - 1) : 0; }
  std::uint8_t end(std::int32_t sum) const { return static_cast<std::uint8_t>(std::clamp<std::int32_t>(sum >> bits, 0, 255)); }
};

// Of one row the results from number `begin` on.
template <class T>
void along_row(const T* from, const Weights& w, const Summed<T>& summed, std::int64_t begin, T* to) {
  for (std::int64_t o = begin; o < w.out; ++o) {
    auto sum = summed.start();
    const T* const x = from + w.first[static_cast<std::size_t>(o)];
    const auto* const weight = summed.weight.data() + o * w.each;
    for (std::int64_t k = 0, n = w.count[static_cast<std::size_t>(o)]; k < n; ++k) sum += static_cast<decltype(sum)>(x[k]) * weight[k];
    to[o] = summed.end(sum);
  }
}

// `limit`: where readable memory ends.
template <class T>
void along_rows(const T* from, std::int64_t rows, std::int64_t width, const T*, const Weights& w, const Summed<T>& summed, T* to) {
  for (std::int64_t y = 0; y < rows; ++y, from += width, to += w.out) along_row(from, w, summed, 0, to);
}

template <class T>
void along_columns(const T* from, std::int64_t width, const Weights& w, const Summed<T>& summed, T* to) {
  std::vector<decltype(summed.start())> sums(static_cast<std::size_t>(width));
  for (std::int64_t o = 0; o < w.out; ++o, to += width) {
    std::fill(sums.begin(), sums.end(), summed.start());
    for (std::int64_t k = 0, n = w.count[static_cast<std::size_t>(o)]; k < n; ++k) {
      const T* const line = from + (w.first[static_cast<std::size_t>(o)] + k) * width;
      const auto weight = summed.weight[static_cast<std::size_t>(o * w.each + k)];
      for (std::size_t x = 0; x < sums.size(); ++x) sums[x] += static_cast<decltype(summed.start())>(line[x]) * weight;
    }
    for (std::size_t x = 0; x < sums.size(); ++x) to[x] = summed.end(sums[x]);
  }
}

#ifdef __SSE2__
void along_rows(const std::uint8_t* from, std::int64_t rows, std::int64_t width, const std::uint8_t* limit, const Weights& w,
                const Summed<std::uint8_t>& summed, std::uint8_t* to) {
  RowWeights wide(w.out, *std::max_element(w.count.begin(), w.count.end()), w.first.data());
  for (std::int64_t o = 0; o < w.out; ++o)
    std::copy_n(summed.weight.data() + o * w.each, w.count[static_cast<std::size_t>(o)], wide.weight.data() + o * wide.each);
  for (std::int64_t y = 0; y < rows; ++y, from += width, to += w.out)
    along_row(from, w, summed, resize_row(from, limit, wide, summed.start(), summed.bits, to), to);
}

void along_columns(const std::uint8_t* from, std::int64_t width, const Weights& w, const Summed<std::uint8_t>& summed, std::uint8_t* to) {
  if (width < 16) return along_columns<std::uint8_t>(from, width, w, summed, to);
  for (std::int64_t o = 0; o < w.out; ++o, to += width) {
    const std::uint8_t* const line = from + w.first[static_cast<std::size_t>(o)] * width;
    const std::int16_t* const weight = summed.weight.data() + o * w.each;
    const auto sixteen = [&](std::int64_t x) {
      resize_columns(line + x, width, weight, w.count[static_cast<std::size_t>(o)], summed.start(), summed.bits, to + x);
    };
    for (std::int64_t x = 0; x + 16 <= width; x += 16) sixteen(x);
    if (width % 16 != 0) sixteen(width - 16);   // some of them again
  }
}
#endif

template <class T>
void resize_all(const Pixels& p, std::int64_t height, std::int64_t width, Interpolation mode, bool antialias, T* out) {
  const Weights rows(p.w, width, mode, antialias), columns(p.h, height, mode, antialias);
  const Summed<T> rows_summed(rows), columns_summed(columns);
  std::vector<T> between(p.w == width || p.h == height ? 0 : static_cast<std::size_t>(p.h * width));
  const T *from = p.array.data<T>(), *const limit = from + p.array.size();
  for (std::int64_t plane = 0; plane < p.n * p.c; ++plane, from += p.plane(), out += height * width) {
    if (p.w != width) along_rows(from, p.h, p.w, limit, rows, rows_summed, p.h == height ? out : between.data());
    if (p.h != height) along_columns(p.w == width ? from : between.data(), width, columns, columns_summed, out);
  }
}

template <class T>
void pick_all(const Pixels& p, std::int64_t height, std::int64_t width, double shift, T* out) {
  const auto places = [shift](std::int64_t from, std::int64_t to) {
    std::vector<std::int64_t> at(static_cast<std::size_t>(to));
    const float scale = static_cast<float>(from) / static_cast<float>(to);  // in f32, as PyTorch's
    for (std::int64_t o = 0; o < to; ++o)
      at[static_cast<std::size_t>(o)] =
          std::min(static_cast<std::int64_t>((static_cast<float>(o) + static_cast<float>(shift)) * scale), from - 1);
    return at;
  };
  const auto rows = places(p.h, height), columns = places(p.w, width);
  for (std::int64_t plane = 0; plane < p.n * p.c; ++plane)
    for (const std::int64_t row : rows) {
      const T* const line = p.array.data<T>() + plane * p.plane() + row * p.w;
      for (const std::int64_t column : columns) *out++ = line[column];
    }
}

}  // namespace
}  // namespace gradus::data::detail

namespace gradus::data::pictures {

Tensor resize(const Tensor& picture, std::int64_t height, std::int64_t width, const ResizeOptions& options) {
  const detail::Pixels p = detail::pixels_of("resize", picture);
  const bool nearest = options.mode == Interpolation::nearest || options.mode == Interpolation::nearest_exact;
  check<ValueError>(nearest || options.mode == Interpolation::bilinear || options.mode == Interpolation::bicubic,
                    "resize: the modes of a picture are nearest, nearest_exact, bilinear and bicubic");
  check<ValueError>(height >= 1 && width >= 1 && height <= detail::longest_resized_side && width <= detail::longest_resized_side,
                    "resize: to ", height, " x ", width, " pixels");
  check<ShapeError>(p.h > 0 && p.w > 0, "resize: a picture without pixels: ", picture.shape());
  if (height == p.h && width == p.w) return p.array;
  Array out(p.shape(p.c, height, width), p.array.dtype());
  detail::visit_pixels(out, [&]<class T>(T) {
    if (nearest)
      detail::pick_all<T>(p, height, width, options.mode == Interpolation::nearest ? 0 : 0.5, out.mutable_data<T>());
    else
      detail::resize_all<T>(p, height, width, options.mode, options.antialias, out.mutable_data<T>());
  });
  return out;
}

}  // namespace gradus::data::pictures
