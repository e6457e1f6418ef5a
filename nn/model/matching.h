// Matching: some of a model's parameters or layers, by their paths; `*` stands for any characters, dots too, and `!` takes out again.
//   optim::SGD sgd(nn::parameters(net, nn::Matching{"head.*", "encoder.9.*", "!*.bias"}));
//   nn::freeze(net, "encoder.*");   nn::unfreeze(net, {"encoder.*", "!encoder.embedding.*"});
// Paths begin at the model at hand. The last pattern that fits a path decides; where the first begins with `!`, all are in before it. A
// pattern that fits nothing is a ValueError that says what is near.
#pragma once
#include <concepts>
#include <string>
#include <string_view>
#include <vector>

#include <gradus/nn/model/module.h>

namespace gradus::nn {

class Matching {
 public:
  template <class... Texts>
    requires(sizeof...(Texts) > 0 && (std::convertible_to<const Texts&, std::string_view> && ...))
  Matching(const Texts&... patterns) { (add(patterns), ...); }
  explicit Matching(std::vector<std::string> patterns) : patterns_(std::move(patterns)) {}

  bool fits(std::string_view path) const;
  const std::vector<std::string>& patterns() const { return patterns_; }

 private:
  void add(std::string_view pattern);
  std::vector<std::string> patterns_;
};

namespace detail {
Parameters parameters_that_fit(ModuleRef net, const Matching& which);
}

// Of nn::parameters(net) those that fit; names are the whole model's, as there. A tied weight fits where one of its paths does.
template <std::same_as<Matching> M>
Parameters parameters(ModuleRef net, const M& which) { return detail::parameters_that_fit(net, which); }

// Frozen parameters are constants: without gradients, and not in nn::parameters. Before making the optimizer. How many there were to freeze
// or unfreeze, where a tied weight counts once.
std::int64_t freeze(ModuleRef net, const Matching& which = "*");
std::int64_t unfreeze(ModuleRef net, const Matching& which = "*");

}  // namespace gradus::nn
