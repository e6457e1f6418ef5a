// Surfaces to walk on: losses of two weights with known valleys. One function on Tensors is used for all: elementwise for a grid, with
// scalars and backward() for a run, with gradients of gradients for the places where the ground is level.
//   const Surface& ravine = find(surfaces(), "ravine", "surface");
//   Tensor loss = ravine.function(x, y, 25);  loss.backward();
#pragma once
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <gradus/autograd/base/drawing/contours.h>
#include <gradus/autograd/tape/tensor.h>

#include "landscape/names.h"

namespace landscape {

using gradus::drawing::Point, gradus::drawing::Window;

// The number that changes the surface's form, and the range of its slider.
struct Knob {
  std::string_view name, symbol;
  double min, max, value;
  bool log;                         // the slider moves in factors
};

enum class Kind { global, local, saddle, top };
inline constexpr std::string_view kind_names[] = {"global", "local", "saddle", "top"};

// A place where the gradient is zero.
struct Level {
  Point at;
  double loss;
  Kind kind;
};

struct Surface {
  std::string_view name, title, formula, tex;
  gradus::Tensor (*function)(const gradus::Tensor& x, const gradus::Tensor& y, double parameter);   // elementwise; x and y broadcast
  std::optional<Knob> parameter = {};
  Window window;
  Point start;
  bool log_levels;                  // contours at even ratios rather than at even distances
  double rate;                      // a good learning rate for plain gradient descent from `start`
  std::vector<Point> guesses;       // near the places where the ground is level
};

std::span<const Surface> surfaces();

// The surface with its parameter given.
class Ground {
 public:
  // ValueError: the parameter is not finite, or out of its range.
  explicit Ground(const Surface& surface, std::optional<double> parameter = {});

  const Surface& surface() const { return *surface_; }
  double parameter() const { return parameter_; }            // 0 if the surface has none
  gradus::Tensor loss(const gradus::Tensor& x, const gradus::Tensor& y) const { return surface_->function(x, y, parameter_); }
  double loss(Point at) const;
  // The losses at columns × rows points of the window, its edges included; row 0 is at y0. ValueError: fewer than 2 or more than 1024 of
  // either.
  std::vector<double> grid(const Window& window, int columns, int rows) const;
  // Where the ground is level: found from the guesses with Newton's method, its Hessian from the tape.
  std::vector<Level> levels() const;

 private:
  std::vector<Level> find_levels() const;

  const Surface* surface_;
  double parameter_;
};

}  // namespace landscape
