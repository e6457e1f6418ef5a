// The mask of dropout, applied on the fly: it is drawn from (key, place) whenever it is needed and never stored.
#pragma once
#include <gradus/autograd/array/array.h>
#include <gradus/autograd/array/internal/per_type.h>

namespace gradus::kernels {

// Group i of the elements, `together` of them side by side, is kept where word i % 4 of Philox block i / 4 under `key` is at least p·2³².
struct Dropping {
  double p;                       // in [0, 1]
  std::uint64_t key;
  double scale;                   // kept elements become scale·x + shift, the others `dropped`
  double shift = 0, dropped = 0;
  std::int64_t together = 1;
};
Array dropout(const Array& x, const Dropping& how);   // x contiguous, f32 or f64

// The loops inside, compiled for each SIMD level: element 0 is the first of Philox block `block`; with scale alone, and with all three.
template <class T>
using DropoutLoop = void (*)(const T* x, std::int64_t n, std::uint64_t block, std::uint64_t key, std::uint32_t threshold, T scale, T* y);
using DropoutLoops = PerFloat<DropoutLoop>;
template <class T>
using AlphaDropoutLoop = void (*)(const T* x, std::int64_t n, std::uint64_t block, std::uint64_t key, std::uint32_t threshold, T scale,
                                  T shift, T dropped, T* y);
using AlphaDropoutLoops = PerFloat<AlphaDropoutLoop>;

const DropoutLoops& dropout_loops();   // of the best instruction-set level that this machine has
const AlphaDropoutLoops& alpha_dropout_loops();

}  // namespace gradus::kernels
