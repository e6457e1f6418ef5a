// The two ways from one value to another that several schedules offer.
#pragma once
#include <array>
#include <cmath>
#include <numbers>
#include <string_view>

namespace gradus::optim {

enum class Anneal { cos, linear };

// From start, at part = 0, to end, at part = 1.
inline double anneal(Anneal way, double start, double end, double part) {
  if (part >= 1) return end;
  if (way == Anneal::linear) return start + (end - start) * part;
  return end + (start - end) / 2 * (1 + std::cos(std::numbers::pi * part));
}

}  // namespace gradus::optim
