#include <gradus/autograd/kernels/axes/accumulate.h>

#include <gradus/autograd/kernels/axes/reduce_blocks.h>

namespace gradus::kernels::GRADUS_SIMD_LEVEL {
namespace {

template <class T>
void add(const T* a, const T* b, std::int64_t n, T* y) {
  for_batches<T>(n, [=](std::int64_t i, auto... lanes) {
    (Vec<T>::load(a + i, lanes...) + Vec<T>::load(b + i, lanes...)).store(y + i, lanes...);
  });
}

}  // namespace

const AddLoops& add_loops() {
  static constexpr AddLoops loops([]<class T>(T) { return &add<T>; });
  return loops;
}

}  // namespace gradus::kernels::GRADUS_SIMD_LEVEL
