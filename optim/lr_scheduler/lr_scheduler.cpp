#include <gradus/optim/lr_scheduler/lr_scheduler.h>

#include <cmath>
#include <cstdio>

#include <gradus/autograd/base/describe/number_text.h>

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
  check_momentum();
  const double t = static_cast<double>(last_epoch) + 1;
  for (int group = 0; group < groups; ++group) {
    const std::optional<double> initial = optimizer_.initial_lr(group);
    check<ValueError>(last_epoch == -1 || initial, name(), ": last_epoch = ", last_epoch, " resumes a schedule, but group ", group,
                      " has no initial_lr: load the optimizer's state first");
    if (last_epoch >= 0 && curve_.chains()) {
      next_links_.push_back(resumed(group, t));
    } else {
      const double base = curve_.chains() ? optimizer_.lr(group) : curve_.start(group).value_or(initial.value_or(optimizer_.lr(group)));
      next_links_.push_back({base, curve_.lr(base, t, group)});
    }
  }
  take(t);
  if (last_epoch == -1) optimizer_.set_scheduled_at(t);
  for (int group = 0; group < groups; ++group)
    if (const std::optional<double> start = curve_.start(group)) optimizer_.set_initial_lr(*start, group);
}

// Where a schedule that is told its t finds a group: with a learning rate of t, or of t − 1 if the optimizer was saved before the step.
LRScheduler::Track LRScheduler::resumed(int group, double t) const {
  const double current = optimizer_.lr(group), initial = *optimizer_.initial_lr(group);
  const auto lr = [&](double at) { return curve_.lr(initial, at, group); };
  const std::optional<double> recorded = optimizer_.scheduled_at();
  if (!recorded && current == initial) return {initial, lr(t)};        // nobody has scheduled it yet
  double at = t;
  if (recorded == t - 1 || (recorded != t && t > 0 && current == lr(t - 1) && current != lr(t))) at = t - 1;
  Track track{initial, lr(at)};
  if (current != track.set) {
    if (const Line line = line_of(curve_, at, group); line.slope != 0) track.base = (current - line.at_zero) / line.slope;
    track.set = current;
  }
  if (at != t) go_on(curve_, track, current, initial, at, t, group);
  return track;
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

// A group that was added later goes on from where it is.
LRScheduler::Track LRScheduler::joined(int group) const {
  const double current = optimizer_.lr(group);
  Track track{current, current};
  if (!curve_.chains()) return track;
  if (const Line line = line_of(curve_, t_, group); line.slope != 0) track.base = (current - line.at_zero) / line.slope;
  return track;
}

void LRScheduler::check_lr(int group, double t, double lr) const {
  check<ValueError>(std::isfinite(lr) && lr >= 0, name(), ": the learning rate of group ", group, " would be ", lr, " at t = ", t,
                    "; it must be finite and at least 0");
}

void LRScheduler::go_to(double t) {
  const int groups = optimizer_.groups(), known = static_cast<int>(links_.size());
  if (groups != known) {
    curve_.check_groups(groups);
    check_momentum();
  }
  next_links_.resize(groups);
  for (int group = 0; group < groups; ++group) {
    Track& track = next_links_[group] = group < known ? links_[group] : joined(group);
    go_on(curve_, track, optimizer_.lr(group), optimizer_.initial_lr(group).value_or(track.base), t_, t, group);
  }
  take(t);
  optimizer_.set_scheduled_at(t);
}

// Makes next_links_ those in force.
void LRScheduler::take(double t) {
  const int groups = static_cast<int>(next_links_.size());
  next_.resize(groups);
  for (int group = 0; group < groups; ++group) {
    check_lr(group, t, next_links_[group].set);
    next_[group] = {next_links_[group].set, curve_.momentum(t, group)};
  }
  last_lr_.resize(groups);
  set(next_);
  for (int group = 0; group < groups; ++group)
    if (!optimizer_.initial_lr(group)) optimizer_.set_initial_lr(next_links_[group].base, group);
  std::swap(links_, next_links_);
  t_ = t;
  for (int group = 0; group < groups; ++group) last_lr_[group] = links_[group].set;
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
}

State LRScheduler::state() const {
  State state;
  curve_.write(state.values, "");
  state.values["last_epoch"] = number_text(t_);
  for (int group = 0; group < optimizer_.groups(); ++group) {
    const bool added = static_cast<std::size_t>(group) >= links_.size();
    const Track track = added ? joined(group) : links_[group];
    state.values[text("base_lr.", group)] = number_text(track.base);
    state.values[text("last_lr.", group)] = number_text(track.set);
    state.values[text("lr.", group)] = number_text(optimizer_.lr(group));
  }
  return state;
}

void LRScheduler::load_state(const State& state) {
  ValueReader reader(state.values);
  if (const std::string* saved = reader.find("schedule")) check<ValueError>(*saved == name(), name(), ": this is the state of ", *saved);
  Curve curve = curve_;
  curve.read(reader, "");
  const bool readable = reader.fits();
  const double t = reader.number("last_epoch", 0);
  const std::optional<double> end = readable ? curve.last() : std::nullopt;
  if (end && t > *end) reader.problem("last_epoch is ", t, ", past the end of this schedule");
  std::vector<Track> tracks;
  std::vector<Values> values;
  for (int group = 0; group < optimizer_.groups(); ++group) {
    tracks.push_back({reader.number(text("base_lr.", group), -HUGE_VAL), reader.number(text("last_lr.", group), 0)});
    values.push_back({reader.number(text("lr.", group), 0), std::nullopt});
  }
  if (const std::string more = text("base_lr.", tracks.size()); reader.find(more))
    reader.problem("unexpected ", more, ": the optimizer has ", tracks.size(), tracks.size() == 1 ? " group" : " groups");
  if (readable && reader.fits()) {
    curve.check_groups(optimizer_.groups());
    for (int group = 0; group < optimizer_.groups(); ++group) {
      values[group].momentum = curve.momentum(t, group);
      const double base = tracks[group].base, lr = curve.lr(base, t, group);
      if (!(std::isfinite(lr) && lr >= 0)) reader.problem("base_lr.", group, " = ", base, " gives the learning rate ", lr);
    }
  }
  reader.finish(text(name(), ": the state does not fit this schedule"));

  std::vector<double> last_lr;
  for (const Track& track : tracks) last_lr.push_back(track.set);
  set(values);
  for (std::size_t group = 0; group < tracks.size(); ++group)
    if (!optimizer_.initial_lr(static_cast<int>(group))) optimizer_.set_initial_lr(tracks[group].base, static_cast<int>(group));
  optimizer_.set_scheduled_at(t);
  curve_ = std::move(curve);
  links_ = std::move(tracks);
  last_lr_ = std::move(last_lr);
  t_ = t;
  calls_ = 1;   // the optimizer's first step was made elsewhere: there is nothing to warn of
}

}  // namespace gradus::optim
