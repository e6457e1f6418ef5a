// Fitting a model of two weights to points, so that its loss is a landscape over the plane which really comes from data: the whole of it,
// and the one that each mini-batch sees.
//   const Fit line = line_through_points();   double loss = line.loss({0.2, 0.9});
//   Walk walk = line.descend({-2, 2}, {.rate = 0.1, .batch = 4});
#pragma once
#include <cstdint>
#include <vector>

#include <gradus/autograd/tape/tensor.h>

#include "landscape/figures.h"

namespace landscape::chapters {

struct Weights {
  double w1, w2;
};

struct Walk {
  std::vector<double> w1, w2;
  std::vector<double> loss;        // over all points
  std::vector<double> epochs;      // passes over the points, begun or finished, until there
};

struct Descent {
  double rate = 0.1;
  std::int64_t batch = 0;          // points; 0: all
  int epochs = 30;
  std::uint64_t seed = 1;          // of the order of the points
};

struct Fit {
  gradus::Tensor (*model)(const gradus::Tensor& w1, const gradus::Tensor& w2, const gradus::Tensor& x);   // elementwise; broadcasts
  gradus::Tensor x, v;             // f64 [n]: the points

  double predict(Weights w, double at) const;
  double loss(Weights w) const;                                                   // the mean square of v − model(w, x)
  Weights slope(Weights w) const;                                                 // its gradient
  figure::Grid grid(const double (&window)[4], int columns, int rows) const;
  Walk descend(Weights start, const Descent& how) const;                          // by optim::SGD over a shuffled loader
};

// v = 0.8·x − 0.5 and noise, model w₁·x + w₂: a bowl.
Fit line_through_points();
// v = sin(2.6·x + 0.4) and noise, model sin(w₁·x + w₂): hills, and valleys where a wrong frequency fits a little.
Fit wave_through_points();

}  // namespace landscape::chapters
