// Runs of several optimizers from one start over the same batches, and what is kept of them: the points on the way.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include <gradus/optim/driver/optimizer.h>

#include "landscape/network/classifier.h"

namespace landscape::network {

struct Plan {
  std::string label;
  std::function<std::unique_ptr<gradus::optim::Optimizer>(const gradus::Parameters&)> optimizer;
};

struct Course {
  std::string label;
  std::vector<double> steps;      // at which each point was reached, 0 first
  std::vector<Point> points;
  std::vector<double> losses;     // over all pictures
  double accuracy;                // on them, at the end
};

struct Pace {
  int steps = 600;
  int every = 5;                  // keep each so manieth point
  std::int64_t batch = 100;       // pictures; all of them where this is their number
};
Course train(const Plan& plan, const Pictures& pictures, std::uint64_t seed, const Pace& pace);

}  // namespace landscape::network
