// Sums of gradients.
#pragma once
#include <gradus/autograd/array/array.h>
#include <gradus/autograd/array/internal/per_type.h>

namespace gradus::kernels {

// sum + g, elementwise, equal shapes and floating dtypes; in sum's own memory when nobody else shares it. Images whose channels lie next to
// each other stay so: what a residual block gives back would otherwise be rearranged twice.
Array accumulate(Array sum, const Array& g);

// The loop inside, compiled for each SIMD level: y = a + b, where y may be a or b.
template <class T>
using AddLoop = void (*)(const T* a, const T* b, std::int64_t n, T* y);
using AddLoops = PerFloat<AddLoop>;

const AddLoops& add_loops();   // of the best instruction-set level that this machine has

}  // namespace gradus::kernels
