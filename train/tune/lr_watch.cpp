#include <gradus/train/tune/lr_watch.h>

#include <algorithm>
#include <cmath>
#include <ostream>

#include <gradus/autograd/base/error.h>

namespace gradus::train {

LrWatch::LrWatch(optim::Optimizer& optimizer, const LrWatchOptions& options) : options_(options), statistics_(optimizer, {options.every}) {
  check_options("LrWatch", options);
  check<ValueError>(options.small < options.large, "LrWatch: small ", options.small, " must be below large ", options.large);
}

void LrWatch::add(double loss) {
  constexpr double smoothing = 0.9;
  finite_ = finite_ && std::isfinite(loss);
  if (finite_) {
    average_ = smoothing * average_ + (1 - smoothing) * loss;
    losses_.push_back(average_ / (1 - std::pow(smoothing, static_cast<double>(losses_.size() + 1))));
  }
  if (statistics_.step() == measured_) return;
  measured_ = statistics_.step();
  double updates = 0, weights = 0;
  for (int g = 0; g < statistics_.groups(); ++g) {
    updates += std::pow(statistics_.group(g).update_norm, 2);
    weights += std::pow(statistics_.group(g).parameter_norm, 2);
  }
  if (weights > 0 && std::isfinite(updates)) ratios_.push_back(std::sqrt(updates / weights));
}

LrDiagnosis LrWatch::diagnosis() const {
  check<ValueError>(!losses_.empty() || !finite_, "LrWatch: no step has been seen; give it to fit as a callback, or add each loss");
  LrDiagnosis d;
  if (!losses_.empty()) {
    d.first_loss = losses_.front(), d.last_loss = losses_.back();
    d.best_loss = *std::min_element(losses_.begin(), losses_.end());
  }
  if (!ratios_.empty()) {
    std::vector<double> sorted = ratios_;
    std::nth_element(sorted.begin(), sorted.begin() + std::ssize(sorted) / 2, sorted.end());
    d.update_ratio = sorted[sorted.size() / 2];
  }
  const std::string moves = text("a step moves the weights by ", d.update_ratio * 100, " % of their size (median of ", ratios_.size(),
                                 "; 0.1 % is usual)");
  const auto is = [&](LrVerdict verdict, std::string why) {
    d.verdict = verdict, d.why = std::move(why);
    return d;
  };
  if (!finite_) return is(LrVerdict::too_large, text("the loss is not finite after ", losses_.size(), " steps; try a tenth"));
  const double size = std::abs(d.first_loss), risen = d.last_loss - d.best_loss;
  if (size > 0 && d.last_loss - d.first_loss > 10 * size)   // fit ends such a training before many steps have been seen
    return is(LrVerdict::too_large, text("the loss has grown more than tenfold in ", losses_.size(), " steps; try a tenth"));
  constexpr std::size_t enough = 20;
  if (losses_.size() < enough || ratios_.empty()) return is(LrVerdict::unknown, text("too few steps, ", losses_.size()));
  if (d.last_loss - d.first_loss > 0.5 * size) return is(LrVerdict::too_large, "the loss has grown since the beginning; try a tenth");
  if (d.update_ratio > options_.large) return is(LrVerdict::too_large, moves + "; try a third");
  if (risen > 0.5 * (d.first_loss - d.best_loss) && risen > 0.05 * size)
    return is(LrVerdict::too_large, "the loss has risen again by more than half of what it had fallen; try a third, or a schedule");
  const bool falls = d.first_loss - d.last_loss > 0.01 * size;
  if (d.update_ratio < options_.small) return is(LrVerdict::too_small, moves + "; try ten times");
  if (!falls && d.update_ratio < 10 * options_.small)
    return is(LrVerdict::too_small, "the loss hardly falls, and " + moves + "; try three times");
  return is(LrVerdict::fine, moves);
}

std::ostream& operator<<(std::ostream& out, const LrDiagnosis& d) {
  constexpr const char* names[] = {"unknown", "too small", "fine", "too large"};
  return out << names[static_cast<std::size_t>(d.verdict)] << ": " << d.why << '\n';
}

}  // namespace gradus::train
