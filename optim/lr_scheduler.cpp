#include <gradus/optim/lr_scheduler.h>

namespace gradus::optim {

void LRScheduler::start(std::int64_t last_epoch) {
  check<ValueError>(last_epoch >= -1, name(), ": last_epoch must be at least -1, not ", last_epoch);
  for (int group = 0; group < optimizer_.groups(); ++group)
    check<ValueError>(last_epoch == -1 || optimizer_.initial_lr(group), name(), ": last_epoch = ", last_epoch, " resumes a schedule, but group ",
                      group, " has no initial_lr: load the optimizer's state first");
  last_epoch_ = last_epoch + 1;
  apply();
}

void LRScheduler::step() {
  ++last_epoch_;
  apply();
}

void LRScheduler::apply() {
  last_lr_.resize(optimizer_.groups());
  for (int group = 0; group < optimizer_.groups(); ++group) {
    if (!optimizer_.initial_lr(group)) optimizer_.set_initial_lr(optimizer_.lr(group), group);
    last_lr_[group] = lr(*optimizer_.initial_lr(group), last_epoch_);
    optimizer_.set_lr(last_lr_[group], group);
  }
}

State LRScheduler::state() const {
  State state;
  state.metadata["schedule"] = name();
  state.metadata["last_epoch"] = std::to_string(last_epoch_);
  for (const Field& field : fields()) state.metadata[std::string(field.name)] = field.text();
  for (int group = 0; group < optimizer_.groups(); ++group)
    state.metadata[text("base_lr.", group)] = number_text(optimizer_.initial_lr(group).value_or(optimizer_.lr(group)));
  return state;
}

void LRScheduler::load_state(const State& state) {
  const auto fact = [&](const std::string& key) -> const std::string& {
    const auto at = state.metadata.find(key);
    check<ValueError>(at != state.metadata.end(), name(), ": the state lacks ", key);
    return at->second;
  };
  const std::string& saved = fact("schedule");
  check<ValueError>(saved == name(), name(), ": this is the state of ", saved);

  SmallVector<double, 12> values;
  for (const Field& field : fields()) {
    const std::string key(field.name);
    const std::optional<double> value = field.parse(fact(key));
    check<ValueError>(value.has_value(), name(), ": ", key, " is \"", fact(key), "\", which is no value of this option");
    values.push_back(*value);
  }
  std::int64_t epoch = 0;
  const std::optional<double> last_epoch = Field{"last_epoch", &epoch}.parse(fact("last_epoch"));
  check<ValueError>(last_epoch && *last_epoch >= 0, name(), ": last_epoch is \"", fact("last_epoch"), "\", which is no count");
  std::vector<double> bases;
  for (int group = 0; group < optimizer_.groups(); ++group) {
    const std::optional<double> base = parse_number(fact(text("base_lr.", group)));
    check<ValueError>(base.has_value(), name(), ": base_lr.", group, " is no number");
    require_at_least_zero(name(), text("base_lr.", group), *base);
    bases.push_back(*base);
  }
  check<ValueError>(!state.metadata.contains(text("base_lr.", bases.size())), name(), ": the state has more groups than the optimizer, which has ",
                    bases.size());

  assign({values.data(), values.size()}, true);
  last_epoch_ = static_cast<std::int64_t>(*last_epoch);
  for (int group = 0; group < optimizer_.groups(); ++group) optimizer_.set_initial_lr(bases[group], group);
  apply();
}

}  // namespace gradus::optim
