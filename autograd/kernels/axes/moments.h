// Mean and summed squares of distances from it, put together from those of parts.
#pragma once

namespace gradus::kernels {
namespace {   // internal, so that the copies compiled for different instruction sets stay apart

// Adds the moments of `count` further numbers to those of `n`, at least one.
inline void add_moments(double n, double& mean, double& squares, double count, double other_mean, double other_squares) {
  const double delta = other_mean - mean, all = n + count;
  mean += delta * count / all;
  squares += other_squares + delta * delta * n * count / all;
}

// The same, of n = 0 too, where the formula might overflow.
inline void merge(double n, double& mean, double& squares, double count, double other_mean, double other_squares) {
  if (n > 0) return add_moments(n, mean, squares, count, other_mean, other_squares);
  mean = other_mean, squares = other_squares;
}

}  // namespace
}  // namespace gradus::kernels
