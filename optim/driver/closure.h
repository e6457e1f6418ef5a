// Closures: functions that compute the loss once more, for step(closure). One forgets the gradients, computes the loss, calls backward()
// and returns it:
//   const double loss = adam.step([&] { adam.zero_grad();  Tensor loss = nn::mse_loss(net(x), y);  loss.backward();  return loss; });
#pragma once
#include <concepts>
#include <string_view>

#include <gradus/autograd/base/error.h>
#include <gradus/autograd/tape/tape.h>

namespace gradus::optim {

template <class F>
concept LossClosure = std::is_invocable_r_v<Tensor, F&>;

// Calls the closure, with operations recorded whatever the caller's mode, and returns its loss. ValueError, in the name of `who`, unless
// that is one number.
template <LossClosure F>
double loss_of(std::string_view who, F&& closure) {
  const Recording on(true);
  const Tensor loss = closure();
  check<ValueError>(loss.defined(), who, ": the closure returned an undefined loss; let it return what it called backward() on");
  check<ValueError>(loss.size() == 1, who, ": the closure returned ", loss.shape(), "; a loss is one number");
  return loss.item();
}

}  // namespace gradus::optim
