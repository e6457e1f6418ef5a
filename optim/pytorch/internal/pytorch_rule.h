// What PyTorch's optimizers have in their groups and states, beside what ours have.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace gradus::optim {

// One of a group: an option of ours by its name, several that make a tuple ("betas"), or something that PyTorch alone has.
struct PytorchField {
  std::string name;
  int numbers = 0;                   // of a tuple; 0: none
  bool whole = false;                // Python wants an int
  std::string constant = {};         // "None", "False" or "True": not ours
};

struct PytorchRule {
  std::string_view name;
  std::string_view fields;           // see fields_of()
  enum class Steps { uncounted, counted, from_the_start } steps;   // from_the_start: before the first step there is a state, too
};

const PytorchRule* pytorch_rule(std::string_view name);      // null if PyTorch has none of this name
std::vector<PytorchField> fields_of(const PytorchRule& rule);

// An option of ours that PyTorch has not: the value by which the formula is PyTorch's. "" if it has the option.
std::string_view pytorch_choice(std::string_view rule, std::string_view option);

}  // namespace gradus::optim
