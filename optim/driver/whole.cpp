#include <gradus/optim/driver/whole.h>

#include <gradus/optim/kernels/vector_loops.h>

namespace gradus::optim {
namespace {

template <class T>
double norm_of(double* parts, const T* x, std::int64_t n) {
  const auto square_sum = kernels::vector_loops().of(T{}).square_sum;
  return root_of_squares(sum_over_blocks(parts, n, [=](std::int64_t begin, std::int64_t end) { return square_sum(x + begin, end - begin);
    }),
                         [=](double s) {
                           return sum_over_blocks(parts, n, [=](std::int64_t begin, std::int64_t end) {
                             double total = 0;
                             for (std::int64_t i = begin; i < end; ++i)
                               total += (s * static_cast<double>(x[i])) * (s * static_cast<double>(x[i]));
                             return total;
                           });
                         });
}

}  // namespace

double norm(double* parts, const float* x, std::int64_t n) { return norm_of(parts, x, n); }
double norm(double* parts, const double* x, std::int64_t n) { return norm_of(parts, x, n); }

}  // namespace gradus::optim
