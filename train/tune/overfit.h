// Can the model learn one batch? Whatever is wrong with a net, a loss or the data shows in that first: a few hundred steps on one batch
// must bring the loss near to nothing. If not, the report says what is odd. Then everything is as it was before.
// An opt-in header, not in <gradus/gradus.h>.
//   const train::OverfitReport report = train::overfit_batch(net, nn::CrossEntropyLoss(), adam, *loader.begin());
//   std::cout << report;      // learned: 2.31 -> 0.004 in 87 steps     or     not learned: 2.30 -> 2.30 …  fc3.weight has no gradient …
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include <gradus/autograd/base/describe/options.h>
#include <gradus/nn/model/module.h>
#include <gradus/optim/driver/optimizer.h>
#include <gradus/train/tune/batch_loss.h>

namespace gradus::train {

struct OverfitOptions {
  std::int64_t steps = 200;
  double goal = 0.05;        // learned: the loss is at most so much of the first one, and not below 0

  void describe(Describe& is) const {
    is(range::at_least_one, steps);
    is(range::factor, goal);
  }
};

struct OverfitReport {
  bool learned = false;
  std::vector<double> losses;           // of each step, before its update
  std::vector<std::string> findings;    // what is odd, a sentence each: frozen parameters, no gradient, dead units, equal inputs with
                                        // different targets, numbers that are not finite, labels out of range, the learning rate
  std::string text() const;
};
std::ostream& operator<<(std::ostream& out, const OverfitReport& report);

namespace detail {
OverfitReport overfit(nn::ModuleRef net, optim::Optimizer& optimizer, std::span<const Tensor* const> batch,
                      const std::function<Tensor()>& loss, const OverfitOptions& options);

template <class T>
const Tensor* tensor_or_null(const T& thing) {
  if constexpr (std::is_same_v<T, Tensor>) return &thing;
  else return nullptr;
}
}  // namespace detail

// In training mode, with the optimizer's own learning rate. Errors of gradus from the model or the loss are findings; others pass through.
// ValueError: options out of range.
template <class Net, class Loss, BatchTuple Batch>
OverfitReport overfit_batch(Net& net, Loss&& loss, optim::Optimizer& optimizer, const Batch& batch, const OverfitOptions& options = {}) {
  return std::apply(
      [&](const auto&... part) {
        const std::array<const Tensor*, sizeof...(part)> tensors{detail::tensor_or_null(part)...};
        return detail::overfit(net, optimizer, tensors, [&] { return batch_loss(net, loss, batch); }, options);
      },
      batch);
}

}  // namespace gradus::train
