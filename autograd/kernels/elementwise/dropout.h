// The mask of dropout, applied on the fly: it is drawn from (key, place) whenever it is needed and never stored.
#pragma once
#include <gradus/autograd/array/array.h>
#include <gradus/autograd/array/internal/per_type.h>

namespace gradus::kernels {

// Element i of the result is x[i] / (1 − p) where word i % 4 of Philox block i / 4 under `key` is at least p·2³², and 0 elsewhere.
// x contiguous, f32 or f64; 0 <= p <= 1.
Array dropout(const Array& x, double p, std::uint64_t key);

// The loops inside, compiled for each SIMD level: element 0 is the first of Philox block `block`.
template <class T>
using DropoutLoop = void (*)(const T* x, std::int64_t n, std::uint64_t block, std::uint64_t key, std::uint32_t threshold, T scale, T* y);
using DropoutLoops = PerFloat<DropoutLoop>;

const DropoutLoops& dropout_loops();   // of the best instruction-set level that this machine has

}  // namespace gradus::kernels
