#include <gradus/data/text/internal/added_tokens.h>

#include <algorithm>

#include <gradus/data/text/internal/unicode.h>
#include <gradus/data/text/internal/utf8.h>

namespace gradus::data::detail {
namespace {

// The character that ends before `at`.
char32_t character_before(std::string_view text, std::size_t at) {
  std::size_t begin = at - 1;
  while (begin > 0 && at - begin < 4 && (static_cast<unsigned char>(text[begin]) & 0xc0) == 0x80) --begin;
  return decode_utf8(text, begin).c;
}

}  // namespace

void TokenFinder::add(std::string_view content, const AddedToken* token) {
  if (content.empty()) return;
  std::uint32_t at = 0;
  for (const char c : content) {
    const auto before = [](const auto& edge, char wanted) { return edge.first < wanted; };
    auto edge = std::lower_bound(nodes_[at].next.begin(), nodes_[at].next.end(), c, before);
    if (edge == nodes_[at].next.end() || edge->first != c) {
      edge = nodes_[at].next.insert(edge, {c, static_cast<std::uint32_t>(nodes_.size())});
      const std::uint32_t made = edge->second;
      nodes_.emplace_back();
      at = made;
    } else {
      at = edge->second;
    }
  }
  if (!nodes_[at].token) nodes_[at].token = token;
}

TokenFinder::Match TokenFinder::longest(std::string_view text, std::size_t at) const {
  Match best{nullptr, 0};
  std::uint32_t node = 0;
  for (std::size_t i = at; i < text.size(); ++i) {
    const auto& next = nodes_[node].next;
    const auto edge = std::lower_bound(next.begin(), next.end(), text[i], [](const auto& e, char wanted) { return e.first < wanted; });
    if (edge == next.end() || edge->first != text[i]) break;
    node = edge->second;
    if (nodes_[node].token) best = {nodes_[node].token, i + 1 - at};
  }
  return best;
}

bool TokenFinder::fits(const AddedToken& token, std::string_view text, std::size_t begin, std::size_t end) {
  if (!token.single_word) return true;
  return (begin == 0 || !is(character_before(text, begin), word)) && (end == text.size() || !is(decode_utf8(text, end).c, word));
}

void TokenFinder::stretch(const AddedToken& token, std::string_view text, std::size_t& begin, std::size_t& end) {
  if (token.lstrip)
    while (begin > 0 && is(character_before(text, begin), space)) begin -= utf8_of(character_before(text, begin)).size();
  while (token.rstrip && end < text.size()) {
    const Decoded next = decode_utf8(text, end);
    if (!is(next.c, space)) break;
    end += next.bytes;
  }
}

}  // namespace gradus::data::detail
