// Tokens that are found in a text before anything else is done to it: special ones, and those that were added to a vocabulary.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <gradus/data/text/internal/parts.h>

namespace gradus::data::detail {

struct AddedToken {
  std::string content;
  std::int64_t id = 0;
  bool single_word = false, lstrip = false, rstrip = false, normalized = false, special = false;
};

// Finds the longest of some tokens at the leftmost place.
class TokenFinder {
 public:
  void add(std::string_view content, const AddedToken* token);
  bool empty() const { return nodes_.size() == 1; }
  // plain(stretch) and found(token), in the order of the text, which is cut up as a whole.
  template <class Plain, class Found>
  void split(std::string_view text, Plain plain, Found found) const {
    std::size_t done = 0;
    for (std::size_t at = 0; at < text.size() && !empty();) {
      const Match match = longest(text, at);
      if (!match.token) {
        ++at;
        continue;
      }
      std::size_t begin = at, end = at + match.bytes;
      at = end;
      if (!fits(*match.token, text, begin, end)) continue;
      stretch(*match.token, text, begin, end);
      begin = std::max(begin, done);
      if (begin > done) plain(text.substr(done, begin - done), done);
      found(*match.token);
      done = end;
      at = std::max(at, end);
    }
    if (done < text.size()) plain(text.substr(done), done);
  }

 private:
  struct Match {
    const AddedToken* token;
    std::size_t bytes;
  };
  struct TrieNode {
    std::vector<std::pair<char, std::uint32_t>> next;  // in order
    const AddedToken* token = nullptr;
  };
  Match longest(std::string_view text, std::size_t at) const;
  static bool fits(const AddedToken& token, std::string_view text, std::size_t begin, std::size_t end);       // single_word
  static void stretch(const AddedToken& token, std::string_view text, std::size_t& begin, std::size_t& end);  // lstrip, rstrip
  std::vector<TrieNode> nodes_{1};
};

}  // namespace gradus::data::detail
