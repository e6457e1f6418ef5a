// The values that a chart must have room for.
#pragma once
#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include <gradus/autograd/base/draw/internal/chart.h>

namespace gradus::optim {

// The least and the largest of the values that are finite, and of `least` if that is.
inline std::pair<double, double> range_of(std::span<const double> values, double least) {
  double low = least, high = std::isfinite(least) ? least : -INFINITY;
  for (const double value : values)
    if (std::isfinite(value)) low = std::min(low, value), high = std::max(high, value);
  return {low, high};
}
inline std::pair<double, double> range_of(const std::vector<std::vector<double>>& groups, double least) {
  double low = least, high = std::isfinite(least) ? least : -INFINITY;
  for (const auto& values : groups) {
    const auto [l, h] = range_of(std::span(values), least);
    low = std::min(low, l), high = std::max(high, h);
  }
  return {low, high};
}

}  // namespace gradus::optim
