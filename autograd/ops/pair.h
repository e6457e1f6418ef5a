// A size for both dimensions of an image, or for all three of a volume.
#pragma once
#include <cstdint>

#include <gradus/autograd/base/describe/option.h>

namespace gradus {

// One for both, or one each: {3} or {3, 5}, or plain 3.
struct Pair {
  std::int64_t h, w;
  Pair(std::int64_t both) : h(both), w(both) {}
  Pair(std::int64_t height, std::int64_t width) : h(height), w(width) {}
  friend bool operator==(const Pair&, const Pair&) = default;
};

// One for all three, or one each: {1, 3, 3}, or plain 3.
struct Triple {
  std::int64_t d, h, w;
  Triple(std::int64_t all) : d(all), h(all), w(all) {}
  Triple(std::int64_t depth, std::int64_t height, std::int64_t width) : d(depth), h(height), w(width) {}
  friend bool operator==(const Triple&, const Triple&) = default;
};

// As an option: "3", or "3,5".
template <> struct OptionTraits<Pair> {
  static std::string text(const void* pair);
  static bool parse(void* pair, std::string_view text);
  static void check(const void* pair, const Range& range, std::string_view who, std::string_view name);
  static constexpr OptionType type{.kind = OptionKind::list, .cpp = &typeid(Pair), .text = text, .parse = parse, .check = check};
};
// "3", or "1,3,3".
template <> struct OptionTraits<Triple> {
  static std::string text(const void* triple);
  static bool parse(void* triple, std::string_view text);
  static void check(const void* triple, const Range& range, std::string_view who, std::string_view name);
  static constexpr OptionType type{.kind = OptionKind::list, .cpp = &typeid(Triple), .text = text, .parse = parse, .check = check};
};

}  // namespace gradus
