#include <gradus/autograd/kernels/images/resample.h>

#include <algorithm>

#include <gradus/autograd/array/internal/channels_last.h>
#include <gradus/autograd/base/internal/scratch.h>
#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/simd/internal/level.h>

namespace gradus::kernels {

GRADUS_DISPATCH(ResampleLoops, resample_loops)

Taps Taps::start(std::int64_t in, std::int64_t out) {
  Taps t;
  t.in = in, t.out = out;
  t.begin = {0};
  t.begin.reserve(static_cast<std::size_t>(out) + 1);
  t.place.clear(), t.weight.clear();
  return t;
}

// A tap in two halves is the same sum to the bit, and loops run faster where all results have as many.
void Taps::finish() {
  std::int64_t most = 0, least = 4;
  for (std::int64_t o = 0; o < out; ++o) {
    const std::int64_t count = begin[static_cast<std::size_t>(o) + 1] - begin[static_cast<std::size_t>(o)];
    most = std::max(most, count), least = std::min(least, count);
  }
  each = 0;
  if (most > 4 || least < 1) return;
  each = static_cast<int>(most);
  if (least == most) return;
  std::vector<std::int64_t> places;
  std::vector<double> weights;
  places.reserve(static_cast<std::size_t>(out * most)), weights.reserve(static_cast<std::size_t>(out * most));
  for (std::size_t o = 0; o < static_cast<std::size_t>(out); ++o) {
    const auto from = static_cast<std::size_t>(begin[o]), to = static_cast<std::size_t>(begin[o + 1]);
    places.insert(places.end(), place.begin() + begin[o], place.begin() + begin[o + 1]);
    weights.insert(weights.end(), weight.begin() + begin[o], weight.begin() + begin[o + 1]);
    for (std::size_t missing = static_cast<std::size_t>(most) - (to - from); missing > 0; --missing) {
      weights.back() /= 2;
      weights.push_back(weights.back()), places.push_back(places.back());
    }
  }
  for (std::int64_t o = 0; o <= out; ++o) begin[static_cast<std::size_t>(o)] = o * most;
  place = std::move(places), weight = std::move(weights);
}

Taps Taps::transposed() const {
  Taps t = start(out, in);
  std::vector<std::int64_t> next(static_cast<std::size_t>(in) + 1, 0);
  for (const std::int64_t p : place) ++next[static_cast<std::size_t>(p) + 1];
  for (std::size_t i = 0; i < static_cast<std::size_t>(in); ++i) next[i + 1] += next[i];
  t.begin = next;
  t.place.resize(place.size()), t.weight.resize(weight.size());
  for (std::size_t o = 0; o < static_cast<std::size_t>(out); ++o)
    for (auto k = static_cast<std::size_t>(begin[o]); k < static_cast<std::size_t>(begin[o + 1]); ++k) {
      const auto at = static_cast<std::size_t>(next[static_cast<std::size_t>(place[k])]++);
      t.place[at] = static_cast<std::int64_t>(o), t.weight[at] = weight[k];
    }
  t.finish();
  return t;
}

bool Taps::identity() const {
  if (in != out || each != 1) return false;
  for (std::size_t o = 0; o < place.size(); ++o)
    if (place[o] != static_cast<std::int64_t>(o) || weight[o] != 1) return false;
  return true;
}

namespace {

// Rows of the result, each of `width` numbers a pixel: a row-major array has planes of single numbers, a channels-last one samples of C.
template <class T>
class Rows {
 public:
  Rows(const Taps& d, const Taps& h, const Taps& w, std::int64_t width)
      : d_(d), h_(h), w_(w), width_(width), as_it_is_(w.identity()), weights_(w.weight.begin(), w.weight.end()), sum_(w.in * width),
        lines_(most(d) * most(h)), factors_(most(d) * most(h)), pixels_(most(w)) {}

