// What loading a whole state, and loading by options (nn/weights/load.h), have in common.
#pragma once
#include <string>
#include <vector>

#include <gradus/nn/model/state.h>

namespace gradus::nn::detail {

// The arrays of a file of any format (ArrayFile), and its metadata. FileError.
State read_model_state(const FileName& file, bool mapped = false);
// In the format that the name ends with, safetensors where it is none; the values where the format has a place for them.
void write_model_state(const FileName& file, State state);

// Whether every number of the one dtype is one of the other: load_state converts these by itself.
bool widens(Dtype from, Dtype to);

// Of each parameter and buffer all names: several where it is tied or shared.
std::vector<std::vector<std::string>> names_of_each(const ConstModuleRef& net);

// nn::load_state, whose error begins with `what`.
void load_state_from(const std::string& what, const ModuleRef& net, const State& given);

}  // namespace gradus::nn::detail
