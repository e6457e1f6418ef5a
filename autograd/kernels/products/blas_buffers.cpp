#include <gradus/autograd/kernels/products/blas_buffers.h>

#include <cblas.h>

#include <algorithm>
#include <atomic>
#include <chrono>

#include <gradus/autograd/base/internal/scratch.h>
#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/kernels/machine/team.h>

namespace gradus::kernels {

void touch_blas_buffers(int threads) {
  static std::atomic<int> touched{0};
  if (touched.load(std::memory_order_relaxed) >= threads || in_parallel_for()) return;
  touched.store(threads, std::memory_order_relaxed);
  constexpr int m = 96, n = 832, k = 384;   // n above any kernel's block of rows: only then is all of the other side packed
  const pool::Scratch<float> a(m * k), b(k * n);
  std::fill_n(a.data(), m * k, 0.f), std::fill_n(b.data(), k * n, 0.f);
  std::atomic<int> here{0};
  parallel_for(threads, 1, [&](std::int64_t begin, std::int64_t end) {
    const pool::Scratch<float> c(m * n);
    // Calls at the same time get different buffers, so wait for the others, but not for one that does not get a processor.
    here += static_cast<int>(end - begin);
    const auto start = std::chrono::steady_clock::now();
    while (here < threads && std::chrono::steady_clock::now() - start < std::chrono::milliseconds(1)) {}
    const Team one(1);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m, n, k, 1, a.data(), k, b.data(), n, 0, c.data(), n);
  });
}

}  // namespace gradus::kernels
