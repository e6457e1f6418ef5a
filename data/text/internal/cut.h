// Where a text is cut: the patterns that published tokenizers use, each by a hand-written scanner.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gradus/data/text/internal/json.h>

namespace gradus::data::detail {

// A stretch of a text, and whether the pattern matched it.
struct Stretch {
  std::size_t begin, end;
  bool match;
};
using Stretches = std::vector<Stretch>;

enum class Pattern { gpt2, cl100k, qwen2, spaces, words };
inline constexpr std::string_view gpt2_pattern = R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
inline constexpr std::string_view cl100k_pattern =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
inline constexpr std::string_view qwen2_pattern =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

Stretches matches_of(Pattern pattern, std::string_view text);
Stretches matches_of_text(std::string_view wanted, std::string_view text);

// What becomes of matches (and of the rest, if inverted).
enum class Behaviour { removed, isolated, merged_with_previous, merged_with_next, contiguous };
Behaviour read_behaviour(const Node& node);
// The stretches that are left, in order, none empty.
std::vector<std::pair<std::size_t, std::size_t>> cut(const Stretches& stretches, Behaviour behaviour, bool invert = false);

}  // namespace gradus::data::detail
