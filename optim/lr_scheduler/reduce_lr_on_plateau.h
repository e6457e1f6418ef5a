// ReduceLROnPlateau: multiplies the learning rate by `factor` when a metric has not become better for more than `patience` epochs in a row.
//   optim::ReduceLROnPlateau schedule(sgd, {.patience = 5});
//   schedule.step(validation_loss);
// Better means below best − threshold·|best| (Mode::min, ThresholdMode::rel), above it for Mode::max, or by threshold itself (abs). PyTorch
// multiplies best by 1 ∓ threshold, which for a negative best lets worse metrics pass as better ones; for positive ones it is the same. NaN
// is never better. It is no function of t, and so no part of other schedules; it changes the learning rate that it finds.
#pragma once
#include <cstdint>
#include <limits>

#include <gradus/optim/driver/optimizer.h>
#include <gradus/optim/schedules/per_group.h>

namespace gradus::optim {

enum class Mode { min, max };
enum class ThresholdMode { rel, abs };

struct ReduceLROnPlateauOptions {
  Mode mode = Mode::min;
  double factor = 0.1;                   // in (0, 1)
  std::int64_t patience = 10;
  double threshold = 1e-4;
  ThresholdMode threshold_mode = ThresholdMode::rel;
  std::int64_t cooldown = 0;             // epochs after a reduction in which none is counted
  PerGroup<double> min_lr = 0;
  double eps = 1e-8;                     // a smaller reduction is not made

  void describe(Describe& is) const {
    is(range::inside_unit, factor);
    is(range::at_least_zero, patience, threshold, cooldown, eps);
    is(range::given(range::at_least_zero), min_lr);
  }
};

class ReduceLROnPlateau {
 public:
  using Options = ReduceLROnPlateauOptions;
  // The optimizer must outlive the schedule. ValueError: an option out of its range.
  explicit ReduceLROnPlateau(Optimizer& optimizer, const Options& options = {});
  ReduceLROnPlateau(const ReduceLROnPlateau&) = delete;
  ReduceLROnPlateau& operator=(const ReduceLROnPlateau&) = delete;

  // Takes the metric of one more epoch.
  void step(double metric);
  std::int64_t last_epoch() const { return record_.last_epoch; }
  std::vector<double> get_last_lr() const;
  double best() const { return record_.best; }                  // ±infinity before the first metric
  std::int64_t num_bad_epochs() const { return record_.num_bad_epochs; }
  bool in_cooldown() const { return record_.cooldown_counter > 0; }

  static constexpr std::string_view name() { return "ReduceLROnPlateau"; }
  std::string describe() const;

  // Keys "schedule", the options, "last_epoch", "best", "num_bad_epochs", "cooldown_counter". The learning rates are the optimizer's to
  // save and load. ValueError, with nothing changed, when the state is not one of this schedule.
  State state() const;
  void load_state(const State& state);

 private:
  struct Record {
    std::int64_t last_epoch = 0;
    double best = std::numeric_limits<double>::infinity();
    std::int64_t num_bad_epochs = 0, cooldown_counter = 0;
  };
  bool better(double metric) const;
  void reduce();

  Optimizer& optimizer_;
  Options options_;
  Record record_;
};

}  // namespace gradus::optim
