// Mean and summed squares of distances from it, put together from those of parts.
#pragma once

namespace gradus::kernels {
namespace {   // internal, so that the copies compiled for different instruction sets stay apart

// Adds the moments of `count` further numbers to those of `n`.
void merge(double n, double& mean, double& squares, double count, double other_mean, double other_squares) {
  if (n == 0) {   // what the formula gives, but where it overflows
    mean = other_mean, squares = other_squares;
    return;
  }
  const double delta = other_mean - mean, all = n + count;
  mean += delta * count / all;
  squares += other_squares + delta * delta * n * count / all;
}

}  // namespace
}  // namespace gradus::kernels
