// The trainable parameters of a model by name: what nn::parameters(net) makes and an optimizer takes. It holds the leaves, so a model
// may be moved afterwards. A pattern picks some of them, for groups with settings of their own:
//   Parameters all = nn::parameters(net), biases = matching(all, "*.bias"), rest = without(all, "*.bias");
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <gradus/autograd/tape/tape.h>

namespace gradus {

struct NamedParameter {
  std::string name;      // "blocks.0.data.weight"
  Counted<Leaf> leaf;
};
using Parameters = std::vector<NamedParameter>;

// Those whose whole name fits the pattern, and those whose does not, in the order of the list; `*` stands for any characters.
Parameters matching(const Parameters& parameters, std::string_view pattern);
Parameters without(const Parameters& parameters, std::string_view pattern);

}  // namespace gradus
