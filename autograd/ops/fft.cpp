#include <gradus/autograd/ops/fft.h>

#include <cmath>
#include <vector>

#include <gradus/autograd/kernels/fourier/fourier.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/internal/reducing.h>
#include <gradus/autograd/ops/rearrange.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/tape/op.h>

namespace gradus::fft {
namespace {

Array flat(const Tensor& x) { return x.value().as_contiguous(); }
Tensor zeros_of(const Tensor& x) { return Array::zeros(x.shape(), x.dtype()); }
Tensor or_zero(const Tensor& x, const Tensor& like) { return x.defined() ? x : zeros_of(like); }

// A linear map, whose transpose is that of the other direction.
struct Fourier final : Op {
  int axis;
  bool forwards, complex = false;
  double scale;
  Fourier(int axis, bool forwards, double scale) : axis(axis), forwards(forwards), scale(scale) {}
  std::string_view name() const override { return forwards ? "fft" : "ifft"; }
  std::array<Array, 2> forward(const Tensor& real, const Tensor& imag) {
    complex = imag.defined();
    return kernels::fourier(flat(real), complex ? flat(imag) : Array(), axis, forwards, scale);
  }
  Grads backward_all(std::span<Tensor> gs) override {
    const auto [real, imag] = record(Fourier(axis, !forwards, scale), or_zero(gs[0], gs[1]), gs[1]);
    return {needs(0) ? real : Tensor{}, complex && needs(1) ? imag : Tensor{}};
  }
  Tangents tangent_all(std::span<const Tensor> vs) override {
    const auto [real, imag] = record(Fourier(axis, forwards, scale), needs(0) ? vs[0] : zeros_of(vs[1]), needs(1) ? vs[1] : Tensor{});
    return {real, imag};
  }
};

// From n real numbers to half of their spectrum, and back, each the transpose of the other: `twins` is the factor of those that stand for
// two.
struct Weights {
  int axis;
  std::int64_t n;
  double scale, twins;
};
Tensor from_half(const Tensor& real, const Tensor& imag, const Weights& w);

struct HalfFourier final : Op {
  Weights w;
  explicit HalfFourier(const Weights& w) : w(w) {}
  std::string_view name() const override { return "rfft"; }
  std::array<Array, 2> forward(const Tensor& x) { return kernels::half_fourier(flat(x), w.axis, w.scale, w.twins); }
  Grads backward_all(std::span<Tensor> gs) override { return {from_half(or_zero(gs[0], gs[1]), or_zero(gs[1], gs[0]), w)}; }
  Tangents tangent_all(std::span<const Tensor> vs) override {
    const auto [real, imag] = record(HalfFourier(w), vs[0]);
    return {real, imag};
  }
};

struct FromHalfFourier final : Op {
  Weights w;
  explicit FromHalfFourier(const Weights& w) : w(w) {}
  std::string_view name() const override { return "irfft"; }
  Array forward(const Tensor& real, const Tensor& imag) {
    return kernels::from_half_fourier(flat(real), flat(imag), w.axis, w.n, w.scale, w.twins);
  }
  Grads backward(Tensor g) override {
    const auto [real, imag] = record(HalfFourier(w), g);
    return {needs(0) ? real : Tensor{}, needs(1) ? imag : Tensor{}};
  }
  Tensor tangent(std::span<const Tensor> vs) override {
    return from_half(needs(0) ? vs[0] : zeros_of(vs[1]), needs(1) ? vs[1] : zeros_of(vs[0]), w);
  }
};
Tensor from_half(const Tensor& real, const Tensor& imag, const Weights& w) { return record(FromHalfFourier(w), real, imag); }

void check_pair(const char* op, const ComplexPair& x) {
  check_defined(op, x.real);
  check_computes_in(x.real.dtype(), op);
  check<DtypeError>(!x.imag.defined() || x.imag.dtype() == x.real.dtype(), op, ": dtypes differ: real ", describe(x.real), ", imag ",
                    describe(x.imag));
  check<ShapeError>(!x.imag.defined() || x.imag.shape() == x.real.shape(), op, ": real and imag must have one shape: ", describe(x.real),
                    " and ", describe(x.imag));
}

int axis_of(const char* op, const Tensor& x, Axis axis) {
  check<ShapeError>(x.rank() >= 1, op, ": a scalar has no axis to go along");
  return normal_axis(axis, x.rank(), op);
}

std::int64_t checked_n(const char* op, std::int64_t n, std::int64_t there) {
  n = n == -1 ? there : n;
  check<ValueError>(n >= 1, op, ": there is no transform of ", n, " numbers");
  return n;
}

// Cut off, or with zeros behind.
Tensor resized(const Tensor& x, int axis, std::int64_t n) {
  if (!x.defined() || x.dim(axis) == n) return x;
  if (x.dim(axis) > n) return slice(x, axis, 0, n);
  Shape more = x.shape();
  more[axis] = n - x.dim(axis);
  return cat({x, Tensor(Array::zeros(more, x.dtype()))}, axis);
}

double factor(std::int64_t n, bool forwards, Norm norm) {
  const double all = static_cast<double>(n);
  return norm == Norm::ortho ? 1 / std::sqrt(all) : (norm == Norm::forward) == forwards ? 1 / all : 1;
}

ComplexPair along(const char* op, const ComplexPair& x, std::int64_t size, Axis given, bool forwards, Norm norm) {
  check_pair(op, x);
  const int axis = axis_of(op, x.real, given);
  const std::int64_t n = checked_n(op, size, x.real.dim(axis));
  const auto [real, imag] = record(Fourier(axis, forwards, factor(n, forwards, norm)), resized(x.real, axis, n), resized(x.imag, axis, n));
  return {real, imag};
}

ComplexPair half(const char* op, const Tensor& x, std::int64_t size, Axis given, bool forwards, Norm norm) {
  check_pair(op, {x});
  const int axis = axis_of(op, x, given);
  const std::int64_t n = checked_n(op, size, x.dim(axis));
  const auto [real, imag] = record(HalfFourier({axis, n, factor(n, forwards, norm), 1}), resized(x, axis, n));
  return {real, forwards ? imag : -imag};
}

Tensor whole(const char* op, const ComplexPair& y, std::int64_t size, Axis given, bool forwards, Norm norm) {
  check_pair(op, y);
  const int axis = axis_of(op, y.real, given);
  const std::int64_t n = checked_n(op, size, 2 * (y.real.dim(axis) - 1));
  const Tensor imag = y.imag.defined() ? forwards ? -y.imag : y.imag : zeros_of(y.real);
  return from_half(resized(y.real, axis, n / 2 + 1), resized(imag, axis, n / 2 + 1), {axis, n, factor(n, forwards, norm), 2});
}

struct Several {
  std::vector<int> axes;
  std::vector<std::int64_t> sizes;
};
Several several(const char* op, const Tensor& x, const Shape& sizes, const Axes& given) {
  Several out;
  for (const int axis : given) out.axes.push_back(normal_axis(axis, x.rank(), op));
  // Sizes alone are those of the last axes.
  for (int i = sizes.rank() > 0 ? x.rank() - sizes.rank() : 0; given.empty() && i < x.rank(); ++i) out.axes.push_back(axis_of(op, x, i));
  check<ValueError>(sizes.rank() == 0 || static_cast<std::size_t>(sizes.rank()) == out.axes.size(), op, ": ", sizes.rank(), " sizes for ",
                    out.axes.size(), " axes");
  check<ShapeError>(!out.axes.empty(), op, ": a scalar has no axis to go along");
  for (std::size_t i = 0; i < out.axes.size(); ++i) {
    out.sizes.push_back(sizes.rank() > 0 ? sizes[static_cast<int>(i)] : -1);
    for (std::size_t j = 0; j < i; ++j)
      check<ValueError>(out.axes[i] != out.axes[j], op, ": axis ", out.axes[i], " is named twice, for shape ", x.shape());
  }
  return out;
}

ComplexPair along_several(const char* op, ComplexPair x, const Several& s, bool forwards, Norm norm) {
  for (std::size_t i = s.axes.size(); i-- > 0;) x = along(op, x, s.sizes[i], s.axes[i], forwards, norm);
  return x;
}

Several all_but_last(Several s) { return s.axes.pop_back(), s.sizes.pop_back(), s; }

ComplexPair half_several(const char* op, const Tensor& x, const Shape& sizes, const Axes& axes, Norm norm) {
  check_pair(op, {x});
  const Several s = several(op, x, sizes, axes);
  return along_several(op, half(op, x, s.sizes.back(), s.axes.back(), true, norm), all_but_last(s), true, norm);
}
Tensor whole_several(const char* op, const ComplexPair& y, const Shape& sizes, const Axes& axes, Norm norm) {
  check_pair(op, y);
  const Several s = several(op, y.real, sizes, axes);
  return whole(op, along_several(op, y, all_but_last(s), false, norm), s.sizes.back(), s.axes.back(), false, norm);
}
ComplexPair complex_several(const char* op, const ComplexPair& x, const Shape& sizes, const Axes& axes, bool forwards, Norm norm) {
  check_pair(op, x);
  return along_several(op, x, several(op, x.real, sizes, axes), forwards, norm);
}

// Of k < count; from `negative` on those of k − n.
Tensor frequencies(std::int64_t count, std::int64_t n, std::int64_t negative, double step) {
  std::vector<double> all;
  for (std::int64_t k = 0; k < count; ++k) all.push_back(static_cast<double>(k < negative ? k : k - n) / (static_cast<double>(n) * step));
  return Array::from(all, {count});
}

Tensor shifted(const char* op, const Tensor& x, const Axes& axes, bool back) {
  check_defined(op, x);
  const detail::AxisSet set = detail::axis_set(axes, x, op);
  Shape by, along;
  for (int i = 0; i < x.rank(); ++i)
    if (set >> i & 1) along.push_back(i), by.push_back(back ? -(x.dim(i) / 2) : x.dim(i) / 2);
  return along.rank() == 0 ? x : roll(x, by, std::span(along.begin(), static_cast<std::size_t>(along.rank())));
}

}  // namespace

ComplexPair fft(const ComplexPair& x, std::int64_t n, Axis axis, Norm norm) { return along("fft", x, n, axis, true, norm); }
ComplexPair ifft(const ComplexPair& x, std::int64_t n, Axis axis, Norm norm) { return along("ifft", x, n, axis, false, norm); }
ComplexPair rfft(const Tensor& x, std::int64_t n, Axis axis, Norm norm) { return half("rfft", x, n, axis, true, norm); }
Tensor irfft(const ComplexPair& y, std::int64_t n, Axis axis, Norm norm) { return whole("irfft", y, n, axis, false, norm); }
Tensor hfft(const ComplexPair& x, std::int64_t n, Axis axis, Norm norm) { return whole("hfft", x, n, axis, true, norm); }
ComplexPair ihfft(const Tensor& x, std::int64_t n, Axis axis, Norm norm) { return half("ihfft", x, n, axis, false, norm); }

ComplexPair fftn(const ComplexPair& x, const Shape& sizes, const Axes& axes, Norm norm) {
  return complex_several("fftn", x, sizes, axes, true, norm);
}
ComplexPair ifftn(const ComplexPair& x, const Shape& sizes, const Axes& axes, Norm norm) {
  return complex_several("ifftn", x, sizes, axes, false, norm);
}
ComplexPair rfftn(const Tensor& x, const Shape& sizes, const Axes& axes, Norm norm) { return half_several("rfftn", x, sizes, axes, norm); }
Tensor irfftn(const ComplexPair& y, const Shape& sizes, const Axes& axes, Norm norm) {
  return whole_several("irfftn", y, sizes, axes, norm);
}
ComplexPair fft2(const ComplexPair& x, const Shape& sizes, const Axes& axes, Norm norm) {
  return complex_several("fft2", x, sizes, axes, true, norm);
}
ComplexPair ifft2(const ComplexPair& x, const Shape& sizes, const Axes& axes, Norm norm) {
  return complex_several("ifft2", x, sizes, axes, false, norm);
}
ComplexPair rfft2(const Tensor& x, const Shape& sizes, const Axes& axes, Norm norm) { return half_several("rfft2", x, sizes, axes, norm); }
Tensor irfft2(const ComplexPair& y, const Shape& sizes, const Axes& axes, Norm norm) {
  return whole_several("irfft2", y, sizes, axes, norm);
}

Tensor fftfreq(std::int64_t n, double step, Dtype dtype) {
  checked_n("fftfreq", n < 0 ? 0 : n, 0);
  return frequencies(n, n, (n + 1) / 2, step).to(dtype);
}
Tensor rfftfreq(std::int64_t n, double step, Dtype dtype) {
  checked_n("rfftfreq", n < 0 ? 0 : n, 0);
  return frequencies(n / 2 + 1, n, n, step).to(dtype);
}
Tensor fftshift(const Tensor& x, const Axes& axes) { return shifted("fftshift", x, axes, false); }
Tensor ifftshift(const Tensor& x, const Axes& axes) { return shifted("ifftshift", x, axes, true); }

}  // namespace gradus::fft
