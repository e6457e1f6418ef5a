// By way of Optimizer::state(), whose keys are those of optim/driver/optimizer_state.cpp.
#include <gradus/optim/pytorch/pytorch_state.h>

#include <algorithm>

#include <gradus/autograd/array/formats/pt.h>
#include <gradus/autograd/base/describe/number_text.h>
#include <gradus/optim/driver/optimizer.h>
#include <gradus/optim/pytorch/internal/pytorch_rule.h>

namespace gradus::optim {
namespace {

std::string in_group(int group, std::string_view option) { return text("group.", group, ".", option); }

// Kept for each parameter as one number, where the others are arrays.
bool is_kept_number(std::string_view key) { return key == "mu_product" || key == "eta" || key == "mu"; }

const PytorchRule& expect_rule(const Optimizer& optimizer) {
  const PytorchRule* rule = pytorch_rule(optimizer.name());
  check<ValueError>(rule, optimizer.name(), ": PyTorch has no optimizer of this rule, and no state of one");
  return *rule;
}

// An option's text of a value of PyTorch's.
std::string option_text(const PtValue& value) {
  if (value.kind() == PtValue::Kind::boolean) return value.boolean() ? "true" : "false";
  if (value.kind() == PtValue::Kind::text) return std::string(value.text());
  return number_text(value.number());
}

// What is read, and all that does not fit.
class PytorchReader {
 public:
  PytorchReader(const Optimizer& optimizer, const PtValue& saved)
      : optimizer_(optimizer), rule_(expect_rule(optimizer)), saved_(saved), mine_(optimizer.state()) {
    state_.values = mine_.values;
  }

  State read() {
    const std::string who = text(optimizer_.name(), ": PyTorch's state does not fit this optimizer");
    check<ValueError>(saved_.contains("state") && saved_.contains("param_groups"), who, ": ", saved_.path().empty() ? "it" : saved_.path(),
                      " is no state_dict of an optimizer, with \"state\" and \"param_groups\"");
    const PtValue groups = saved_["param_groups"];
    check<ValueError>(groups.size() == static_cast<std::size_t>(optimizer_.groups()), who, ": it has ", groups.size(), " groups, this one ",
                      optimizer_.groups());
    for (int group = 0; group < optimizer_.groups(); ++group) read_group(group, groups[group]);
    check<ValueError>(problems_.empty(), who, ":", problems_);
    return std::move(state_);
  }

 private:
  template <class... Parts>
  void problem(const Parts&... parts) {
    problems_ += text("\n  ", parts...);
  }

  void option(int group, const std::string& name, const PtValue& value) {
    try {
      state_.values[in_group(group, name)] = option_text(value);
    } catch (const ValueError& e) {
      problem(e.what());
    }
  }

  void read_group(int group, const PtValue& saved) {
    for (const PytorchField& field : fields_of(rule_)) {
      const std::string theirs = field.name == "adjust_lr" ? "adjust_lr_fn" : field.name;
      if (!field.constant.empty()) {
        const bool decoupled = field.constant == "True";
        if (field.name == "decoupled_weight_decay" && saved.contains(theirs) && saved[theirs].boolean() != decoupled)
          problem(saved.path(), ".", theirs, " is ", saved[theirs].written(), ": it is the state of ", decoupled ? "Adam" : "AdamW");
        continue;
      }
      if (!saved.contains(theirs)) {
        if (field.name != "maximize" && field.name != "decoupled_weight_decay") problem("missing ", saved.path(), ".", theirs);
        continue;   // both came late; without, they are false, as they are here unless chosen
      }
      const PtValue value = saved[theirs];
      if (field.name == "adjust_lr")
        state_.values[in_group(group, field.name)] = value.is_none() ? "original" : option_text(value);
      else if (field.numbers == 0)
        option(group, field.name, value);
      else if (value.size() != static_cast<std::size_t>(field.numbers))
        problem(value.path(), " has ", value.size(), " numbers, not ", field.numbers);
      else
        for (int i = 0; i < field.numbers; ++i) option(group, text(field.name, ".", i), value[i].is_none() ? PtValue(0) : value[i]);
    }
    for (const auto& [key, here] : mine_.values)
      if (const std::string prefix = in_group(group, ""); key.starts_with(prefix))
        if (const auto wanted = pytorch_choice(rule_.name, key.substr(prefix.size())); !wanted.empty() && wanted != here)
          problem(key.substr(prefix.size()), " is ", here, " here, which PyTorch has not; there it is ", wanted);
    state_.values.erase("scheduled_at");
    state_.values.erase(in_group(group, "initial_lr"));
    if (saved.contains("initial_lr")) option(group, "initial_lr", saved["initial_lr"]);

    const Parameters mine = optimizer_.parameters(group);
    const PtValue ids = saved["params"];
    if (ids.size() != mine.size())
      return problem(ids.path(), " has ", ids.size(), " parameters, this optimizer's group ", group, " ", mine.size());
    for (std::size_t i = 0; i < mine.size(); ++i)
      if (const std::int64_t id = ids[static_cast<std::int64_t>(i)].integer(); saved_["state"].contains(id))
        read_parameter(mine[i], saved_["state"][id]);
  }

