// What this machine can do at most: multiply-adds in f32, the triad a = b + s·c in each cache and in memory (12 bytes an element, with
// ordinary and with streaming stores), and triads in place with an optimizer's traffic. Compiled for this machine alone.
//
//   limits --threads 2 --seconds 0.5      prints lines like: job=limit/fma unit=GFLOP/s value=92.1 check=nan
#include <immintrin.h>
#include <omp.h>

#include <algorithm>
#include <memory>

#include "measure.h"

namespace {

#ifdef __AVX512F__
constexpr int width = 16;
#else
constexpr int width = 8;
#endif
using Vector = float __attribute__((vector_size(width * sizeof(float))));

// Runs `work` in every thread, again and again; calls a second of all threads together.
template <class Work>
double calls_per_second(const bench::Options& options, Work&& work) {
  double best = 0;
  const auto begin = bench::Clock::now();
  while (bench::since(begin) < options.seconds) {
    double slowest = 0;
#pragma omp parallel reduction(max : slowest)
    {
      work(omp_get_thread_num());
#pragma omp barrier
      const auto start = bench::Clock::now();
      work(omp_get_thread_num());
      slowest = bench::since(start);
    }
    best = std::max(best, omp_get_max_threads() / slowest);
  }
  return best;
}

void fma(const bench::Options& options) {
  constexpr int chains = 12, steps = 1 << 16;   // enough independent chains to hide the latency
  std::vector<Vector> results(static_cast<std::size_t>(omp_get_max_threads()));
  const double calls = calls_per_second(options, [&](int thread) {
    Vector sums[chains], x = Vector{} + 1.0001f, y = Vector{} + 0.999f;
    asm volatile("" : "+x"(x), "+x"(y));
    for (int c = 0; c < chains; ++c) sums[c] = Vector{} + static_cast<float>(c);   // else the compiler sees that one chain is enough
    for (int i = 0; i < steps; ++i)
#pragma GCC unroll 12
      for (Vector& sum : sums) sum = sum * x + y;
    for (const Vector& sum : sums) results[static_cast<std::size_t>(thread)] += sum;
  });
  bench::report("limit/fma", "GFLOP/s", calls * chains * steps * width * 2 * 1e-9, static_cast<double>(results[0][0] > 0));
}

struct Triad {
  explicit Triad(std::int64_t n) : n(n), a(make(0)), b(make(1)), c(make(2)) {}
  std::unique_ptr<float[]> make(float value) const {
    std::unique_ptr<float[]> all(new float[static_cast<std::size_t>(n + 64)]);
    std::fill_n(all.get(), n + 64, value);
    return all;
  }
  void run() {
    float* __restrict to = a.get();
    const float *x = b.get(), *y = c.get();
    for (std::int64_t i = 0; i < n; ++i) to[i] = x[i] + 3 * y[i];
    asm volatile("" : : "r"(to) : "memory");
  }
  void stream() {
    float* to = reinterpret_cast<float*>((reinterpret_cast<std::uintptr_t>(a.get()) + 63) & ~std::uintptr_t{63});
    const float *x = b.get(), *y = c.get();
    const __m128 three = _mm_set1_ps(3);
    for (std::int64_t i = 0; i < n; i += 4) _mm_stream_ps(to + i, _mm_add_ps(_mm_loadu_ps(x + i), _mm_mul_ps(three, _mm_loadu_ps(y + i))));
    _mm_sfence();
  }
  std::int64_t n;
  std::unique_ptr<float[]> a, b, c;
};

// `bytes`: of the three arrays of one thread.
void triad(const bench::Options& options, const std::string& name, std::int64_t bytes, bool streaming = false) {
  const std::int64_t n = bytes / 12 / 16 * 16;
  std::vector<std::unique_ptr<Triad>> all(static_cast<std::size_t>(omp_get_max_threads()));
#pragma omp parallel
  all[static_cast<std::size_t>(omp_get_thread_num())] = std::make_unique<Triad>(n);   // touched first by the thread that uses it
  const std::int64_t repeats = std::max<std::int64_t>(1, (1 << 22) / n);
  const double calls = calls_per_second(options, [&](int thread) {
    Triad& t = *all[static_cast<std::size_t>(thread)];
    for (std::int64_t i = 0; i < repeats; ++i) streaming ? t.stream() : t.run();
  });
  bench::report("limit/" + name, "GB/s", calls * static_cast<double>(repeats * n * 12) * 1e-9);
}

// What an optimizer with so many state arrays reads and writes, and no more arithmetic than a triad: w and each state array get s·g added.
template <int slots>
void update(const bench::Options& options) {
  const std::int64_t n = (10'000'000 / omp_get_max_threads()) / 16 * 16;
  struct Arrays {
    explicit Arrays(std::int64_t n) : g(make(n)) {
      for (auto& array : changed) array = make(n);
    }
    static std::unique_ptr<float[]> make(std::int64_t n) {
      std::unique_ptr<float[]> all(new float[static_cast<std::size_t>(n)]);
      std::fill_n(all.get(), n, 0.5f);
      return all;
    }
    std::unique_ptr<float[]> g, changed[1 + slots];
  };
  std::vector<std::unique_ptr<Arrays>> all(static_cast<std::size_t>(omp_get_max_threads()));
#pragma omp parallel
  all[static_cast<std::size_t>(omp_get_thread_num())] = std::make_unique<Arrays>(n);
  const double calls = calls_per_second(options, [&](int thread) {
    Arrays& arrays = *all[static_cast<std::size_t>(thread)];
    const float* __restrict g = arrays.g.get();
    float *__restrict w = arrays.changed[0].get(), *__restrict a = arrays.changed[std::min(1, slots)].get(),
          *__restrict b = arrays.changed[std::min(2, slots)].get(), *__restrict c = arrays.changed[slots].get();
    for (std::int64_t i = 0; i < n; ++i) {
      const float x = 1e-6f * g[i];
      w[i] += x;
      if constexpr (slots > 0) a[i] += x;
      if constexpr (slots > 1) b[i] += x;
      if constexpr (slots > 2) c[i] += x;
    }
    asm volatile("" : : "r"(w) : "memory");
  });
  bench::report("limit/update-" + std::to_string(slots), "GB/s", calls * static_cast<double>(n * (12 + 8 * slots)) * 1e-9);
}

// Bytes, as the kernel sees it: what the processor says of itself is not always true in a virtual machine.
std::int64_t cache(int level, std::int64_t otherwise) {
  std::ifstream file("/sys/devices/system/cpu/cpu0/cache/index" + std::to_string(level) + "/size");
  std::int64_t kilobytes = 0;
  return file >> kilobytes ? kilobytes << 10 : otherwise;
}

}  // namespace

int main(int argc, char** argv) {
  const bench::Options options(argc, argv);
  omp_set_num_threads(options.threads);
  const std::int64_t l2 = cache(2, 1 << 19), l3 = cache(3, 1 << 23);
  fma(options);
  triad(options, "triad-l1", 24 << 10);
  triad(options, "triad-l2", l2 * 2 / 3);
  triad(options, "triad-l3", std::min(l3 / 2 / options.threads, 4 * l2));
  triad(options, "triad-memory", std::max<std::int64_t>(8 * l3, 384 << 20) / options.threads);
  triad(options, "triad-memory-streaming", std::max<std::int64_t>(8 * l3, 384 << 20) / options.threads, true);
  update<0>(options);
  update<1>(options);
  update<2>(options);
  update<3>(options);
  bench::report("limit/l2-size", "B", static_cast<double>(l2));
  bench::report("limit/l3-size", "B", static_cast<double>(l3));
}
