// A part of a picture, or more than the picture: which of its rows and columns stand where.
#pragma once
#include <cstdint>
#include <vector>

#include <gradus/data/transform/pictures.h>

namespace gradus::data::detail {

inline constexpr std::int64_t most_padding = 1 << 20;

// `count` places along one side from `first` on; what is beyond the side follows the mode (constant: −1).
struct Line {
  std::int64_t first = 0, count = 0;
  PaddingMode mode = PaddingMode::constant;
  bool flip = false;
  std::int64_t size = 0;  // of the side
  std::vector<std::int64_t> places() const;
  void check(const char* op) const;  // ValueError
};

Tensor window(const char* op, const Tensor& picture, const Line& rows, const Line& columns, double fill);
void check_fill(const char* op, Dtype dtype, double fill);  // ValueError unless the type holds it

}  // namespace gradus::data::detail
