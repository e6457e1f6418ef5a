// Discrete Fourier transforms along one axis, of any length: f32 or f64, real and imaginary parts in arrays of their own. Several rows are
// transformed side by side, so that every loop runs along memory, whatever the length.
#pragma once
#include <array>

#include <gradus/autograd/array/array.h>
#include <gradus/autograd/array/internal/per_type.h>
#include <gradus/autograd/kernels/fourier/plan.h>

namespace gradus::kernels {

// y[k] = scale·Σ x[j]·e^(∓2πi·jk/n), − if forward. Contiguous; an undefined imag is zero.
std::array<Array, 2> fourier(const Array& real, const Array& imag, int axis, bool forward, double scale);

// Of real numbers the half of the spectrum that tells it all, k <= n/2, times scale, and times `twins` where k stands for n − k, too.
std::array<Array, 2> half_fourier(const Array& x, int axis, double scale, double twins);
// What transposes it: scale·Re Σ y[k]·f·e^(2πi·jk/n) over k <= n/2, f = twins where k stands for n − k, too, else 1, for j < n.
Array from_half_fourier(const Array& real, const Array& imag, int axis, std::int64_t n, double scale, double twins);

// One forward transform of `width` rows side by side: x [n, width], its numbers k `pitch` apart. The result is in one of the work planes
// of plan.room()·width numbers, of which the second may be where x is.
template <class T>
Planes<T> run_fourier(const FourierPlan<T>& plan, std::int64_t width, Planes<const T> x, std::int64_t pitch, Planes<T> work,
                      Planes<T> other);

// The loops inside, compiled for each SIMD level. Planes are [rows, width].
template <class T>
struct FourierLoops1 {
  void (*pass)(const FourierPass<T>& pass, std::int64_t width, Planes<const T> x, std::int64_t pitch, Planes<T> y);
  // y = x·factors, a factor for each row
  void (*twist)(std::int64_t rows, std::int64_t width, Planes<const T> x, std::int64_t pitch, Planes<const T> factors, Planes<T> y);
  void (*scale)(std::int64_t count, T factor, T* x);
  // y[j·y_pitch + i] = x[i·x_pitch + j] for i < rows, j < columns
  void (*turn)(std::int64_t rows, std::int64_t columns, const T* x, std::int64_t x_pitch, T* y, std::int64_t y_pitch);
  // From the spectrum z [h] of x[2j] + i·x[2j + 1] that of x, y [h + 1], times scale (but in the middle times scale·twins), and back.
  void (*split)(std::int64_t h, std::int64_t width, Planes<const T> z, Planes<const T> half_turns, T scale, T twins, Planes<T> y);
  void (*join)(std::int64_t h, std::int64_t width, Planes<const T> y, std::int64_t pitch, Planes<const T> half_turns, T scale, T twins,
               Planes<T> z);
};
using FourierLoops = PerFloat<FourierLoops1>;

const FourierLoops& fourier_loops();   // of the best instruction-set level that this machine has

}  // namespace gradus::kernels
