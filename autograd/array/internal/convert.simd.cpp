#include <gradus/autograd/array/internal/convert.h>

#include <gradus/autograd/simd/internal/small_floats.h>

namespace gradus::kernels::GRADUS_SIMD_LEVEL {
namespace {

// Calls step(i) for every whole register of n elements and step(i, lanes) for the rest.
template <class Step>
void for_registers(std::int64_t n, Step step) {
  std::int64_t i = 0;
  for (; i + Vec<float>::size <= n; i += Vec<float>::size) step(i);
  if (i < n) step(i, n - i);
}

template <class T>
void widen(const T* x, std::int64_t n, float* y) {
  for_registers(n, [=](std::int64_t i, auto... lanes) { load_small(x + i, lanes...).store(y + i, lanes...); });
}

template <class T>
void round(const float* x, std::int64_t n, T* y) {
  for_registers(n, [=](std::int64_t i, auto... lanes) { store_small(Vec<float>::load(x + i, lanes...), y + i, lanes...); });
}

template <class T>
void add(const T* a, const T* b, std::int64_t n, T* y) {
  for_registers(
      n, [=](std::int64_t i, auto... lanes) { store_small(load_small(a + i, lanes...) + load_small(b + i, lanes...), y + i, lanes...); });
}

}  // namespace

const SmallFloatLoops& small_float_loops() {
  static constexpr SmallFloatLoops loops([]<class T>(T) { return SmallFloatRows<T>{widen<T>, round<T>, add<T>}; });
  return loops;
}

}  // namespace gradus::kernels::GRADUS_SIMD_LEVEL
