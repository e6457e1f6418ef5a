#include <gradus/optim/schedules/curve.h>

#include <cmath>

#include <gradus/autograd/base/error.h>

namespace gradus::optim {

void require_steps(std::string_view who, double from, double to) {
  constexpr double most = 1e8;
  check<ValueError>(to - from <= most, who, ": t = ", to, " is reached step by step from t = ", from, ", and more than ", most,
                    " at once would take too long; is the state it comes from damaged?");
}

double Curve::lr(double base, double t, int group) const {
  check<ValueError>(t >= 0, name(), ": t must be at least 0, not ", t);
  check<ValueError>(t <= 0x1p53, name(), ": t must be at most 2^53, where steps of 1 still count, not ", t);
  const std::optional<double> end = last();
  check<ValueError>(!end || t <= *end, name(), ": t = ", t, " is past its end, which is t = ", end.value_or(0));
  const double lr = model_->lr(base, t, group);
  return lr < 0 && lr >= -1e-12 * std::abs(base) ? 0 : lr;
}

void Curve::check_groups(int groups) const {
  for (const Setting& setting : model_->settings()) setting.check_groups(name(), groups);
}

void Curve::write(Facts& facts, const std::string& prefix) const {
  facts[prefix + "schedule"] = name();
  for (const Setting& setting : model_->settings()) setting.write(facts, prefix + std::string(setting.name()));
}

void Curve::read(std::string_view who, const Facts& facts, const std::string& prefix) {
  const std::string& saved = fact(who, facts, prefix + "schedule");
  check<ValueError>(saved == name(), who, prefix.empty() ? text(": this is the state of ") : text(": ", prefix, "schedule is "), saved,
                    prefix.empty() ? text() : text(" in the state but ", name(), " here"));
  const Unit here = unit();
  for (const Setting& setting : model_->settings()) setting.read(who, facts, prefix + std::string(setting.name()));
  check<ValueError>(unit() == here, who, ": the state counts ", unit_text(unit()), "s, this schedule ", unit_text(here), "s; construct it with the other .per");
  model_->validate();
}

}  // namespace gradus::optim
