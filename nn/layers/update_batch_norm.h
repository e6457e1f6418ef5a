// Batch norm's running statistics computed anew for the weights as they are: after averaging them (optim::EMA, SWA), whose activations no
// batch has seen. PyTorch's torch.optim.swa_utils.update_bn.
//   { optim::AveragedWeights average(swa);  nn::update_batch_norm(net, loader);  nn::eval(net);  evaluate(net); }
#pragma once
#include <functional>
#include <memory>
#include <tuple>
#include <utility>

#include <gradus/nn/layers/running_statistics.h>
#include <gradus/nn/model/module.h>

namespace gradus::nn {

// The statistics of a model on their way: reset when this begins, with every layer training and taking the plain mean of all batches; at
// the end momentum, modes and streams of random numbers are as they were, and so are the statistics of layers that saw no batch, and all of
// them unless finish() was called.
class StatisticsPass {
 public:
  explicit StatisticsPass(ModuleRef net);
  ~StatisticsPass();
  bool any() const;                  // a layer that keeps statistics; without one nothing is touched
  void finish();                     // ValueError if no layer has seen a batch

 private:
  struct Before;
  std::unique_ptr<Before> before_;
};

// Sets the statistics to the mean over one pass over `batches` (any range), each with the same weight; forward(batch) calls the model. They
// are all that changes: training and evaluation modes are put back, of every layer for itself (PyTorch gives all of them the model's), and
// dropout's streams, also when something throws, and then the statistics, too. Nothing is recorded. A model without batch norm is left
// alone and no batch is fetched; a layer that no batch reached keeps its statistics, and without batches there is a ValueError (PyTorch
// leaves mean 0, variance 1).
template <class Batches, class Forward>
void update_batch_norm(ModuleRef net, Batches&& batches, Forward&& forward) {
  StatisticsPass pass(net);
  if (!pass.any()) return;
  const NoGrad guard;
  for (auto&& batch : batches) static_cast<void>(std::invoke(forward, batch));
  pass.finish();
}

// The same for a model that is called with the batch, or with its first part if that is a tuple (image, label).
template <class Net, class Batches>
  requires(!std::is_same_v<std::remove_cv_t<Net>, ModuleRef>)
void update_batch_norm(Net& net, Batches&& batches) {
  update_batch_norm(ModuleRef(net), batches, [&net](auto& batch) {
    if constexpr (std::is_convertible_v<decltype(batch), const Tensor&>) return net(batch);
    else return net(std::get<0>(batch));
  });
}

}  // namespace gradus::nn
