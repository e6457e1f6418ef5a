#include <gradus/optim/whole.h>

#include <gradus/autograd/kernels/level.h>
#include <gradus/optim/vector_loops.h>

GRADUS_DISPATCH(VectorLoops, vector_loops)

namespace gradus::optim {
namespace {

template <class T>
double square_sum(const T* x, std::int64_t n) {
  const auto dot = kernels::vector_loops().of(T{}).dot;
  return sum_over_blocks(n, [=](std::int64_t begin, std::int64_t end) { return dot(x + begin, x + begin, end - begin); });
}

}  // namespace

double sum_of_squares(const float* x, std::int64_t n) { return square_sum(x, n); }
double sum_of_squares(const double* x, std::int64_t n) { return square_sum(x, n); }

}  // namespace gradus::optim
