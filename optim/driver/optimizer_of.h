// The optimizer that is made of a rule, see rule.h: using Lion = OptimizerOf<LionRule>;
#pragma once
#include <concepts>
#include <new>
#include <type_traits>
#include <utility>

#include <gradus/optim/driver/option_blocks.h>
#include <gradus/optim/driver/optimizer.h>
#include <gradus/optim/driver/slot.h>

namespace gradus::optim {

template <class Rule>
concept KeepsAverage = requires(const typename Rule::Options& o, const Array& weight, std::span<const Array> slots) {
  { Rule::average(o, weight, slots) } -> std::same_as<Array>;
};

template <class Rule>
class OptimizerOf final : public Optimizer {
 public:
  using Options = typename Rule::Options;
  struct Group {
    Parameters params;
    Options options = {};
  };

  // ValueError: no parameters, a parameter twice, two of one name, an option out of range; DtypeError: neither f32 nor f64.
  // A parameter without a name is called after its place: "parameter.3".
  explicit OptimizerOf(const Parameters& params, const Options& options = {}) { add_param_group({params, options}); }
  // optim::SGD sgd({{.params = weights, .options = {.lr = 0.1, .weight_decay = 1e-4}}, {.params = biases, .options = {.lr = 0.1}}});
  explicit OptimizerOf(const std::vector<Group>& groups);

  void add_param_group(const Group& group);

  std::string_view name() const override { return Rule::name; }
  const Options& options(int group = 0) const {
    check_group(group);
    return options_of(group);
  }
  void set_options(const Options& options, int group = 0);

 private:
  using Scalars = typename Rule::Scalars;
  static constexpr bool has_numbers = requires { Rule::numbers; };

  static void validate(const Options& options) {
    check_options(Rule::name, options);
    if constexpr (requires { Rule::validate(options); }) Rule::validate(options);
  }

  std::span<const std::string_view> slot_names() const override { return optim::slot_names<Rule>; }
  std::span<const KeptNumber> numbers() const override {
    if constexpr (has_numbers) return Rule::numbers;
    else return {};
  }
  OptionList option_list(int group) const override { return gradus::options_of(options_of(group)); }
  Kept assign(int group, std::span<const double> values, bool keep) override {
    Options changed = options_of(group);
    const OptionList list = gradus::options_of(changed);
    for (std::size_t i = 0; i < list.size(); ++i) list[i].set(values[i]);
    validate(changed);
    if (keep) options_of(group) = changed;
    return optim::kept_slots<Rule>(changed);
  }
  Kept kept_slots(int group) const override { return optim::kept_slots<Rule>(options_of(group)); }
  void write_scalars(int group, std::int64_t t, bool first, Numbers& numbers, ScalarBytes& scalars) const override {
    if constexpr (has_numbers) new (scalars.bytes) Scalars(Rule::scalars(options_of(group), t, first, numbers));
    else new (scalars.bytes) Scalars(Rule::scalars(options_of(group), t, first));
  }
  Loop loop(int group, Dtype dtype) const override { return Rule::loop(dtype, kept_slots(group)); }
  bool whole() const override { return requires { Rule::whole; }; }
  RowUse row_use(int group) const override {
    if constexpr (requires { Rule::row_use(options_of(group)); }) return Rule::row_use(options_of(group));
    else return RowUse::refuses;
  }
  std::optional<Shape> slot_shape(std::size_t slot, const Shape& parameter) const override {
    if constexpr (requires { Rule::slot_shape(slot, parameter); }) return Rule::slot_shape(slot, parameter);
    else return parameter;
  }
  std::int64_t scratch(const Shape& parameter, Dtype dtype) const override {
    if constexpr (requires { Rule::scratch(parameter, dtype); }) return Rule::scratch(parameter, dtype);
    else return 0;
  }
  Array average(int group, const Array& weight, std::span<const Array> slots) const override {
    if constexpr (KeepsAverage<Rule>) return Rule::average(options_of(group), weight, slots);
    else return {};
  }
  std::string formula(int group) const override { return Rule::formula(options_of(group)); }

  Options& options_of(int group) const { return options_.template at<Options>(group); }

  mutable OptionBlocks options_;   // option_list() points into it, for readers and writers alike
};

// Outside of the class, hence not inline: who uses one of the library's own optimizers compiles none of this.
template <class Rule>
OptimizerOf<Rule>::OptimizerOf(const std::vector<Group>& groups) {
  check<ValueError>(!groups.empty(), Rule::name, ": needs at least one group of parameters");
  for (const Group& group : groups) add_param_group(group);
}

template <class Rule>
void OptimizerOf<Rule>::add_param_group(const Group& group) {
  // Here, where they cost only the source that compiles this.
  static_assert(std::is_trivially_copyable_v<Scalars> && sizeof(Scalars) <= sizeof(ScalarBytes));
  static_assert(has_only_numbers<Options>, "the options of an optimizer's rule are numbers, switches and enumerations");
  static_assert(slot_count<Rule> <= max_slots);
  validate(group.options);
  if constexpr (requires { Rule::require_shape("", Shape{}); })
    for (const NamedParameter& p : group.params)
      if (p.leaf) Rule::require_shape(p.name, p.leaf->value.shape());
  options_.template reserve_one_more<Options>();
  add_parameters(Rule::name, numbers(), group.params);
  options_.push_back(group.options);
}

template <class Rule>
void OptimizerOf<Rule>::set_options(const Options& options, int group) {
  check_group(group);
  validate(options);
  options_of(group) = options;
}

}  // namespace gradus::optim