  // Row `at` of all, counted through planes, slices and rows.
  void operator()(const T* x, std::int64_t at, T* y) {
    const std::int64_t row = at % h_.out, slice = at / h_.out % d_.out, plane = at / h_.out / d_.out, in = w_.in * width_;
    const T* const image = x + plane * d_.in * h_.in * in;
    std::int64_t count = 0;
    for_each_tap(d_, slice, [&](std::int64_t i, double outer) {
      for_each_tap(h_, row, [&](std::int64_t j, double inner) {
        lines_.data()[count] = image + (i * h_.in + j) * in;
        factors_.data()[count++] = static_cast<T>(outer * inner);
      });
    });
    T* const out = y + at * w_.out * width_;
    if (count == 0) {
      std::fill_n(out, w_.out * width_, T(0));
      return;
    }
    const bool one = count == 1 && factors_.data()[0] == 1;
    if (as_it_is_) {
      if (one) std::copy_n(lines_.data()[0], in, out);
      else loops_.add_lines(lines_.data(), factors_.data(), count, in, out);
      return;
    }
    if (!one) loops_.add_lines(lines_.data(), factors_.data(), count, in, sum_.data());
    along(one ? lines_.data()[0] : sum_.data(), out);
  }

 private:
  static std::int64_t most(const Taps& t) {
    std::int64_t n = 1;
    for (std::size_t o = 0; o + 1 < t.begin.size(); ++o) n = std::max(n, t.begin[o + 1] - t.begin[o]);
    return n;
  }
  template <class F>
  static void for_each_tap(const Taps& t, std::int64_t o, F&& f) {
    for (std::int64_t k = t.begin[static_cast<std::size_t>(o)]; k < t.begin[static_cast<std::size_t>(o) + 1]; ++k)
      f(t.place[static_cast<std::size_t>(k)], t.weight[static_cast<std::size_t>(k)]);
  }
  void along(const T* line, T* out) {
    if (width_ == 1 && w_.each) return loops_.pick(line, w_.place.data(), weights_.data(), w_.each, w_.out, out);
    for (std::int64_t o = 0; o < w_.out; ++o, out += width_) {
      const std::int64_t first = w_.begin[static_cast<std::size_t>(o)], count = w_.begin[static_cast<std::size_t>(o) + 1] - first;
      const std::int64_t* places = w_.place.data() + first;
      const T* weights = weights_.data() + first;
      if (width_ == 1) {
        T sum = 0;
        for (std::int64_t k = 0; k < count; ++k) sum += weights[k] * line[places[k]];
        *out = sum;
      } else if (count == 0) {
        std::fill_n(out, width_, T(0));
      } else if (count == 1 && weights[0] == 1) {
        std::copy_n(line + places[0] * width_, width_, out);
      } else {
        for (std::int64_t k = 0; k < count; ++k) pixels_.data()[k] = line + places[k] * width_;
        loops_.add_lines(pixels_.data(), weights, count, width_, out);
      }
    }
  }

  const Taps &d_, &h_, &w_;
  std::int64_t width_;
  bool as_it_is_;
  std::vector<T> weights_;
  pool::Scratch<T> sum_;
  pool::Scratch<const T*> lines_;
  pool::Scratch<T> factors_;
  pool::Scratch<const T*> pixels_;
  const ResampleRows<T>& loops_ = resample_loops().of(T{});
};

}  // namespace

Array resample(const Array& x, const Taps& d, const Taps& h, const Taps& w, bool channels_last) {
  const std::int64_t n = x.dim(0), c = x.dim(1);
  const Shape shape = x.rank() == 5 ? Shape{n, c, d.out, h.out, w.out} : Shape{n, c, h.out, w.out};
  return visit_floating(x.dtype(), "interpolate", [&]<class T>(T) {
    Array y = channels_last ? empty_channels_last(shape, x.dtype()) : Array(shape, x.dtype());
    if (y.size() == 0) return y;
    const std::int64_t width = channels_last ? c : 1, rows = y.size() / (w.out * width);
    const T* const from = x.data<T>();
    T* const to = y.mutable_data<T>();
    parallel_for(rows, items_worth(1 << 14, (w.in + w.out) * width), [&](std::int64_t begin, std::int64_t end) {
      Rows<T> row(d, h, w, width);
      for (std::int64_t at = begin; at < end; ++at) row(from, at, to);
    });
    return y;
  });
}

}  // namespace gradus::kernels
