#include <gradus/optim/around/lr_range_test.h>

#include <algorithm>
#include <cmath>

namespace gradus::optim {
namespace {

void validate(const RangeTestOptions& o) {
  check_options("lr_range_test", o);
  check<ValueError>(std::isfinite(o.lr_max) && o.lr_max > o.lr_min, "lr_range_test: lr_max must be finite and above lr_min, not ", o.lr_max,
                    " and ", o.lr_min);
  for (const LRScheduler* schedule : o.schedules) check<ValueError>(schedule, "lr_range_test: each of schedules must be given");
}

double rate(const RangeTestOptions& o, std::int64_t i) {
  const double part = static_cast<double>(i) / static_cast<double>(o.steps - 1);
  if (i == o.steps - 1) return o.lr_max;
  return o.spacing == Spacing::linear ? o.lr_min + (o.lr_max - o.lr_min) * part : o.lr_min * std::pow(o.lr_max / o.lr_min, part);
}

// All that a range test moves, to be put back.
class Snapshot {
 public:
  Snapshot(Optimizer& optimizer, const std::vector<LRScheduler*>& schedules) : optimizer_(optimizer), state_(optimizer.state()) {
    for (const NamedParameter& p : optimizer.parameters()) leaves_.push_back({p.leaf, p.leaf->value, p.leaf->grad});
    for (LRScheduler* schedule : schedules) schedules_.emplace_back(schedule, schedule->state());
  }
  void put_back() const {
    for (const auto& [leaf, value, grad] : leaves_) {
      leaf->value = value;
      leaf->grad = grad;
    }
    optimizer_.load_state(state_);
    for (const auto& [schedule, state] : schedules_) schedule->load_state(state);
  }

 private:
  struct Kept {
    Counted<Leaf> leaf;
    Array value;
    Gradient grad;
  };
  Optimizer& optimizer_;
  State state_;
  std::vector<Kept> leaves_;
  std::vector<std::pair<LRScheduler*, State>> schedules_;
};

// Reads the curve; says in `reason` what it cannot.
void suggest(RangeTest& test) {
  constexpr std::size_t enough = 5;       // steps
  constexpr double least_fall = 1e-3;     // of the first loss
  if (test.smoothed.size() < enough) {
    test.reason = test.smoothed.empty()
                      ? text("the first loss is ", test.loss.front(), ": the model or its data is at fault, not the learning rate")
                      : text("the loss diverged after ", test.loss.size(), " steps: begin with a smaller lr_min than ", test.lr.front());
    return;
  }
  const auto position = [&](std::size_t i) { return test.spacing == Spacing::linear ? test.lr[i] : std::log(test.lr[i]); };
  const std::size_t least = std::min_element(test.smoothed.begin(), test.smoothed.end()) - test.smoothed.begin();
  const double start = test.smoothed.front(), fall = start - test.smoothed[least];
  if (least < 2 || fall <= least_fall * std::abs(start)) {
    test.reason = text("the loss falls nowhere between ", test.lr.front(), " and ", test.lr.back());
    return;
  }
  std::size_t fastest = 1;
  double steepest = 0;
  for (std::size_t i = 1; i < least; ++i) {
    const double slope = (test.smoothed[i + 1] - test.smoothed[i - 1]) / (position(i + 1) - position(i - 1));
    if (slope < steepest) fastest = i, steepest = slope;
  }
  test.steepest = test.lr[fastest];
  if (least + 1 == test.smoothed.size() && !test.diverged) {
    test.reason = text("the loss still falls at lr_max = ", test.lr.back(), ": try a larger one");
    return;
  }
  // A smoothed loss is still falling when the loss itself has turned, so the minimum is that of the loss.
  const auto loss = [&](std::size_t i) { return test.loss.begin() + static_cast<std::ptrdiff_t>(i); };
  test.tenth_of_minimum = test.lr[std::min_element(loss(fastest), loss(least + 1)) - test.loss.begin()] / 10;
}

}  // namespace

RangeTest lr_range_test(const std::function<double(double)>& step, const RangeTestOptions& options) {
  validate(options);
  RangeTest test;
  test.spacing = options.spacing;
  double average = 0, best = INFINITY;
  for (std::int64_t i = 0; i < options.steps; ++i) {
    test.lr.push_back(rate(options, i));
    test.loss.push_back(step(test.lr.back()));
    average = options.smoothing * average + (1 - options.smoothing) * test.loss.back();
    const double smoothed = average / (1 - std::pow(options.smoothing, static_cast<double>(i + 1)));
    if ((test.diverged = !std::isfinite(smoothed))) break;
    test.smoothed.push_back(smoothed);
    if ((test.diverged = smoothed - best > (options.divergence - 1) * std::abs(best))) break;
    best = std::min(best, smoothed);
  }
  suggest(test);
  return test;
}

RangeTest lr_range_test(Optimizer& optimizer, const std::function<double()>& step, const RangeTestOptions& options) {
  validate(options);
  std::vector<double> ratios;
  for (int group = 0; group < optimizer.groups(); ++group)
    ratios.push_back(optimizer.lr(0) > 0 ? optimizer.lr(group) / optimizer.lr(0) : 1);
  const Snapshot before(optimizer, options.schedules);
  const auto step_with = [&](double lr) {
    for (std::size_t group = 0; group < ratios.size(); ++group) optimizer.set_lr(lr * ratios[group], static_cast<int>(group));
    return step();
  };
  try {
    RangeTest test = lr_range_test(step_with, options);
    before.put_back();
    return test;
  } catch (...) {
    before.put_back();
    throw;
  }
}

}  // namespace gradus::optim