  void read_parameter(const NamedParameter& mine, const PtValue& saved) {
    std::map<std::string, Array> arrays;
    std::int64_t step = 0;
    for (const auto& [key, value] : saved.items()) {
      const std::string name(key.text());
      if (value.is_none()) continue;   // SGD's buffer without momentum
      if (name == "step")
        step = value.integer();
      else if (is_kept_number(name))
        arrays[name] = Array::scalar(value.number(), f64);
      else if (value.is_tensor())
        arrays[name] = value.array().to(mine.leaf->value.dtype());
      else
        problem(value.path(), " is ", value.written(), ", and no tensor");
    }
    if (rule_.steps == PytorchRule::Steps::uncounted)
      step = arrays.empty() ? 0 : 1;
    else if (!saved.contains("step"))
      problem("missing ", saved.path(), ".step");
    if (step < 0) problem(saved.path(), ".step is ", step);
    if (step <= 0) return;   // Adagrad's, before its first step: as none
    arrays["step"] = Array::from({step}, {});
    for (const auto& [name, array] : arrays) state_.arrays[text(mine.name, ".", name)] = array;
  }

  const Optimizer& optimizer_;
  const PytorchRule& rule_;
  const PtValue& saved_;
  const State mine_;
  State state_;
  std::string problems_;
};

// An option's value for Python.
PtValue python_value(const std::string& written, bool whole) {
  if (written == "true" || written == "false") return PtValue(written == "true");
  const auto number = parse_number(written);
  if (!number) return PtValue(written);
  return whole ? PtValue(static_cast<std::int64_t>(*number)) : PtValue(*number);
}

PtValue group_for_python(const PytorchRule& rule, const State& state, int group) {
  PtValue out = PtValue::dict();
  for (const auto& [key, here] : state.values)
    if (const std::string prefix = in_group(group, ""); key.starts_with(prefix))
      if (const auto wanted = pytorch_choice(rule.name, key.substr(prefix.size())); !wanted.empty())
        check<ValueError>(here == wanted, rule.name, ": PyTorch has no ", key.substr(prefix.size()), " ", here, "; there it is ", wanted);
  for (const PytorchField& field : fields_of(rule)) {
    if (!field.constant.empty()) {
      out.set(field.name, field.constant == "None" ? PtValue() : PtValue(field.constant == "True"));
    } else if (field.name == "adjust_lr") {
      out.set("adjust_lr_fn", state.values.at(in_group(group, field.name)));
    } else if (field.numbers == 0) {
      out.set(field.name, python_value(state.values.at(in_group(group, field.name)), field.whole));
    } else {
      std::vector<PtValue> numbers;
      for (int i = 0; i < field.numbers; ++i)
        numbers.push_back(python_value(state.values.at(in_group(group, text(field.name, ".", i))), false));
      if (rule.name == "Adafactor" && numbers[0].number() == 0) numbers[0] = PtValue();   // the dtype's epsilon
      out.set(field.name, PtValue::tuple(numbers));
    }
  }
  if (const auto found = state.values.find(in_group(group, "initial_lr")); found != state.values.end())
    out.set("initial_lr", python_value(found->second, false));
  return out;
}

PtValue step_for_python(const PytorchRule& rule, std::int64_t step) {
  constexpr std::int64_t exact_in_f32 = 1 << 24;
  if (rule.name == "SparseAdam") return step;
  return Array::scalar(static_cast<double>(step), step <= exact_in_f32 ? f32 : f64);
}

}  // namespace

void load_pytorch_state(Optimizer& optimizer, const PtValue& state_dict) {
  optimizer.load_state(PytorchReader(optimizer, state_dict).read());
}

PtValue pytorch_state(const Optimizer& optimizer) {
  const PytorchRule& rule = expect_rule(optimizer);
  const State state = optimizer.state();
  PtValue states = PtValue::dict(), groups = PtValue::list({});
  std::int64_t id = 0;
  for (int group = 0; group < optimizer.groups(); ++group) {
    PtValue ids = PtValue::list({}), out = group_for_python(rule, state, group);
    for (const NamedParameter& parameter : optimizer.parameters(group)) {
      PtValue kept = PtValue::dict();
      const std::string prefix = parameter.name + ".";
      const auto step = state.arrays.find(prefix + "step");
      if (step != state.arrays.end()) {
        if (rule.steps != PytorchRule::Steps::uncounted)
          kept.set("step", step_for_python(rule, static_cast<std::int64_t>(step->second.item())));
        for (auto it = state.arrays.lower_bound(prefix); it != state.arrays.end() && it->first.starts_with(prefix); ++it) {
          const std::string name = it->first.substr(prefix.size());
          if (name != "step" && name.find('.') == name.npos) kept.set(name, it->second);
        }
      } else if (rule.steps == PytorchRule::Steps::from_the_start) {
        const Array& value = parameter.leaf->value;
        kept.set("step", step_for_python(rule, 0));
        kept.set("sum", Array::full(value.shape(), optimizer.option("initial_accumulator_value", group), value.dtype()));
      }
      if (kept.size() > 0) states.set(id, kept);
      ids.push_back(id++);
    }
    out.set("params", ids);
    groups.push_back(out);
  }
  return PtValue::dict({{"state", states}, {"param_groups", groups}});
}

}  // namespace gradus::optim
