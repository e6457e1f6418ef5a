// What the programs of gradus share: initial weights, the pictures.
#pragma once
#include <gradus/gradus.h>

#include <algorithm>
#include <numeric>

#include "../measure.h"

using namespace gradus;

inline void load_weights(const Parameters& parameters, const bench::Options& options, const std::string& name) {
  const std::vector<float> all = bench::read_floats(options, name);
  std::size_t at = 0;
  for (const NamedParameter& p : parameters) {
    const auto n = static_cast<std::size_t>(p.leaf->value.size());
    p.leaf->value = Array::from(std::span(all).subspan(at, n), p.leaf->value.shape());
    at += n;
  }
  check<ValueError>(at == all.size(), name, ".f32 has ", all.size(), " floats, the model ", at);
}

inline data::IdxImages pictures(const bench::Options& options) {
  const Array images = data::read_idx(options.inputs + "/train-images-idx3-ubyte"),
              labels = data::read_idx(options.inputs + "/train-labels-idx1-ubyte");
  return {images.slice(0, 0, options.samples), labels.slice(0, 0, options.samples), {.mean = 0.2860, .deviation = 0.3530}};
}

// All pictures, in order, already made into floats: each batch is a slice.
using Batch = std::pair<Tensor, Tensor>;
inline std::vector<Batch> preloaded(const data::IdxImages& pictures, std::int64_t size) {
  std::vector<std::int64_t> all(static_cast<std::size_t>(pictures.size()));
  std::iota(all.begin(), all.end(), 0);
  const auto [images, labels] = pictures.get_batch(all);
  std::vector<Batch> batches;
  for (std::int64_t begin = 0; begin < pictures.size(); begin += size) {
    const std::int64_t end = std::min(begin + size, pictures.size());
    batches.emplace_back(slice(images, 0, begin, end), slice(labels, 0, begin, end));
  }
  return batches;
}

// bench::colours as tensors.
inline std::vector<Batch> coloured(const bench::Options& options) {
  std::vector<Batch> batches;
  using Colours = bench::Colours;
  for (const Colours& batch : bench::colours(options))
    batches.emplace_back(Array::from(batch.x, {Colours::samples, Colours::channels, Colours::side, Colours::side}),
                         Array::from(batch.label, {Colours::samples}));
  return batches;
}

// What every program's main does: `run` the job that the arguments name.
inline int bench_main(int argc, char** argv, void (*run)(const bench::Options&)) try {
  const bench::Options options(argc, argv);
  set_threads(options.threads);
  if (options.job.ends_with("-bf16")) set_product_precision(ProductPrecision::bf16);
  run(options);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s: %s\n", argv[0], error.what());
  return 1;
}

// One step of training; its loss.
template <class Net, class Optimizer>
double training_step(Net& net, Optimizer& optimizer, const Tensor& image, const Tensor& label) {
  const Tensor loss = nn::cross_entropy(net(image), label);
  optimizer.zero_grad();
  loss.backward();
  optimizer.step();
  return loss.item();
}

// The time of a training step on preloaded batches; checked by the mean loss of the first twenty.
template <class Net, class Optimizer>
void measure_steps(const bench::Options& options, Net& net, Optimizer& optimizer, const std::vector<Batch>& batches) {
  std::size_t i = 0;
  const auto step = [&] {
    const auto& [image, label] = batches[i++ % (batches.size() - 1)];   // full batches only
    return training_step(net, optimizer, image, label);
  };
  bench::Mean loss;
  for (int k = 0; k < 20; ++k) loss.add(step());
  const double seconds = bench::seconds_per_call(options.seconds, step);
  bench::report(options.job, "ms/step", seconds * 1e3, loss.value());
}
template <class Net, class Optimizer>
void measure_steps(const bench::Options& options, Net& net, Optimizer& optimizer) {
  measure_steps(options, net, optimizer, preloaded(pictures(options), options.number()));
}
