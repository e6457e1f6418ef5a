// OpenBLAS without threads of its own, while ours call it. For sources that builds without OpenBLAS leave out.
//   const PoolOff off;   before the loop; and in each of its pieces const Team one(1), which the OpenMP flavour goes by
#pragma once
#include <cblas.h>

#include <mutex>

#include <gradus/autograd/base/internal/after_fork.h>

namespace gradus::kernels {

// While one lives, OpenBLAS's own thread pool is off, where its flavour has one. The setting belongs to the process, so the first of
// several threads that come here at once saves the host's number and the last one restores it.
class PoolOff {
 public:
  PoolOff() {
    if (!has_pool) return;
    const std::lock_guard lock(mutex);
    if (users++ == 0 && (before = openblas_get_num_threads()) != 1) openblas_set_num_threads(1);
  }
  ~PoolOff() {
    if (!has_pool) return;
    const std::lock_guard lock(mutex);
    // If the host has set another number meanwhile, that one stands.
    if (--users == 0 && before != 1 && openblas_get_num_threads() == 1) openblas_set_num_threads(before);
  }
  PoolOff(const PoolOff&) = delete;

 private:
  static inline const bool has_pool = openblas_get_parallel() == OPENBLAS_THREAD;
  static inline auto& mutex = *new gradus::detail::MutexOverForks;
  static inline int users = 0, before = 1;
};

}  // namespace gradus::kernels
