// A model's layers at work: the table of a run with a sample.
//   std::cout << nn::summary(net, ones({64, 1, 28, 28}));
//   // layer  class   output           parameters  multiply-adds  kept
//   // conv1  Conv2d  [64, 8, 26, 26]          80        3115008  200.7 kB
// A line for each call that is seen (call.h), in the order in which they begin; what layers inside it have is theirs alone, so columns add
// up, and what net itself does between them is in its own line. Layers that were not called come last. Multiply-adds are those of products,
// convolutions, recurrent layers and attention. Kept is what operations keep for backward, weights aside: the memory of a training step.
#pragma once
#include <string>
#include <type_traits>

#include <gradus/nn/model/call.h>
#include <gradus/nn/model/module.h>

namespace gradus::nn {

namespace detail {

class SummaryRun {
 public:
  explicit SummaryRun(const ConstModuleRef& net);
  ~SummaryRun();
  SummaryRun(const SummaryRun&) = delete;
  std::string text() const;

 private:
  struct Watch;
  Watch* watch_;
};

}  // namespace detail

// Calls net(sample…) in the mode in which it is (nn::eval(net) before, for batch norm and dropout of evaluation), recorded; buffers and
// streams of random numbers are as before afterwards.
template <class Net, class... Samples>
  requires(sizeof...(Samples) > 0 && std::is_invocable_v<Net&, const Samples&...>)
std::string summary(Net&& net, const Samples&... sample) {
  detail::SummaryRun run(net);
  const auto calls = [&] { return net(sample...); };
  static_cast<void>(detail::call<true>(net, calls));
  return run.text();
}

}  // namespace gradus::nn
