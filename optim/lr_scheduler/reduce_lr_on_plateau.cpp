#include <gradus/optim/lr_scheduler/reduce_lr_on_plateau.h>

#include <algorithm>
#include <cmath>

#include <gradus/autograd/base/describe/number_text.h>
#include <gradus/optim/schedules/curve.h>

namespace gradus::optim {
namespace {

void validate(const ReduceLROnPlateauOptions& options, int groups) {
  check_options(ReduceLROnPlateau::name(), options);
  check_groups(ReduceLROnPlateau::name(), options_of(options), groups);
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
  check_groups(name(), options_of(options_), optimizer_.groups());
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
  return describe_options(name(), options_);
}

State ReduceLROnPlateau::state() const {
  State state;
  write_options(state.values, "", options_of(options_));
  state.values["schedule"] = name();
  state.values["last_epoch"] = std::to_string(record_.last_epoch);
  state.values["best"] = number_text(record_.best);
  state.values["num_bad_epochs"] = std::to_string(record_.num_bad_epochs);
  state.values["cooldown_counter"] = std::to_string(record_.cooldown_counter);
  return state;
}

void ReduceLROnPlateau::load_state(const State& state) {
  ValueReader reader(state.values);
  if (const std::string* saved = reader.need("schedule")) check<ValueError>(*saved == name(), name(), ": this is the state of ", *saved);
  Options options = options_;
  Record record;
  read_options(reader, "", options_of(options), ValueReader::Agree::nothing);
  record.last_epoch = reader.count("last_epoch");
  record.num_bad_epochs = reader.count("num_bad_epochs");
  record.cooldown_counter = reader.count("cooldown_counter");
  reader.read("best", Option("best", record.best));
  if (std::isnan(record.best)) reader.problem("best must be a number");
  reader.finish(text(name(), ": the state does not fit this schedule"));
  validate(options, optimizer_.groups());
  options_ = options;
  record_ = record;
}

}  // namespace gradus::optim
