// The host program's settings of OpenMP and OpenBLAS stay its own, whatever we call.
#include <cblas.h>

#include <atomic>
#include <thread>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/ops/conv.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/reduce.h>

#include "support.h"
#ifdef _OPENMP
#include <omp.h>
#endif

namespace gradus::host_settings_test {

// Leaves the number of threads as it found it.
struct Threads {
  explicit Threads(int n) { set_threads(n); }
  ~Threads() { set_threads(before); }
  int before = num_threads();
};

struct HostSettings {
  int blas = openblas_get_num_threads();
#ifdef _OPENMP
  int team = omp_get_max_threads(), dynamic = omp_get_dynamic(), levels = omp_get_max_active_levels(), limit = omp_get_thread_limit();
#endif
  bool operator==(const HostSettings&) const = default;
};

// Not in the calling threads, not for the process, and not when several threads come at once.
TEST(Threads, SettingsOfTheHostStay) {
  const HostSettings at_first;
  openblas_set_num_threads(2);   // in OpenBLAS's OpenMP flavour this changes OpenMP's number too
#ifdef _OPENMP
  omp_set_num_threads(3);
#endif
  const HostSettings before;
  const Threads now(2);
  std::atomic<int> changed = 0;
  const auto work = [&](const HostSettings& mine) {
    for (int i = 0; i < 10; ++i) {
      for (Dtype dtype : {f32, f64}) {
        const Tensor image = variable(full({4, 8, 14, 14}, 1, dtype)), kernels = variable(full({16, 8, 3, 3}, 1, dtype));
        sum(conv2d(image, kernels)).backward();
        for (std::int64_t n : {12, 90}) matmul(full({n, n}, 1, dtype), full({n, n}, 1, dtype));
        matmul(full({9, 30, 30}, 1, dtype), full({9, 30, 30}, 1, dtype));
        exp(full({100'000}, 1, dtype));
#ifdef _OPENMP
        changed += omp_get_max_threads() != mine.team;   // BLAS's number is the process's: another thread may be in a product
#endif
      }
    }
  };
  const auto in_a_thread = [&] { work(HostSettings()); };
  work(before);
  EXPECT_EQ(HostSettings(), before);
  {
    std::jthread a(in_a_thread), b(in_a_thread), c(in_a_thread);
    work(before);
  }
  EXPECT_EQ(HostSettings(), before);
  EXPECT_EQ(changed, 0);
  openblas_set_num_threads(at_first.blas);
#ifdef _OPENMP
  omp_set_num_threads(at_first.team);
#endif
}

}  // namespace gradus::host_settings_test
