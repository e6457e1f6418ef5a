// Curve: a schedule without an optimizer, the pure function lr(base, t), as a value. LRScheduler (optim/lr_scheduler/) applies one to an
// optimizer; nothing here knows any.
//   const auto curve = optim::Curve::of<optim::StepLRRule>({.step_size = 30});      curve.lr(0.1, 45)      // 0.01
// Schedules are built of others:
//   optim::WarmupLR schedule(adam, {.steps = 500, .then = optim::CosineAnnealingLR::curve({.t_max = 9500, .per = optim::Unit::step})});
// It is made of a rule, a struct of
//   Options, name, settings(Options&), validate(Options)     as in step_lr.h, the shortest example
//   lr(Options, base, t[, group[, memo]])                    t = 0 before the first step()
// and, where they are needed,
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

#include <gradus/optim/schedules/setting.h>

namespace gradus::optim {

// ValueError, in the name of `who`, when a curve that is formed step by step would take too many from `from` to `to`.
void require_steps(std::string_view who, double from, double to);

class Curve {
 public:
  Curve() = default;                                             // none: `defined()` is false, and nothing else may be called
  // ValueError: an option out of its range.
  template <class Rule>
  static Curve of(const typename Rule::Options& options) {
    Rule::validate(options);
    Curve curve;
    curve.model_ = std::make_unique<ModelOf<Rule>>(options);
    return curve;
  }
  Curve(const Curve& other) : model_(other.model_ ? other.model_->clone() : nullptr) {}
  Curve(Curve&&) noexcept = default;
  Curve& operator=(Curve other) noexcept {
    model_ = std::move(other.model_);
    return *this;
  }

  bool defined() const { return model_ != nullptr; }
  std::string_view name() const { return model_->name(); }
  Unit unit() const { return model_->unit(); }
  std::string describe() const { return defined() ? optim::describe(name(), model_->settings()) : "none"; }

  // ValueError: t negative, NaN, past last() or so far (2⁵³) that steps of 1 are lost. What rounding puts below zero is 0.
  double lr(double base, double t, int group = 0) const;
  std::optional<double> momentum(double t, int group = 0) const { return model_->momentum(t, group); }
  bool chains() const { return model_->chains(); }
  std::optional<double> start(int group) const { return model_->start(group); }
  std::optional<double> last() const { return model_->last(); }
  bool enters() const { return model_->enters(); }               // it has an enter(…)
  double enter(double found, int group) const { return model_->enter(found, group); }
  bool rises_from_initial_lr() const { return model_->rises_from_initial_lr(); }

  // ValueError: a list that is not as long as there are groups.
  void check_groups(int groups) const;
  // The name and settings with a prefix before each key. read() takes the settings of a curve of the same name and unit; ValueError
  // otherwise, or if one is out of its range. It may leave a part of them read then: read into a copy.
  void write(Facts& facts, const std::string& prefix) const;
  void read(std::string_view who, const Facts& facts, const std::string& prefix);

 private:
  struct Model {
    virtual ~Model() = default;
    virtual std::unique_ptr<Model> clone() const = 0;
    virtual std::string_view name() const = 0;
    virtual Unit unit() const = 0;
    virtual Settings settings() = 0;
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

  std::unique_ptr<Model> model_;
};

template <class Rule>
struct Curve::ModelOf final : Model {
  using Options = typename Rule::Options;
  explicit ModelOf(const Options& o) : options(o) {}
  std::unique_ptr<Model> clone() const override { return std::make_unique<ModelOf>(*this); }
  std::string_view name() const override { return Rule::name; }
  Settings settings() override { return Rule::settings(options); }
  void validate() const override { Rule::validate(options); }
  Unit unit() const override {
    if constexpr (requires { Rule::unit(options); }) return Rule::unit(options);
    else return options.per;
  }
  double lr(double base, double t, int group) override {
    if constexpr (requires { Rule::lr(options, base, t, group, memo); }) return Rule::lr(options, base, t, group, memo);
    else if constexpr (requires { Rule::lr(options, base, t, group); }) return Rule::lr(options, base, t, group);
    else return Rule::lr(options, base, t);
  }
  std::optional<double> momentum(double t, int group) const override {
    if constexpr (requires { Rule::momentum(options, t, group); }) return Rule::momentum(options, t, group);
    else return std::nullopt;
  }
  bool chains() const override {
    if constexpr (requires { Rule::chains(options); }) return Rule::chains(options);
    else if constexpr (requires { Rule::chains; }) return Rule::chains;
    else return true;
  }
  std::optional<double> start(int group) const override {
    if constexpr (requires { Rule::start(options, group); }) return Rule::start(options, group);
    else return std::nullopt;
  }
  std::optional<double> last() const override {
    if constexpr (requires { Rule::last(options); }) return Rule::last(options);
    else return std::nullopt;
  }
  bool enters() const override { return requires { Rule::enter(options, 0., 0); }; }
  double enter(double found, int group) const override {
    if constexpr (requires { Rule::enter(options, found, group); }) return Rule::enter(options, found, group);
    else return found;
  }
  bool rises_from_initial_lr() const override { return requires { Rule::rises_from_initial_lr; }; }

  static auto memo_of() {
    if constexpr (requires { typename Rule::Memo; }) return typename Rule::Memo{};
    else return NoMemo{};
  }
  Options options;
  decltype(memo_of()) memo;
};

// A rule's schedule on an optimizer; it is in lr_scheduler/lr_scheduler.h, and so is StepLR::curve(options), which is Curve::of<StepLRRule>.
template <class Rule>
class ScheduleOf;

}  // namespace gradus::optim
