// What a schedule will do, before anything is trained: its learning rates (and momentum) as numbers, as a curve in the terminal, as an SVG.
//   std::cout << optim::preview(schedule, 100);
//   optim::preview(optim::OneCycleLR::curve({.max_lr = 0.1, .total_steps = 1000}), 1000).save_svg("one_cycle.svg");
// Nothing is changed by it: neither the schedule nor its optimizer.
#pragma once
#include <iosfwd>

#include <gradus/autograd/base/file_name.h>
#include <gradus/optim/lr_scheduler/lr_scheduler.h>

namespace gradus::optim {

struct Preview {
  std::string title;                            // as describe() has it
  Unit unit = Unit::epoch;
  std::vector<std::vector<double>> lr;          // lr[group][t], t = 0, 1, …, steps − 1: what is in force during each step or epoch
  std::vector<std::vector<double>> momentum;    // the same; NaN where the schedule leaves it alone, empty if it always does

  // A drawing in braille characters, columns × rows of them for each of lr and momentum. ValueError: fewer than 8 columns or 2 rows.
  std::string text(int columns = 72, int rows = 12) const;
  std::string svg() const;
  void save_svg(const FileName& file) const;   // FileError
};
std::ostream& operator<<(std::ostream& out, const Preview& preview);   // text()

// The first `steps` values of a schedule by itself, whatever else acts on its optimizer, or of a curve with this base (of each group).
// It stops at the schedule's end. ValueError: steps below 1, a learning rate that is negative or not finite.
Preview preview(const LRScheduler& schedule, std::int64_t steps);
Preview preview(const Curve& curve, std::int64_t steps, const PerGroup<double>& base = 1.0);

}  // namespace gradus::optim
