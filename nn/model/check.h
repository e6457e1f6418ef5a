// check: whether what is trained is what was meant. After a backward() and before zero_grad():
//   loss.backward();
//   if (const auto report = nn::check(net, adam); !report.ok()) std::cout << report;
//   // head.weight is trained by no optimizer
//   // encoder.2.bias has no gradient: the loss does not depend on it
// Takes any number of optimizers: whatever has parameters(), or a list of Parameters itself. Frozen parameters are left out.
#pragma once
#include <concepts>
#include <initializer_list>
#include <iosfwd>
#include <string>
#include <vector>

#include <gradus/autograd/tape/parameter_list.h>
#include <gradus/nn/model/module.h>

namespace gradus::nn {

using gradus::check;                       // the one of errors keeps its name in here

struct CheckReport {
  std::vector<std::string> untrained;      // of the model, in no optimizer
  std::vector<std::string> without_gradient;
  std::vector<std::string> trained_twice;  // in two optimizers
  std::vector<std::string> foreign;        // in an optimizer, and not in the model
  bool ok() const { return untrained.empty() && without_gradient.empty() && trained_twice.empty() && foreign.empty(); }
  std::string text() const;                // a line for each; "" where all is well
};
std::ostream& operator<<(std::ostream& out, const CheckReport& report);

namespace detail {

template <class T> concept ListsParameters = std::convertible_to<const T&, const Parameters&> || requires(const T& t) {
  { t.parameters() } -> std::convertible_to<Parameters>;
};
template <ListsParameters T>
Parameters listed(const T& optimizer) {
  if constexpr (std::convertible_to<const T&, const Parameters&>) return optimizer;
  else return optimizer.parameters();
}
CheckReport check_training(const ConstModuleRef& net, std::initializer_list<Parameters> optimizers);

}  // namespace detail

template <class Net, detail::ListsParameters... Optimizers>
  requires(sizeof...(Optimizers) > 0)
CheckReport check(const Net& net, const Optimizers&... optimizers) {
  return detail::check_training(net, {detail::listed(optimizers)...});
}

}  // namespace gradus::nn
