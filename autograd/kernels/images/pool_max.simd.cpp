#include <gradus/autograd/kernels/images/pool.h>

#include <gradus/autograd/kernels/axes/reduce_blocks.h>

namespace gradus::kernels::GRADUS_SIMD_LEVEL {
namespace {

template <class T>
void max_step(const T* x, std::int64_t n, std::int64_t place, T* best, T* winner) {
  const Vec<T> here = static_cast<double>(place);
  for_batches<T>(n, [=](std::int64_t i, auto... lanes) {
    const Vec<T> v = Vec<T>::load(x + i, lanes...), b = Vec<T>::load(best + i, lanes...);
    const Mask<T> wins = v > b || v != v;
    where(wins, v, b).store(best + i, lanes...);
    where(wins, here, Vec<T>::load(winner + i, lanes...)).store(winner + i, lanes...);
  });
}

}  // namespace

const MaxSteps& max_steps() {
  static constexpr MaxSteps steps([]<class T>(T) { return &max_step<T>; });
  return steps;
}

}  // namespace gradus::kernels::GRADUS_SIMD_LEVEL
