// Normalisation of each channel. x is [N, C, L] (L = 1 for plain features), row-major or channels-last, f32 or f64. So is the result, and
// g.
#pragma once
#include <gradus/autograd/array/array.h>
#include <gradus/autograd/array/internal/per_type.h>

namespace gradus::kernels {

// Each channel's mean and Σ (x − mean)², f64 [C]. Blocks are reduced in two passes within the cache and merged by the formula of Chan,
// Golub and LeVeque (1979): right for f32 however large the mean is against the deviation; one pass over memory.
struct Moments {
  Array mean, squares;
};
Moments channel_moments(const Array& x);

// Each channel's Σ g and Σ g·(x − mean), f64 [C].
struct Products {
  Array g, gx;
};
Products channel_products(const Array& g, const Array& x, const Array& mean);
// The same of the gradient that relu, whose result is y, lets through, which is left in `through`, an array like x. It may be g itself.
Products channel_products_of_relu(const Array& g, const Array& y, const Array& x, const Array& mean, Array& through);

// out = a·g + b·(x − mean) + c, where mean, a, b, c are f64 [C]; without g (undefined) its term is left out. Of that relu, if so wanted.
Array channel_affine(const Array& g, const Array& a, const Array& x, const Array& mean, const Array& b, const Array& c, bool relu = false);

// What the loops below know of one channel, in T. mean = high + low: the first difference with `high` is exact where it matters.
template <class T>
struct Channels {
  const T *high, *low, *a, *b, *c;   // each [C]
};

// The gradient of the result; y and through are null where there is no relu between.
template <class T>
struct Slopes {
  const T *g, *y = nullptr;
  T* through = nullptr;
  Slopes from(std::int64_t i) const { return y ? Slopes{g + i, y + i, through + i} : Slopes{g + i}; }
};
// Where results go, and how.
template <class T>
struct Outcome {
  T* to;
  bool past_caches, relu = false;
};

// The loops inside, compiled for each SIMD level: along one channel, or over max_width channels side by side.
template <class T>
struct NormRows {
  void (*moments)(const T* x, std::int64_t n, double& mean, double& squares);
  void (*products)(const Slopes<T>& g, const T* x, std::int64_t n, T high, T low, double& sum_g, double& sum_gx);
  void (*affine)(const T* g, const T* x, std::int64_t n, const Channels<T>& channels, std::int64_t channel, const Outcome<T>& out);
  void (*column_moments)(const T* x, std::int64_t rows, std::int64_t stride, std::int64_t width, double* mean, double* squares);
  void (*column_products)(const Slopes<T>& g, const T* x, std::int64_t rows, std::int64_t stride, std::int64_t width, const T* high,
                          const T* low, double* sum_g, double* sum_gx);
  void (*column_affine)(const T* g, const T* x, std::int64_t rows, std::int64_t width, const Channels<T>& channels, const Outcome<T>& out);
  static constexpr std::int64_t max_width = 64;
};
using NormLoops = PerFloat<NormRows>;

const NormLoops& norm_loops();   // of the best instruction-set level that this machine has

}  // namespace gradus::kernels
