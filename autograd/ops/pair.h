// A size for both dimensions of an image.
#pragma once
#include <cstdint>

namespace gradus {

// One for both, or one each: {3} or {3, 5}, or plain 3.
struct Pair {
  std::int64_t h, w;
  Pair(std::int64_t both) : h(both), w(both) {}
  Pair(std::int64_t height, std::int64_t width) : h(height), w(width) {}
  friend bool operator==(const Pair&, const Pair&) = default;
};

}  // namespace gradus
