// What is paid beside the arithmetic: recording an operation, walking the tape, a batch from the loader, a step of an optimizer.
#include <benchmark/benchmark.h>
#include <gradus/gradus.h>

namespace {

using namespace gradus;

// A chain of tiny operations, forward and backward; items are operations.
void tape(benchmark::State& state) {
  const Tensor x = variable(full({state.range(0)}, 0.5)), seed = ones({state.range(0)});
  for (auto _ : state) {
    Tensor y = x;
    for (int i = 0; i < 100; ++i) y = tanh(y * 0.9);
    y.backward(seed);
    x.zero_grad();
  }
  state.SetItemsProcessed(state.iterations() * 200);
}
BENCHMARK(tape)->Arg(1)->Arg(64)->Arg(1024);

// The same, nothing recorded.
void unrecorded(benchmark::State& state) {
  const NoGrad guard;
  const Tensor x = full({state.range(0)}, 0.5);
  for (auto _ : state) {
    Tensor y = x;
    for (int i = 0; i < 100; ++i) y = tanh(y * 0.9);
    benchmark::DoNotOptimize(y);
  }
  state.SetItemsProcessed(state.iterations() * 200);
}
BENCHMARK(unrecorded)->Arg(1)->Arg(64)->Arg(1024);

// An epoch of 6400 pictures, shuffled, in batches of 64, made by so many workers; items are pictures.
void loader(benchmark::State& state) {
  const data::IdxImages images(Array::full({6400, 28, 28}, 7, u8), Array::zeros({6400}, i64), {.mean = 0.3, .deviation = 0.35});
  data::DataLoader batches(images, {.batch_size = 64, .shuffle = true, .workers = static_cast<int>(state.range(0))});
  for (auto _ : state)
    for (auto [image, label] : batches) benchmark::DoNotOptimize(image);
  state.SetItemsProcessed(state.iterations() * images.size());
}
BENCHMARK(loader)->Arg(0)->Arg(1)->Arg(2)->UseRealTime();

// Adam on so many parameters in ten tensors; bytes: weight, gradient and both averages read, all but the gradient written.
void adam(benchmark::State& state) {
  std::vector<Parameter> weights;
  for (int i = 0; i < 10; ++i) {
    weights.emplace_back(Array::full({state.range(0) / 10}, 0.5));
    weights.back().leaf()->grad = full({state.range(0) / 10}, 0.1);
  }
  optim::Adam optimizer(nn::parameters(weights));
  for (auto _ : state) optimizer.step();
  state.SetBytesProcessed(state.iterations() * state.range(0) * 28);
}
BENCHMARK(adam)->Arg(100)->Arg(10'000)->Arg(1'000'000)->Arg(10'000'000)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
