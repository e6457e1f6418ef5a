#include <gradus/autograd/ops/pair.h>

namespace gradus {

std::string OptionTraits<Pair>::text(const void* pair) {
  const auto& [h, w] = *static_cast<const Pair*>(pair);
  return h == w ? std::to_string(h) : gradus::text(h, ",", w);
}

bool OptionTraits<Pair>::parse(void* pair, std::string_view text) {
  std::vector<std::int64_t> sizes;
  if (!detail::parse_items(text, sizes) || sizes.empty() || sizes.size() > 2) return false;
  *static_cast<Pair*>(pair) = {sizes.front(), sizes.back()};
  return true;
}

void OptionTraits<Pair>::check(const void* pair, const Range& range, std::string_view who, std::string_view name) {
  const auto& [h, w] = *static_cast<const Pair*>(pair);
  for (const std::int64_t size : {h, w}) check_range(who, name, static_cast<double>(size), range, true);
}

std::string OptionTraits<Triple>::text(const void* triple) {
  const auto& [d, h, w] = *static_cast<const Triple*>(triple);
  return d == h && h == w ? std::to_string(h) : gradus::text(d, ",", h, ",", w);
}

bool OptionTraits<Triple>::parse(void* triple, std::string_view text) {
  std::vector<std::int64_t> sizes;
  if (!detail::parse_items(text, sizes) || (sizes.size() != 1 && sizes.size() != 3)) return false;
  *static_cast<Triple*>(triple) = {sizes.front(), sizes[sizes.size() / 2], sizes.back()};
  return true;
}

void OptionTraits<Triple>::check(const void* triple, const Range& range, std::string_view who, std::string_view name) {
  const auto& [d, h, w] = *static_cast<const Triple*>(triple);
  for (const std::int64_t size : {d, h, w}) check_range(who, name, static_cast<double>(size), range, true);
}

}  // namespace gradus
