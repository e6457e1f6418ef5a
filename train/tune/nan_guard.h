// Stops where a loss, or a gradient, is no number any more, and says which operation made it, in which layer. It costs a look at the loss
// (and at where streams of random numbers are) until then; then the step is repeated, with the same random numbers, under DetectAnomaly.
// An opt-in header, not in <gradus/gradus.h>.
//   train::NanGuard guard(net);
//   for (auto [x, y] : loader) {
//     Tensor loss = guard([&] { return nn::cross_entropy(net(x), y); });      // ValueError: … log: made -inf at [2] … in "head"
//     adam.zero_grad();  loss.backward();  adam.step();
//   }
#pragma once
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include <gradus/autograd/base/random.h>
#include <gradus/autograd/tape/tensor.h>
#include <gradus/nn/model/module.h>
#include <gradus/nn/model/stream.h>

namespace gradus::train {

class NanGuard {
 public:
  // The model must stay where it is while this is used.
  explicit NanGuard(nn::ModuleRef net);

  // What `forward` returns: the loss. ValueError if that is NaN or infinite, which names the operation that first made such a number, or
  // the weights that had one already. `forward` is called a second time then, and must do what it did before.
  Tensor operator()(const std::function<Tensor()>& forward);

  // After loss.backward() of a loss that came from here: ValueError if a gradient of the model is NaN or infinite, with the operation whose
  // derivative first was. Reads every gradient; the gradients are those of the repetition afterwards.
  void check_gradients(const std::function<Tensor()>& forward);

 private:
  void note();
  void put_back() const;
  [[noreturn]] void explain(const std::string& what, const std::function<Tensor()>& forward, bool backward) const;

  nn::ModuleRef net_;
  std::vector<std::pair<nn::Stream*, nn::Stream::State>> streams_;
  Generator::State generator_;
  std::int64_t steps_ = 0;
};

}  // namespace gradus::train
