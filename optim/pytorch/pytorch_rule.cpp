#include <gradus/optim/pytorch/internal/pytorch_rule.h>

#include <algorithm>
#include <iterator>
#include <sstream>

namespace gradus::optim {
namespace {

using Steps = PytorchRule::Steps;

// PyTorch 2.13, torch/optim/*.py; a tuple is "name*numbers", an int "name#", a constant "name=None".
constexpr PytorchRule pytorch_rules[] = {
    {"SGD", "lr momentum dampening weight_decay nesterov maximize foreach=None differentiable=False fused=None", Steps::uncounted},
    {"Adam", "lr betas*2 eps weight_decay amsgrad maximize foreach=None capturable=False differentiable=False fused=None "
     "decoupled_weight_decay=False", Steps::counted},
    {"AdamW", "lr betas*2 eps weight_decay amsgrad maximize foreach=None capturable=False differentiable=False fused=None "
     "decoupled_weight_decay=True", Steps::counted},
    {"SparseAdam", "lr betas*2 eps maximize", Steps::counted},
    {"Adamax", "lr betas*2 eps weight_decay foreach=None maximize differentiable=False capturable=False", Steps::counted},
    {"NAdam", "lr betas*2 eps weight_decay momentum_decay decoupled_weight_decay maximize foreach=None capturable=False "
     "differentiable=False", Steps::counted},
    {"RAdam", "lr betas*2 eps weight_decay maximize foreach=None capturable=False decoupled_weight_decay differentiable=False",
     Steps::counted},
    {"Adagrad", "lr lr_decay eps weight_decay initial_accumulator_value foreach=None maximize differentiable=False fused=None",
     Steps::from_the_start},
    {"Adadelta", "lr rho eps weight_decay maximize capturable=False foreach=None differentiable=False", Steps::counted},
    {"RMSprop", "lr momentum alpha eps centered weight_decay capturable=False foreach=None maximize differentiable=False", Steps::counted},
    {"Rprop", "lr etas*2 step_sizes*2 foreach=None maximize differentiable=False capturable=False", Steps::counted},
    {"ASGD", "lr lambd alpha t0 weight_decay foreach=None maximize differentiable=False capturable=False", Steps::counted},
    {"Adafactor", "lr beta2_decay eps*2 d weight_decay foreach=None maximize", Steps::counted},
    {"Muon", "lr weight_decay momentum nesterov ns_coefficients*3 eps ns_steps# adjust_lr", Steps::uncounted},
};

}  // namespace

const PytorchRule* pytorch_rule(std::string_view name) {
  const auto* found = std::find_if(std::begin(pytorch_rules), std::end(pytorch_rules),
                                   [&](const PytorchRule& r) { return r.name == name; });
  return found == std::end(pytorch_rules) ? nullptr : found;
}

std::vector<PytorchField> fields_of(const PytorchRule& rule) {
  std::vector<PytorchField> out;
  std::istringstream words{std::string(rule.fields)};
  for (std::string word; words >> word;) {
    const std::size_t end = word.find_first_of("*#=");
    PytorchField& field = out.emplace_back(PytorchField{.name = word.substr(0, end)});
    if (end == word.npos) continue;
    if (word[end] == '*') field.numbers = word[end + 1] - '0';
    else if (word[end] == '#') field.whole = true;
    else field.constant = word.substr(end + 1);
  }
  return out;
}

std::string_view pytorch_choice(std::string_view rule, std::string_view option) {
  if (option == "form") return "classic";
  if (option == "bias_correction") return "true";
  if (option == "eps_at") return rule == "Adamax" ? "inside" : "outside";
  return {};
}

}  // namespace gradus::optim
