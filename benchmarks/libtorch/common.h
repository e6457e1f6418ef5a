// What the programs of LibTorch share: initial weights, the pictures. Written for LibTorch 1.13 and 2 alike.
#pragma once
#include <torch/torch.h>

#include "../measure.h"

using torch::Tensor;

inline void load_weights(const std::vector<Tensor>& parameters, const bench::Options& options, const std::string& name) {
  const torch::NoGradGuard guard;
  std::vector<float> all = bench::read_floats(options, name);
  std::int64_t at = 0;
  for (const Tensor& p : parameters) {
    p.copy_(torch::from_blob(all.data() + at, p.sizes()));
    at += p.numel();
  }
  if (at != static_cast<std::int64_t>(all.size())) throw std::runtime_error(name + ".f32 does not fit the model");
}

inline torch::data::datasets::MNIST pictures(const bench::Options& options) { return torch::data::datasets::MNIST(options.inputs); }

constexpr double picture_mean = 0.2860, picture_deviation = 0.3530;

// All pictures, in order, normalised: each batch is a slice.
using Batch = torch::data::Example<>;
inline std::vector<Batch> preloaded(const bench::Options& options, std::int64_t size) {
  const auto dataset = pictures(options);
  const Tensor images = ((dataset.images() - picture_mean) / picture_deviation).narrow(0, 0, options.samples);
  const Tensor labels = dataset.targets().narrow(0, 0, options.samples);
  std::vector<Batch> batches;
  for (std::int64_t begin = 0; begin < options.samples; begin += size) {
    const std::int64_t n = std::min(size, options.samples - begin);
    batches.emplace_back(images.narrow(0, begin, n), labels.narrow(0, begin, n));
  }
  return batches;
}

// zero_grad(set_to_none), which LibTorch 1.13 has not.
inline void zero_grad(torch::optim::Optimizer& optimizer) {
  for (auto& group : optimizer.param_groups())
    for (Tensor& p : group.params()) p.mutable_grad().reset();
}

// bench::colours as tensors.
inline std::vector<Batch> coloured(const bench::Options& options) {
  std::vector<Batch> batches;
  using Colours = bench::Colours;
  for (const Colours& batch : bench::colours(options))
    batches.emplace_back(torch::tensor(batch.x).view({Colours::samples, Colours::channels, Colours::side, Colours::side}),
                         torch::tensor(batch.label));
  return batches;
}

// What every program's main does: `run` the job that the arguments name.
inline int bench_main(int argc, char** argv, void (*run)(const bench::Options&)) try {
  const bench::Options options(argc, argv);
  if (options.threads > 0) torch::set_num_threads(options.threads);   // 0: as LibTorch likes it
  run(options);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s: %s\n", argv[0], error.what());
  return 1;
}

// One step of training; its loss.
template <class Net>
double training_step(Net& net, torch::optim::Optimizer& optimizer, const Tensor& image, const Tensor& label) {
  const Tensor loss = torch::cross_entropy_loss(net.forward(image), label);
  zero_grad(optimizer);
  loss.backward();
  optimizer.step();
  return loss.item<float>();
}

// The time of a training step on preloaded pictures; checked by the mean loss of the first twenty.
template <class Net>
void measure_steps(const bench::Options& options, Net& net, torch::optim::Optimizer& optimizer, const std::vector<Batch>& batches) {
  std::size_t i = 0;
  const auto step = [&] {
    const Batch& batch = batches[i++ % (batches.size() - 1)];   // full batches only
    return training_step(net, optimizer, batch.data, batch.target);
  };
  bench::Mean loss;
  for (int k = 0; k < 20; ++k) loss.add(step());
  const double seconds = bench::seconds_per_call(options.seconds, step);
  bench::report(options.job, "ms/step", seconds * 1e3, loss.value());
}
