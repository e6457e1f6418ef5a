#include <gradus/optim/kernels/vector_loops.h>

#include <gradus/optim/kernels/lanes.h>

namespace gradus::kernels::GRADUS_SIMD_LEVEL {
namespace {

template <class T>
void blend(T a, const T* x, T b, const T* y, T* to, std::int64_t n) {
#ifdef __clang__
#pragma clang loop vectorize(assume_safety)
#else
#pragma GCC ivdep
#endif
  for (std::int64_t i = 0; i < n; ++i) to[i] = a * x[i] + b * y[i];
}

}  // namespace

const VectorLoops& vector_loops() {
  static constexpr VectorLoops table([]<class T>(T) { return VectorLoopsOf<T>{dot<T>, blend<T>}; });
  return table;
}

}  // namespace gradus::kernels::GRADUS_SIMD_LEVEL
