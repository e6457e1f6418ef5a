#include <gradus/data/read/internal/code_table.h>

#include <random>

namespace gradus::data {

std::uint64_t CodeTable::draw_secret() {
  static const std::uint64_t secret = (std::uint64_t{std::random_device{}()} << 32 | std::random_device{}()) | 1;
  return secret;
}

void CodeTable::place(std::int64_t code) {
  const std::string_view text = texts_[code];
  const Key key = key_of(text);
  std::size_t at = begin_of(key, text.size());
  while (places_[at].code >= 0) at = (at + 1) & mask_;
  places_[at] = {code, text.size(), key};
}

std::int64_t CodeTable::add(std::string_view text) {
  const std::int64_t code = size();
  texts_.add(text);
  if (2 * static_cast<std::size_t>(size()) <= places_.size()) {
    place(code);
    return code;
  }
  places_.assign(places_.empty() ? 128 : 2 * places_.size(), {});   // so many that few texts of a small set share a place
  mask_ = places_.size() - 1;
  for (std::int64_t k = 0; k <= code; ++k) place(k);
  return code;
}

}  // namespace gradus::data
