// What a Matching chooses of a model, and the error where it chooses nothing.
#pragma once
#include <string>
#include <string_view>
#include <typeinfo>
#include <unordered_set>
#include <vector>

#include <gradus/nn/model/matching.h>

namespace gradus::nn::detail {

// ValueError if a pattern fits none of the paths: "freeze: no parameter fits "encodr.*"; did you mean "encoder"?; there are …".
void check_patterns(std::string_view operation, std::string_view what, const Matching& which, const std::vector<std::string>& paths);
// '; did you mean "encoder"?; there are encoder.weight, …'
std::string near(std::string_view wanted, const std::vector<std::string>& paths);

std::unordered_set<const Leaf*> chosen_leaves(std::string_view operation, ModuleRef net, const Matching& which);

struct FoundModule {
  std::string path;
  VisitedModule module;
};
std::vector<FoundModule> modules_of(const ConstModuleRef& net);   // each, in the order of the walk
// The layers whose calls are seen; an AnyModule counts as what it holds.
std::vector<FoundModule> chosen_layers(std::string_view operation, const ConstModuleRef& net, const Matching& which);

}  // namespace gradus::nn::detail
