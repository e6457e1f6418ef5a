// Options in a state's metadata, for what wraps an optimizer or goes beside it: "<prefix><option>" = its text.
#pragma once
#include <string>
#include <string_view>

#include <gradus/autograd/array/formats/safetensors.h>
#include <gradus/optim/driver/field.h>

namespace gradus::optim {

void write_options(Safetensors& state, std::string_view prefix, const Fields& fields);

// Sets the fields from the state. Numbers are taken as they are, switches must agree with the fields'. Adds a line to `problems` for each
// that is missing, no value of its option, or a switch of the other position.
void read_options(const Safetensors& state, std::string_view prefix, const Fields& fields, std::string& problems);

// The count "<key>", at least 0; adds a line to `problems` if it is missing or none.
std::int64_t read_count(const Safetensors& state, const std::string& key, std::string& problems);

}  // namespace gradus::optim
