// Operations through the public interface, forward and backward, at sizes from the caches to memory.
//   micro_ops --benchmark_filter=softmax
#include <benchmark/benchmark.h>
#include <gradus/gradus.h>

namespace {

using namespace gradus;

// Rows of 256; bytes: one read and one write.
template <class F>
void forward(benchmark::State& state, F f) {
  const NoGrad guard;
  const Tensor x = rand({state.range(0) / 256, 256});
  for (auto _ : state) benchmark::DoNotOptimize(f(x));
  state.SetBytesProcessed(state.iterations() * state.range(0) * 8);
}

template <class F>
void forward_backward(benchmark::State& state, F f) {
  const Tensor x = variable(rand({state.range(0) / 256, 256}));
  const Tensor seed = ones_like(f(x));
  for (auto _ : state) {
    f(x).backward(seed);
    x.zero_grad();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

template <class F>
void add(const std::string& name, F f) {
  const auto sizes = [](auto* b) { b->RangeMultiplier(16)->Range(1 << 10, 1 << 22)->UseRealTime(); };
  sizes(benchmark::RegisterBenchmark((name + "/forward").c_str(), [f](benchmark::State& s) { forward(s, f); }));
  sizes(benchmark::RegisterBenchmark((name + "/forward_backward").c_str(), [f](benchmark::State& s) { forward_backward(s, f); }));
}

}  // namespace

int main(int argc, char** argv) {
  add("relu", [](const Tensor& x) { return relu(x); });
  add("exp", [](const Tensor& x) { return exp(x); });
  add("tanh", [](const Tensor& x) { return tanh(x); });
  add("gelu", [](const Tensor& x) { return gelu(x); });
  add("mul", [](const Tensor& x) { return x * x; });
  add("softmax", [](const Tensor& x) { return softmax(x); });
  add("sum", [](const Tensor& x) { return sum(x); });
  add("sum_columns", [](const Tensor& x) { return sum(x, 0); });
  add("sum_rows", [](const Tensor& x) { return sum(x, 1); });
  add("transpose", [](const Tensor& x) { return transpose(x).contiguous(); });
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
