// One run: a surface, a start, an optimizer, a schedule, noise. run() is a pure function: the same descent gives the same path, bit for
// bit.
//   Path path = run({.surface = "ravine", .optimizer = "Adam", .options = {{"lr", "0.1"}}});
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "landscape/sliders.h"
#include "landscape/surface.h"

namespace landscape {

struct Descent {
  std::string surface = "ravine";
  std::optional<double> parameter = {};          // the surface's default if not given
  std::optional<Point> start = {};               // the surface's
  std::string optimizer = "SGD";
  Settings options = {};                         // what is not given has the catalogue's default; "lr" the default for this surface
  std::string schedule = "";                     // none
  Settings schedule_options = {};
  double noise = 0;                              // deviation of a normal error in each component of each gradient, a model of mini-batches
  std::uint64_t seed = 1;
  int steps = 200;                               // 1 to 20000
};

struct Outcome {
  enum class Kind { converged, moving, diverged };
  Kind kind = Kind::moving;
  std::optional<std::size_t> at = {};            // since which point it stays near a valley's bottom, or at which it left all bounds
  std::optional<std::size_t> nearest = {};       // place of the nearest level
  double distance = 0;                           // to it, from the end
};
inline constexpr std::string_view outcome_names[] = {"converged", "moving", "diverged"};

struct Path {
  std::vector<Point> at;                         // steps + 1 points, the start first; fewer if the run left all bounds (1e6, or not finite)
  std::vector<double> loss;                      // at each point
  std::vector<double> lr, gradient, step;        // of each step: learning rate, norm of the gradient used, length of the move
  std::string formula;                           // the optimizer's describe() before the first step, and the schedule's
  std::vector<Level> levels;                     // of the surface
  Outcome outcome;
};

// ValueError: unknown names, options out of range, noise negative, a start that is not finite or beyond 1e6, too many steps.
Path run(const Descent& descent);

}  // namespace landscape
