// Which layers of a model are in training.
//   const Modes modes(net);   nn::eval(net);   …            // put back at the end of the scope
#pragma once
#include <utility>
#include <vector>

#include <gradus/nn/model/module.h>

namespace gradus::train::detail {

class Modes final : public nn::Visitor {
 public:
  explicit Modes(const nn::ModuleRef& net) { net.walk(*this); }
  ~Modes() {
    for (const auto& [training, was] : modes_) *training = was;
  }
  Modes(const Modes&) = delete;
  void mode(bool& training) override { modes_.emplace_back(&training, training); }
  bool all_evaluate() const {
    for (const auto& [training, was] : modes_)
      if (was) return false;
    return !modes_.empty();
  }

 private:
  std::vector<std::pair<bool*, bool>> modes_;
};

}  // namespace gradus::train::detail
