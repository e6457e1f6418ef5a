#include <gradus/optim/rules/internal/muon_loops.h>

#include <gradus/optim/kernels/lanes.h>

namespace gradus::optim::kernels::GRADUS_SIMD_LEVEL {
namespace {

template <class T>
double momentum(const T* __restrict g, const T* __restrict b, T* __restrict u, std::int64_t n, T momentum, T rest, bool ahead) {
  return square_sum_of<T>(n, [=](std::int64_t i) {
    const T next = b[i] + rest * (g[i] - b[i]);
    return u[i] = ahead ? rest * g[i] + momentum * next : next;
  });
}

template <class T>
void average(const T* __restrict g, T* __restrict b, std::int64_t n, T rest) {
  for (std::int64_t i = 0; i < n; ++i) b[i] += rest * (g[i] - b[i]);
}

}  // namespace

const MuonLoops& muon_loops() {
  static constexpr MuonLoops table([]<class T>(T) { return MuonLoopsOf<T>{momentum<T>, average<T>}; });
  return table;
}

}  // namespace gradus::optim::kernels::GRADUS_SIMD_LEVEL
