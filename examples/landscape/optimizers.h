// The optimizers of gradus by name, each over one parameter, with its options by name. Options are what the rules describe
// (autograd/base/describe/options.h); here are only good defaults for these surfaces, and the ranges of sliders.
//   auto walker = find(optimizers(), "Adam", "optimizer").make(w, ravine, {{"lr", "0.1"}, {"amsgrad", "true"}});
//   walker->step([&] { walker->zero_grad();  Tensor loss = …;  loss.backward();  return loss; });
#pragma once
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <gradus/autograd/tape/parameter.h>
#include <gradus/optim/driver/optimizer.h>

#include "landscape/sliders.h"
#include "landscape/surface.h"

namespace landscape {

// An optimizer at work: those of steps by the gradient at hand, and LBFGS, which asks for it as often as it likes, behind one face.
class Walker {
 public:
  using Closure = std::function<gradus::Tensor()>;
  virtual ~Walker() = default;
  virtual void step(const Closure& closure) = 0;
  virtual double lr() const = 0;
  virtual void set_lr(double lr) = 0;
  virtual std::string describe() const = 0;
  virtual gradus::optim::Optimizer* optimizer() { return nullptr; }   // what schedules move; null for LBFGS
};

struct OptimizerKind {
  std::string_view name, title;
  bool matrix = false;                                                // the parameter must have shape [1, 2] instead of [2]
  std::vector<Option> options = {};                                   // "lr" is for the ravine; see rate()
  double surface_rate = 0;                                            // > 0: lr is this many times the surface's rate
  std::function<std::unique_ptr<Walker>(const gradus::Parameter&, const Settings&)> make_with = {};

  // The default learning rate on this surface.
  double rate(const Surface& surface) const;
  // ValueError: no such option, a value that is none, out of the option's range.
  std::unique_ptr<Walker> make(const gradus::Parameter& w, const Surface& surface, const Settings& settings) const;
};

std::span<const OptimizerKind> optimizers();

}  // namespace landscape
