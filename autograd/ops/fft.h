// Discrete Fourier transforms, under the names of torch.fft. Complex numbers are pairs of real and imaginary parts.
//   const auto [real, imag] = fft::rfft(signal);   const Tensor again = fft::irfft({real, imag}, signal.dim(-1));
//   fft::fft2(ComplexPair(image));   fft::fft({real, imag}, 1024, 0, fft::Norm::ortho);
// f32 or f64, any length. GraphError for an undefined tensor; ShapeError, DtypeError, ValueError. Gradients are exact transposes of the
// transforms, as transforms again, to any order.
#pragma once
#include <gradus/autograd/array/axes.h>
#include <gradus/autograd/tape/tensor.h>

namespace gradus {

// real + i·imag. Where a pair is given, an undefined imag is zero.
struct ComplexPair {
  Tensor real, imag;
  ComplexPair(Tensor real_part, Tensor imaginary_part = {}) : real(std::move(real_part)), imag(std::move(imaginary_part)) {}
};

namespace fft {

// What is divided by n, over all transformed axes: the inverse transform, both by √n, or the forward one.
enum class Norm { backward, ortho, forward };

// `n`: so many numbers along the axis are transformed, cut off or with zeros behind them; -1: as many as there are.

// y[k] = Σ x[j]·e^(−2πi·jk/n), and the inverse, x[j] = 1/n·Σ y[k]·e^(2πi·jk/n).
ComplexPair fft(const ComplexPair& x, std::int64_t n = -1, Axis axis = -1, Norm norm = Norm::backward);
ComplexPair ifft(const ComplexPair& x, std::int64_t n = -1, Axis axis = -1, Norm norm = Norm::backward);
// Of real numbers the n/2 + 1 first numbers of the spectrum, whose others are the conjugates of these.
ComplexPair rfft(const Tensor& x, std::int64_t n = -1, Axis axis = -1, Norm norm = Norm::backward);
// The n real numbers of such a half spectrum; -1: 2·(its size − 1). Imaginary parts of y[0] and, for even n, of y[n/2] are not looked at.
Tensor irfft(const ComplexPair& y, std::int64_t n = -1, Axis axis = -1, Norm norm = Norm::backward);
// Of a signal whose spectrum is real: hfft(x) = n·irfft(x̄), and its inverse.
Tensor hfft(const ComplexPair& x, std::int64_t n = -1, Axis axis = -1, Norm norm = Norm::backward);
ComplexPair ihfft(const Tensor& x, std::int64_t n = -1, Axis axis = -1, Norm norm = Norm::backward);

// Along several axes, {}: all, one after the other; `sizes` are their n, {}: as they are. The half of rfftn is of the last axis named.
ComplexPair fftn(const ComplexPair& x, const Shape& sizes = {}, const Axes& axes = {}, Norm norm = Norm::backward);
ComplexPair ifftn(const ComplexPair& x, const Shape& sizes = {}, const Axes& axes = {}, Norm norm = Norm::backward);
ComplexPair rfftn(const Tensor& x, const Shape& sizes = {}, const Axes& axes = {}, Norm norm = Norm::backward);
Tensor irfftn(const ComplexPair& y, const Shape& sizes = {}, const Axes& axes = {}, Norm norm = Norm::backward);
// The same along the last two.
ComplexPair fft2(const ComplexPair& x, const Shape& sizes = {}, const Axes& axes = {-2, -1}, Norm norm = Norm::backward);
ComplexPair ifft2(const ComplexPair& x, const Shape& sizes = {}, const Axes& axes = {-2, -1}, Norm norm = Norm::backward);
ComplexPair rfft2(const Tensor& x, const Shape& sizes = {}, const Axes& axes = {-2, -1}, Norm norm = Norm::backward);
Tensor irfft2(const ComplexPair& y, const Shape& sizes = {}, const Axes& axes = {-2, -1}, Norm norm = Norm::backward);

// The frequencies of n numbers that are `step` apart: [0, 1, …, −2, −1]/(n·step), and those of a half spectrum.
Tensor fftfreq(std::int64_t n, double step = 1, Dtype dtype = f32);
Tensor rfftfreq(std::int64_t n, double step = 1, Dtype dtype = f32);
// Frequency 0 into the middle, along these axes ({}: all), and back.
Tensor fftshift(const Tensor& x, const Axes& axes = {});
Tensor ifftshift(const Tensor& x, const Axes& axes = {});

}  // namespace fft
}  // namespace gradus
