// The names of a model's parameters, in their order.
#pragma once
#include <string>
#include <vector>

#include <gradus/nn/model/module.h>

namespace gradus {

inline std::vector<std::string> names(nn::ModuleRef net) {
  std::vector<std::string> all;
  for (const NamedParameter& p : nn::parameters(net)) all.push_back(p.name);
  return all;
}

}  // namespace gradus
