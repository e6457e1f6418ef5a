#include <gradus/optim/lr_scheduler/reduce_lr_on_plateau.h>

#include <algorithm>
#include <cmath>

#include <gradus/optim/schedules/ranges.h>

namespace gradus::optim {
namespace {

Settings settings(ReduceLROnPlateauOptions& o) {
  return {{"mode", &o.mode}, {"factor", &o.factor}, {"patience", &o.patience}, {"threshold", &o.threshold},
          {"threshold_mode", &o.threshold_mode}, {"cooldown", &o.cooldown}, {"min_lr", &o.min_lr}, {"eps", &o.eps}};
}

void validate(ReduceLROnPlateauOptions o, int groups) {
  const std::string_view name = ReduceLROnPlateau::name();
  check<ValueError>(o.factor > 0 && o.factor < 1, name, ": factor must lie in (0, 1), not ", o.factor);
  require_at_least_zero(name, "patience", static_cast<double>(o.patience));
  require_at_least_zero(name, "threshold", o.threshold);
  require_at_least_zero(name, "cooldown", static_cast<double>(o.cooldown));
  require_each(name, "min_lr", o.min_lr, require_at_least_zero);
  require_at_least_zero(name, "eps", o.eps);
  for (const Setting& setting : settings(o)) setting.check_groups(name, groups);
}

}  // namespace

ReduceLROnPlateau::ReduceLROnPlateau(Optimizer& optimizer, const Options& options) : optimizer_(optimizer), options_(options) {
  validate(options, optimizer.groups());
  if (options.mode == Mode::max) record_.best = -record_.best;
}

bool ReduceLROnPlateau::better(double metric) const {
  const double sign = options_.mode == Mode::min ? 1 : -1, best = sign * record_.best;
  if (std::isinf(best)) return sign * metric < best;             // as inf − inf is no number
  const double margin = options_.threshold_mode == ThresholdMode::rel ? options_.threshold * std::abs(best) : options_.threshold;
  return sign * metric < best - margin;
}

void ReduceLROnPlateau::step(double metric) {
  for (const Setting& setting : settings(options_)) setting.check_groups(name(), optimizer_.groups());
  ++record_.last_epoch;
  if (better(metric)) {
    record_.best = metric;
    record_.num_bad_epochs = 0;
  } else {
    ++record_.num_bad_epochs;
  }
  if (in_cooldown()) {
    --record_.cooldown_counter;
    record_.num_bad_epochs = 0;
  }
  if (record_.num_bad_epochs <= options_.patience) return;
  reduce();
  record_.cooldown_counter = options_.cooldown;
  record_.num_bad_epochs = 0;
}

void ReduceLROnPlateau::reduce() {
  for (int group = 0; group < optimizer_.groups(); ++group) {
    const double lr = optimizer_.lr(group), reduced = std::max(lr * options_.factor, options_.min_lr[group]);
    if (lr - reduced > options_.eps) optimizer_.set_lr(reduced, group);
  }
}

std::vector<double> ReduceLROnPlateau::get_last_lr() const {
  std::vector<double> out;
  for (int group = 0; group < optimizer_.groups(); ++group) out.push_back(optimizer_.lr(group));
  return out;
}

std::string ReduceLROnPlateau::describe() const {
  Options options = options_;
  return optim::describe(name(), settings(options));
}

State ReduceLROnPlateau::state() const {
  State state;
  Options options = options_;
  for (const Setting& setting : settings(options)) setting.write(state.metadata, std::string(setting.name()));
  state.metadata["schedule"] = name();
  state.metadata["last_epoch"] = std::to_string(record_.last_epoch);
  state.metadata["best"] = number_text(record_.best);
  state.metadata["num_bad_epochs"] = std::to_string(record_.num_bad_epochs);
  state.metadata["cooldown_counter"] = std::to_string(record_.cooldown_counter);
  return state;
}

void ReduceLROnPlateau::load_state(const State& state) {
  const std::string& saved = fact(name(), state.metadata, "schedule");
  check<ValueError>(saved == name(), name(), ": this is the state of ", saved);
  Options options = options_;
  Record record;
  for (const Setting& setting : settings(options)) setting.read(name(), state.metadata, std::string(setting.name()));
  validate(options, optimizer_.groups());
  const Settings counts{{"last_epoch", &record.last_epoch}, {"num_bad_epochs", &record.num_bad_epochs},
                        {"cooldown_counter", &record.cooldown_counter}, {"best", &record.best}};
  for (const Setting& count : counts) count.read(name(), state.metadata, std::string(count.name()));
  for (const std::int64_t count : {record.last_epoch, record.num_bad_epochs, record.cooldown_counter})
    require_at_least_zero(name(), "each count of the state", static_cast<double>(count));
  check<ValueError>(!std::isnan(record.best), name(), ": best must be a number");
  options_ = options;
  record_ = record;
}

}  // namespace gradus::optim
