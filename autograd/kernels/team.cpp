#include <gradus/autograd/kernels/team.h>

#ifdef _OPENMP
#include <omp.h>
#endif

namespace gradus::kernels {

#ifdef _OPENMP
Team::Team(int threads) : before_(omp_get_max_threads()), threads_(threads) {
  if (threads_ != before_) omp_set_num_threads(threads_);
}
Team::~Team() {
  if (threads_ != before_) omp_set_num_threads(before_);
}
#else
Team::Team(int threads) : before_(threads), threads_(threads) {}
Team::~Team() = default;
#endif

}  // namespace gradus::kernels
