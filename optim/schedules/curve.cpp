#include <gradus/optim/schedules/curve.h>

#include <gradus/autograd/base/error.h>

namespace gradus::optim {

double Curve::lr(double base, double t, int group) const {
  check<ValueError>(t >= 0, name(), ": t must be at least 0, not ", t);
  const std::optional<double> end = last();
  check<ValueError>(!end || t <= *end, name(), ": t = ", t, " is past its end, which is t = ", end.value_or(0));
  return model_->lr(base, t, group);
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
