#include <gradus/autograd/kernels/images/resample.h>

#include <gradus/autograd/kernels/axes/reduce_blocks.h>

namespace gradus::kernels::GRADUS_SIMD_LEVEL {
namespace {

template <class T>
void add_lines(const T* const* lines, const T* weights, std::int64_t count, std::int64_t n, T* out) {
  for_batches<T>(n, [=](std::int64_t i, auto... lanes) {
    Vec<T> sum = Vec<T>(weights[0]) * Vec<T>::load(lines[0] + i, lanes...);
    for (std::int64_t k = 1; k < count; ++k) sum = sum + Vec<T>(weights[k]) * Vec<T>::load(lines[k] + i, lanes...);
    sum.store(out + i, lanes...);
  });
}

template <class T, int each>
void pick_each(const T* line, const std::int64_t* places, const T* weights, std::int64_t n, T* out) {
  for (std::int64_t o = 0; o < n; ++o, places += each, weights += each) {
    T sum = weights[0] * line[places[0]];
    for (int k = 1; k < each; ++k) sum += weights[k] * line[places[k]];
    out[o] = sum;
  }
}

template <class T>
void pick(const T* line, const std::int64_t* places, const T* weights, int each, std::int64_t n, T* out) {
  if (each == 1) pick_each<T, 1>(line, places, weights, n, out);
  else if (each == 2) pick_each<T, 2>(line, places, weights, n, out);
  else if (each == 3) pick_each<T, 3>(line, places, weights, n, out);
  else pick_each<T, 4>(line, places, weights, n, out);
}

template <class T>
constexpr ResampleRows<T> rows_of{add_lines<T>, pick<T>};

}  // namespace

const ResampleLoops& resample_loops() {
  static constexpr ResampleLoops loops([]<class T>(T) { return rows_of<T>; });
  return loops;
}

}  // namespace gradus::kernels::GRADUS_SIMD_LEVEL
