#include <gradus/optim/lr_scheduler.h>

#include <cmath>
#include <cstdio>

namespace gradus::optim {
namespace {

// What a schedule of momentum moves; "" if the optimizer has no such option.
std::string_view momentum_option(const Optimizer& optimizer, int group) {
  if (optimizer.has_option("betas.0", group)) return "betas.0";
  return optimizer.has_option("momentum", group) ? "momentum" : "";
}

}  // namespace

LRScheduler::LRScheduler(Optimizer& optimizer, Curve curve, std::int64_t last_epoch) : optimizer_(optimizer), curve_(std::move(curve)) {
  check<ValueError>(curve_.defined(), "LRScheduler: the curve must be given");
  check<ValueError>(last_epoch >= -1, name(), ": last_epoch must be at least -1, not ", last_epoch);
  const int groups = optimizer_.groups();
  curve_.check_groups(groups);
  for (int group = 0; group < groups; ++group) {
    const std::optional<double> initial = optimizer_.initial_lr(group);
    check<ValueError>(last_epoch == -1 || initial, name(), ": last_epoch = ", last_epoch, " resumes a schedule, but group ", group,
                      " has no initial_lr: load the optimizer's state first");
    const double current = optimizer_.lr(group);
    const double base = last_epoch == -1 && curve_.chains() ? current : curve_.start(group).value_or(initial.value_or(current));
    tracks_.push_back({base, current});
  }
  check_momentum();
  go_to(static_cast<double>(last_epoch) + 1);
  for (int group = 0; group < groups; ++group)
    if (const std::optional<double> start = curve_.start(group)) optimizer_.set_initial_lr(*start, group);
}

void LRScheduler::check_momentum() const {
  for (int group = 0; group < optimizer_.groups(); ++group)
    check<ValueError>(!curve_.momentum(0, group) || !momentum_option(optimizer_, group).empty(), name(), ": ", optimizer_.name(),
                      " has neither momentum nor betas to move; set .cycle_momentum = false");
}

std::int64_t LRScheduler::last_epoch() const { return static_cast<std::int64_t>(std::floor(t_)); }

void LRScheduler::step() { step_to(t_ + 1); }

void LRScheduler::step_to(double t) {
  if (calls_ == 0 && optimizer_.steps() == 0)
    std::fprintf(stderr, "%s: step() was called before the optimizer's first step, so the first learning rate of the schedule is skipped: "
                 "call optimizer.step() first\n", std::string(name()).c_str());
  ++calls_;
  go_to(t);
}

LRScheduler::Track LRScheduler::follow(int group) const {
  const double current = optimizer_.lr(group);
  Track track;
  if (static_cast<std::size_t>(group) < tracks_.size()) track = tracks_[group];
  else track = {current, curve_.lr(current, t_, group)};        // a group that was added later goes on from where it is
  if (current == track.set || !curve_.chains() || t_ < 0) return track;
  const double slope = curve_.lr(1, t_, group) - curve_.lr(0, t_, group);
  if (slope != 0) track.base += (current - track.set) / slope;
  track.set = current;
  return track;
}

void LRScheduler::go_to(double t) {
  const int groups = optimizer_.groups();
  if (static_cast<std::size_t>(groups) != tracks_.size()) {
    curve_.check_groups(groups);
    check_momentum();
  }
  next_tracks_.resize(groups);
  next_.resize(groups);
  for (int group = 0; group < groups; ++group) {
    Track& track = next_tracks_[group] = follow(group);
    const double lr = track.set = curve_.lr(track.base, t, group);
    check<ValueError>(std::isfinite(lr) && lr >= 0, name(), ": the learning rate of group ", group, " would be ", lr, " at t = ", t,
                      "; it must be finite and at least 0");
    next_[group] = {lr, curve_.momentum(t, group)};
  }
  set(next_);
  std::swap(tracks_, next_tracks_);
  t_ = t;
  last_lr_.resize(groups);
  for (int group = 0; group < groups; ++group) last_lr_[group] = tracks_[group].set;
}

void LRScheduler::set(const std::vector<Values>& values) {
  const auto put = [&](int group, const Values& value) {
    if (value.momentum) optimizer_.set_option(momentum_option(optimizer_, group), *value.momentum, group);
    optimizer_.set_lr(value.lr, group);
  };
  SmallVector<Values, 4> before;
  for (int group = 0; group < static_cast<int>(values.size()); ++group) {
    Values now{optimizer_.lr(group), std::nullopt};
    if (values[group].momentum) now.momentum = optimizer_.option(momentum_option(optimizer_, group), group);
    before.push_back(now);
  }
  for (int group = 0; group < static_cast<int>(values.size()); ++group) {
    try {
      put(group, values[group]);
    } catch (const ValueError&) {   // the optimizer's rule refuses the momentum
      for (; group >= 0; --group) put(group, before[group]);
      throw;
    }
  }
  for (int group = 0; group < static_cast<int>(values.size()); ++group)
    if (!optimizer_.initial_lr(group)) optimizer_.set_initial_lr(before[group].lr, group);
}

State LRScheduler::state() const {
  State state;
  curve_.write(state.metadata, "");
  state.metadata["last_epoch"] = number_text(t_);
  for (int group = 0; group < optimizer_.groups(); ++group) {
    const bool added = static_cast<std::size_t>(group) >= tracks_.size();
    const Track track = added ? follow(group) : tracks_[group];
    state.metadata[text("base_lr.", group)] = number_text(track.base);
    state.metadata[text("last_lr.", group)] = number_text(track.set);
    state.metadata[text("lr.", group)] = number_text(optimizer_.lr(group));
  }
  return state;
}

void LRScheduler::load_state(const State& state) {
  const Facts& facts = state.metadata;
  Curve curve = curve_;
  curve.read(name(), facts, "");
  curve.check_groups(optimizer_.groups());
  const auto number = [&](const std::string& key, double least) {
    const std::string& saved = fact(name(), facts, key);
    const std::optional<double> value = parse_number(saved);
    check<ValueError>(value && std::isfinite(*value) && *value >= least, name(), ": ", key, " is \"", saved, "\", which is not a finite number",
                      least == 0 ? " of at least 0" : "");
    return *value;
  };
  const double t = number("last_epoch", 0);
  const std::optional<double> end = curve.last();
  check<ValueError>(!end || t <= *end, name(), ": last_epoch is ", t, ", past the end of this schedule");
  std::vector<Track> tracks;
  std::vector<Values> values;
  for (int group = 0; group < optimizer_.groups(); ++group) {
    tracks.push_back({number(text("base_lr.", group), -HUGE_VAL), number(text("last_lr.", group), 0)});
    values.push_back({number(text("lr.", group), 0), curve.momentum(t, group)});
    const double lr = curve.lr(tracks.back().base, t, group);
    check<ValueError>(std::isfinite(lr) && lr >= 0, name(), ": base_lr.", group, " = ", tracks.back().base, " gives the learning rate ", lr);
  }
  check<ValueError>(!facts.contains(text("base_lr.", tracks.size())), name(), ": the state has more groups than the optimizer, which has ",
                    tracks.size());

  set(values);
  curve_ = std::move(curve);
  tracks_ = std::move(tracks);
  t_ = t;
  last_lr_.clear();
  for (const Track& track : tracks_) last_lr_.push_back(track.set);
}

}  // namespace gradus::optim
