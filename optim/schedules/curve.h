// Curve: a schedule without an optimizer, the pure function lr(base, t), as a value. LRScheduler (optim/lr_scheduler/) applies one to an
// optimizer; nothing here knows any.
//   const auto curve = optim::Curve::of<optim::StepLRRule>({.step_size = 30});      curve.lr(0.1, 45)      // 0.01
// Schedules are built of others:
//   optim::WarmupLR schedule(adam, {.steps = 500, .then = optim::CosineAnnealingLR::curve({.t_max = 9500, .per = optim::Unit::step})});
// It is made of a rule, a struct of
//   Options, name                      as in step_lr.h, the shortest example;
//   the options describe themselves (autograd/base/describe/options.h)
//   lr(Options, base, t[, group[, memo]])                    t = 0 before the first step()
// and, where they are needed,
//   validate(Options)                  throws ValueError for what the options' ranges cannot say
//   unit(Options)                      Options::per if the rule does not say
//   chains, or chains(Options)         false: the curve sets the learning rate whatever it was, see lr_scheduler.h
//   momentum(Options, t, group)        std::optional: this curve moves momentum (or the first of the betas) too
//   start(Options, group)              std::optional: takes the place of the group's own learning rate
//   last(Options)                      std::optional: the largest t
//   enter(Options, found, group)       its base where SequentialLR puts it into force after another that left the learning rate `found`
//   rises_from_initial_lr              true: where the curve leaves its floor, it heads for the group's initial_lr, see chain.h
//   Memo                               what lr may remember between calls so as to give the same results sooner
#pragma once
#include <memory>
#include <optional>

#include <gradus/autograd/base/describe/options.h>
#include <gradus/optim/schedules/per_group.h>
#include <gradus/optim/schedules/unit.h>

namespace gradus::optim {

// ValueError, in the name of `who`, when a curve that is formed step by step would take too many from `from` to `to`.
void require_steps(std::string_view who, double from, double to);

class Curve {
 public:
  Curve() = default;                                             // none: `defined()` is false, and nothing else may be called
  // ValueError: an option out of its range.
  template <class Rule>
  static Curve of(const typename Rule::Options& options);
  Curve(const Curve& other) : model_(other.model_ ? other.model_->clone() : nullptr) {}
  Curve(Curve&&) noexcept = default;
  Curve& operator=(Curve other) noexcept {
    model_ = std::move(other.model_);
    return *this;
  }

  bool defined() const { return model_ != nullptr; }
  std::string_view name() const { return model_->name(); }
  Unit unit() const { return model_->unit(); }
  std::string describe() const { return defined() ? describe_options(name(), model_->options()) : "none"; }

  // ValueError: t negative, NaN, past last() or so far (2⁵³) that steps of 1 are lost. What rounding puts below zero is 0.
  double lr(double base, double t, int group = 0) const;
  std::optional<double> momentum(double t, int group = 0) const { return model_->momentum(t, group); }
  bool chains() const { return model_->chains(); }
  std::optional<double> start(int group) const { return model_->start(group); }
  std::optional<double> last() const { return model_->last(); }
  bool enters() const { return model_->enters(); }               // it has an enter(…)
  double enter(double found, int group) const { return model_->enter(found, group); }
  bool rises_from_initial_lr() const { return model_->rises_from_initial_lr(); }

  OptionList options() const { return defined() ? model_->options() : OptionList(); }
  // ValueError: a list that is not as long as there are groups.
  void check_groups(int groups) const;
  // The name and options with a prefix before each key. read() takes the options of a curve of the same name and unit, and reports what is
  // missing, no value or out of its range. It may leave a part of them read then: read into a copy.
  void write(Values& values, const std::string& prefix) const;
  void read(ValueReader& reader, const std::string& prefix);

 private:
  struct Model {
    virtual ~Model() = default;
    virtual std::unique_ptr<Model> clone() const = 0;
    virtual std::string_view name() const = 0;
    virtual Unit unit() const = 0;
    virtual OptionList options() = 0;
    virtual void validate() const = 0;
    virtual double lr(double base, double t, int group) = 0;
    virtual std::optional<double> momentum(double t, int group) const = 0;
    virtual bool chains() const = 0;
    virtual std::optional<double> start(int group) const = 0;
    virtual std::optional<double> last() const = 0;
    virtual bool enters() const = 0;
    virtual double enter(double found, int group) const = 0;
    virtual bool rises_from_initial_lr() const = 0;
  };
  template <class Rule>
  struct ModelOf;
  struct NoMemo {};
  template <class Rule>
  static void validated(const typename Rule::Options& options) {
    check_options(Rule::name, options);
    if constexpr (requires { Rule::validate(options); }) Rule::validate(options);
  }

