#include <gradus/data/text/internal/cut.h>

#include <gradus/autograd/base/internal/printable.h>
#include <gradus/data/text/internal/unicode.h>
#include <gradus/data/text/internal/utf8.h>

namespace gradus::data::detail {
namespace {

// A text as code points, and where each begins.
struct Letters {
  std::u32string c;
  std::vector<std::size_t> begin;
  explicit Letters(std::string_view text) {
    c.reserve(text.size()), begin.reserve(text.size() + 1);
    std::size_t at = 0;
    each_character(text, [&](char32_t letter_here, std::string_view bytes) {
      c += letter_here, begin.push_back(at);
      at += bytes.size();
    });
    begin.push_back(at);
  }
  std::size_t size() const { return c.size(); }
  bool has(std::size_t i, unsigned kinds) const { return i < c.size() && is(c[i], kinds); }
  bool other(std::size_t i) const { return i < c.size() && !is(c[i], space | letter | number); }
  bool line_end(std::size_t i) const { return i < c.size() && (c[i] == '\r' || c[i] == '\n'); }
  std::size_t run(std::size_t i, unsigned kinds) const {
    while (has(i, kinds)) ++i;
    return i;
  }
  std::size_t run_of_others(std::size_t i) const {
    while (other(i)) ++i;
    return i;
  }
};

// An English ending after an apostrophe: where it ends, or i.
std::size_t ending(const Letters& t, std::size_t i, bool any_case) {
  if (i + 1 >= t.size() || t.c[i] != '\'') return i;
  const auto small = [&](std::size_t k) -> char32_t {
    if (k >= t.size()) return 0;
    const char32_t c = t.c[k];
    if (!any_case) return c;
    return c >= 'A' && c <= 'Z' ? c + 32 : c == 0x17f ? U's' : c;  // the long s is an s, too
  };
  const char32_t a = small(i + 1), b = small(i + 2);
  if (a == 's' || a == 't' || a == 'm' || a == 'd') return i + 2;
  if ((a == 'r' && b == 'e') || (a == 'v' && b == 'e') || (a == 'l' && b == 'l')) return i + 3;
  return i;
}

// \s+(?!\S)|\s+ : spaces but for the one before a word.
std::size_t spaces(const Letters& t, std::size_t i) {
  const std::size_t end = t.run(i, space);
  return end < t.size() && end - i > 1 ? end - 1 : end;
}

std::size_t gpt2(const Letters& t, std::size_t i) {
  if (const std::size_t end = ending(t, i, false); end != i) return end;
  const std::size_t body = t.c[i] == ' ' ? i + 1 : i;
  if (t.has(body, letter)) return t.run(body, letter);
  if (t.has(body, number)) return t.run(body, number);
  if (t.other(body)) return t.run_of_others(body);
  return spaces(t, i);
}

std::size_t cl100k(const Letters& t, std::size_t i, std::size_t digits) {
  if (const std::size_t end = ending(t, i, true); end != i) return end;
  if (t.has(i, letter)) return t.run(i, letter);
  if (!t.line_end(i) && !t.has(i, number) && t.has(i + 1, letter)) return t.run(i + 1, letter);
  if (t.has(i, number)) {
    std::size_t end = i;
    while (end - i < digits && t.has(end, number)) ++end;
    return end;
  }
  if (const std::size_t body = t.c[i] == ' ' ? i + 1 : i; t.other(body)) {
    std::size_t end = t.run_of_others(body);
    while (t.line_end(end)) ++end;
    return end;
  }
  const std::size_t end = t.run(i, space);  // here stands a space
  for (std::size_t last = end; last > i; --last)
    if (t.line_end(last - 1)) return last;  // spaces up to the last end of a line
  return spaces(t, i);
}

}  // namespace

Stretches matches_of(Pattern pattern, std::string_view text) {
  const Letters t(text);
  Stretches out;
  const auto put = [&](std::size_t begin, std::size_t end, bool match) { out.push_back({t.begin[begin], t.begin[end], match}); };
  for (std::size_t i = 0; i < t.size();) {
    std::size_t end = i;
    bool match = true;
    switch (pattern) {
      case Pattern::gpt2:
        end = gpt2(t, i);
        break;
      case Pattern::cl100k:
        end = cl100k(t, i, 3);
        break;
      case Pattern::qwen2:
        end = cl100k(t, i, 1);
        break;
      case Pattern::spaces:
        match = t.has(i, space);
        while (end < t.size() && t.has(end, space) == match) ++end;
        break;
      case Pattern::words:  // \w+|[^\w\s]+
        match = !t.has(i, space);
        if (t.has(i, word))
          end = t.run(i, word);
        else
          while (end < t.size() && !is(t.c[end], word) && t.has(end, space) != match) ++end;
        break;
    }
    put(i, end, match);
    i = end;
  }
  return out;
}

Stretches matches_of_text(std::string_view wanted, std::string_view text) {
  Stretches out;
  std::size_t begin = 0;
  for (std::size_t at; !wanted.empty() && (at = text.find(wanted, begin)) != text.npos; begin = at + wanted.size()) {
    if (at > begin) out.push_back({begin, at, false});
    out.push_back({at, at + wanted.size(), true});
  }
  if (begin < text.size()) out.push_back({begin, text.size(), false});
  return out;
}

Behaviour read_behaviour(const Node& node) {
  const std::string& name = node.text();
  if (name == "Removed") return Behaviour::removed;
  if (name == "Isolated") return Behaviour::isolated;
  if (name == "MergedWithPrevious") return Behaviour::merged_with_previous;
  if (name == "MergedWithNext") return Behaviour::merged_with_next;
  if (name == "Contiguous") return Behaviour::contiguous;
  node.refuse("the behaviour ", gradus::detail::in_quotes(name), " is not known");
}

std::vector<std::pair<std::size_t, std::size_t>> cut(const Stretches& stretches, Behaviour behaviour, bool invert) {
  std::vector<std::pair<std::size_t, std::size_t>> out;
  bool before = false, open = false;  // open: the next one that is no match joins
  for (const Stretch& s : stretches) {
    if (s.begin == s.end) continue;
    const bool match = s.match != invert;
    switch (behaviour) {
      case Behaviour::removed:
        if (!match) out.emplace_back(s.begin, s.end);
        break;
      case Behaviour::isolated:
        out.emplace_back(s.begin, s.end);
        break;
      case Behaviour::contiguous:
        if (!out.empty() && match == before)
          out.back().second = s.end;
        else
          out.emplace_back(s.begin, s.end);
        break;
      case Behaviour::merged_with_previous:
        if (match && !before && !out.empty())
          out.back().second = s.end;
        else
          out.emplace_back(s.begin, s.end);
        break;
      case Behaviour::merged_with_next:
        if (open && !match)
          out.back().second = s.end;
        else
          out.emplace_back(s.begin, s.end);
        open = match;
        break;
    }
    before = match;
  }
  return out;
}

}  // namespace gradus::data::detail
