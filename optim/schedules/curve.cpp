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

void Curve::check_groups(int groups) const { optim::check_groups(name(), model_->options(), groups); }

void Curve::write(Values& values, const std::string& prefix) const {
  values[prefix + "schedule"] = name();
  write_options(values, prefix, model_->options());
}

void Curve::read(ValueReader& reader, const std::string& prefix) {
  const std::string key = prefix + "schedule", *saved = reader.need(key);
  if (!saved) return;
  if (*saved != name()) return reader.differs(key, *saved, name());
  const Unit here = unit();
  const std::string before = reader.problems();
  read_options(reader, prefix, model_->options(), ValueReader::Agree::nothing);
  if (reader.problems() != before) return;
  if (unit() != here)
    return reader.problem(prefix, "per: the state counts ", unit_text(unit()), "s, this schedule ", unit_text(here),
                          "s; construct it with the other .per");
  try {
    model_->validate();
  } catch (const ValueError& error) {
    reader.problem(error.what());
  }
}

void require_curves(std::string_view who, std::string_view option, const std::vector<Curve>& curves) {
  check<ValueError>(!curves.empty(), who, ": ", option, " must have at least one schedule");
  for (const Curve& curve : curves) {
    check<ValueError>(curve.defined(), who, ": each of ", option, " must be given");
    check<ValueError>(curve.unit() == curves[0].unit(), who, ": ", option, " must all count steps or all count epochs; ", curves[0].name(),
                      " counts ", unit_text(curves[0].unit()), "s, ", curve.name(), " ", unit_text(curve.unit()), "s; set .per");
  }
}

void check_groups(std::string_view who, const OptionList& options, int groups) {
  const auto fits = [&](const Option& option, const auto* list) {
    if (!list) return;
    check<ValueError>(list->fits(groups), who, ": ", option.name(), " must be one value or one for each group, of which there are ", groups,
                      ", not ", list->values().size(), " values");
  };
  for (const Option& option : options) {
    fits(option, option.as<PerGroup<double>>());
    fits(option, option.as<PerGroup<Factor>>());
    if (const Curve* curve = option.as<Curve>()) curve->check_groups(groups);
    if (const auto* curves = option.as<std::vector<Curve>>())
      for (const Curve& curve : *curves) curve.check_groups(groups);
  }
}

namespace detail {

std::string CurvesOption::text(const void* p) {
  std::string out;
  for (const Curve& curve : *static_cast<const std::vector<Curve>*>(p)) out += gradus::text(out.empty() ? "" : ",", curve.describe());
  return out;
}

void CurvesOption::write(const void* p, Values& values, const std::string& key) {
  const auto& curves = *static_cast<const std::vector<Curve>*>(p);
  for (std::size_t i = 0; i < curves.size(); ++i) curves[i].write(values, gradus::text(key, ".", i, "."));
}

void CurvesOption::read(void* p, ValueReader& reader, const std::string& key) {
  auto& curves = *static_cast<std::vector<Curve>*>(p);
  for (std::size_t i = 0; i < curves.size(); ++i) curves[i].read(reader, gradus::text(key, ".", i, "."));
  if (const std::string more = gradus::text(key, ".", curves.size(), ".schedule"); reader.find(more)) reader.unexpected(more);
}

}  // namespace detail
}  // namespace gradus::optim