  std::unique_ptr<Model> model_;
};

template <class Rule>
struct Curve::ModelOf final : Model {
  using Options = typename Rule::Options;
  explicit ModelOf(const Options& o) : chosen(o) {}
  std::unique_ptr<Model> clone() const override { return std::make_unique<ModelOf>(*this); }
  std::string_view name() const override { return Rule::name; }
  OptionList options() override { return options_of(chosen); }
  void validate() const override { validated<Rule>(chosen); }
  Unit unit() const override {
    if constexpr (requires { Rule::unit(chosen); }) return Rule::unit(chosen);
    else return chosen.per;
  }
  double lr(double base, double t, int group) override {
    if constexpr (requires { Rule::lr(chosen, base, t, group, memo); }) return Rule::lr(chosen, base, t, group, memo);
    else if constexpr (requires { Rule::lr(chosen, base, t, group); }) return Rule::lr(chosen, base, t, group);
    else return Rule::lr(chosen, base, t);
  }
  std::optional<double> momentum(double t, int group) const override {
    if constexpr (requires { Rule::momentum(chosen, t, group); }) return Rule::momentum(chosen, t, group);
    else return std::nullopt;
  }
  bool chains() const override {
    if constexpr (requires { Rule::chains(chosen); }) return Rule::chains(chosen);
    else if constexpr (requires { Rule::chains; }) return Rule::chains;
    else return true;
  }
  std::optional<double> start(int group) const override {
    if constexpr (requires { Rule::start(chosen, group); }) return Rule::start(chosen, group);
    else return std::nullopt;
  }
  std::optional<double> last() const override {
    if constexpr (requires { Rule::last(chosen); }) return Rule::last(chosen);
    else return std::nullopt;
  }
  bool enters() const override { return requires { Rule::enter(chosen, 0., 0); }; }
  double enter(double found, int group) const override {
    if constexpr (requires { Rule::enter(chosen, found, group); }) return Rule::enter(chosen, found, group);
    else return found;
  }
  bool rises_from_initial_lr() const override { return requires { Rule::rises_from_initial_lr; }; }

  static auto memo_of() {
    if constexpr (requires { typename Rule::Memo; }) return typename Rule::Memo{};
    else return NoMemo{};
  }
  Options chosen;
  decltype(memo_of()) memo;
};

// Outside of the class, hence not inline: who uses one of the library's own schedules, which are compiled in its source, compiles none of
// this.
template <class Rule>
Curve Curve::of(const typename Rule::Options& options) {
  validated<Rule>(options);
  Curve curve;
  curve.model_ = std::make_unique<ModelOf<Rule>>(options);
  return curve;
}

// ValueError unless there is one, each is given, and all count the same unit.
void require_curves(std::string_view who, std::string_view option, const std::vector<Curve>& curves);

// ValueError for a list of values for groups that is not as long as there are groups.
void check_groups(std::string_view who, const OptionList& options, int groups);

namespace detail {

// A curve's options are the option's, behind its name: "then.t_max".
struct CurveOption {
  static std::string text(const void* p) { return static_cast<const Curve*>(p)->describe(); }
  static void check(const void* p, const Range& range, std::string_view who, std::string_view name) {
    if (range.given && !static_cast<const Curve*>(p)->defined()) gradus::detail::fail_not_given(who, name);
  }
  static OptionList parts(const void* p) { return static_cast<const Curve*>(p)->options(); }
  static void write(const void* p, Values& values, const std::string& key) { static_cast<const Curve*>(p)->write(values, key + "."); }
  static void read(void* p, ValueReader& reader, const std::string& key) { static_cast<Curve*>(p)->read(reader, key + "."); }
};
struct CurvesOption {
  static std::string text(const void* p);
  static void check(const void*, const Range&, std::string_view, std::string_view) {}
  static void write(const void* p, Values& values, const std::string& key);
  static void read(void* p, ValueReader& reader, const std::string& key);
};

}  // namespace detail

// A rule's schedule on an optimizer; it is in lr_scheduler/lr_scheduler.h, and so is StepLR::curve(options), which is
// Curve::of<StepLRRule>.
template <class Rule>
class ScheduleOf;

}  // namespace gradus::optim

template <> struct gradus::OptionTraits<gradus::optim::Curve> {
  using O = optim::detail::CurveOption;
  static constexpr OptionType type{.kind = OptionKind::part, .cpp = &typeid(optim::Curve), .text = O::text, .check = O::check,
                                   .parts = O::parts,
                                   .write = O::write, .read = O::read};
};
template <> struct gradus::OptionTraits<std::vector<gradus::optim::Curve>> {
  using O = optim::detail::CurvesOption;
  static constexpr OptionType type{.kind = OptionKind::part, .cpp = &typeid(std::vector<optim::Curve>), .text = O::text, .check = O::check,
                                   .write = O::write, .read = O::read};
};
