// What loading a whole state, and loading by options (nn/weights/load.h), have in common.
#pragma once
#include <string>
#include <vector>

#include <gradus/nn/model/state.h>

namespace gradus::nn::detail {

State read_model_state(const FileName& file);                // FileError

// Whether every number of the one dtype is one of the other: load_state converts these by itself.
bool widens(Dtype from, Dtype to);

// Of each parameter and buffer all names: several where it is tied or shared.
std::vector<std::vector<std::string>> names_of_each(const ConstModuleRef& net);

// nn::load_state, whose error begins with `what`.
void load_state_from(const std::string& what, const ModuleRef& net, const State& given);

}  // namespace gradus::nn::detail
