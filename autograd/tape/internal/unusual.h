// Elements that are not finite, as DetectAnomaly looks for them.
#pragma once
#include <cstdint>
#include <optional>

#include <gradus/autograd/array/array.h>

namespace gradus::detail {

struct Unusual {
  std::int64_t element;   // in row-major order
  double value;           // NaN or ±inf
};

// The first NaN (or, with Mode::looks_for_infinity in `looking`, infinity) of a floating array.
std::optional<Unusual> first_unusual(const Array& a, unsigned looking);
// "NaN at [1, 2]"
std::string describe_unusual(const Unusual& found, const Shape& shape);

}  // namespace gradus::detail
