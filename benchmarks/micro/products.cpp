// Matrix products and convolutions in the shapes of the bench's networks, and larger; counters are flops a second.
#include <benchmark/benchmark.h>
#include <gradus/gradus.h>

namespace {

using namespace gradus;

// [M, K] · [K, N], either side transposed in memory or not: M, N, K, transposed (bit 0: the left, bit 1: the right).
void product(benchmark::State& state) {
  const NoGrad guard;
  const std::int64_t m = state.range(0), n = state.range(1), k = state.range(2);
  const Tensor a = state.range(3) & 1 ? transpose(rand({k, m})) : rand({m, k}),
               b = state.range(3) & 2 ? transpose(rand({n, k})) : rand({k, n});
  for (auto _ : state) benchmark::DoNotOptimize(matmul(a, b));
  state.counters["flops"] = benchmark::Counter(2.0 * m * n * k, benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(product)
    ->ArgNames({"M", "N", "K", "transposed"})
    ->Args({64, 512, 784, 2})->Args({512, 784, 64, 1})->Args({64, 512, 256, 0})->Args({64, 10, 256, 2})->Args({256, 512, 784, 2})
    ->Args({512, 784, 256, 1})->Args({1, 512, 784, 2})->Args({1, 16, 16, 2})->Args({16, 16, 16, 0})->Args({64, 64, 64, 0})->Args({1024,
        1024, 1024, 0})
    ->UseRealTime();

// A 3x3 convolution of [batch, in, size, size], padded: in, out, size, stride.
void convolution(benchmark::State& state, bool with_backward) {
  constexpr std::int64_t batch = 64;
  const std::int64_t in = state.range(0), out = state.range(1), size = state.range(2), stride = state.range(3);
  const Tensor x = variable(rand({batch, in, size, size})), weight = variable(rand({out, in, 3, 3}));
  const ConvOptions options{.stride = stride, .padding = 1};
  const Recording recording(with_backward);
  Tensor seed = ones_like(conv2d(x, weight, {}, options));
  for (auto _ : state) {
    const Tensor y = conv2d(x, weight, {}, options);
    if (with_backward) y.backward(seed), x.zero_grad(), weight.zero_grad();
  }
  const double flops = 2.0 * 9 * static_cast<double>(in * seed.size());
  state.counters["flops"] = benchmark::Counter(with_backward ? 3 * flops : flops, benchmark::Counter::kIsIterationInvariantRate);
}
void layers(benchmark::internal::Benchmark* b) {
  b->ArgNames({"in", "out", "size", "stride"})->Args({1, 32, 28, 1})->Args({32, 64, 28, 2})->Args({64, 128, 14, 2})->UseRealTime();
}
BENCHMARK_CAPTURE(convolution, forward, false)->Apply(layers);
BENCHMARK_CAPTURE(convolution, forward_backward, true)->Apply(layers);

}  // namespace

BENCHMARK_MAIN();
