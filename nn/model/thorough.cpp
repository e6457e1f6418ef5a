#include <gradus/nn/model/thorough.h>

#include <algorithm>
#include <functional>
#include <span>
#include <utility>

namespace gradus::nn {
namespace {

// Those of `living` that lie in an object.
std::span<const Parameter* const> inside(const std::vector<const Parameter*>& living, const void* object, std::size_t bytes) {
  const auto* const begin = static_cast<const std::byte*>(object);
  const auto first_from = [&](const std::byte* place) {
    return std::lower_bound(living.begin(), living.end(), place, [](const Parameter* p, const std::byte* at) {
      return std::less<>()(reinterpret_cast<const std::byte*>(p), at);
    });
  };
  return {first_from(begin), first_from(begin + bytes)};
}

}  // namespace

// Most walks meet them in the order of their addresses.
void Thorough::see(const Parameter* p) {
  const auto place =
      seen_.empty() || std::less<>()(seen_.back(), p) ? seen_.end() : std::lower_bound(seen_.begin(), seen_.end(), p, std::less<>());
  if (place == seen_.end() || *place != p) seen_.insert(place, p);
}

const std::vector<const Parameter*>& Thorough::living() {
  if (!std::exchange(counted_, true)) living_ = gradus::detail::living_parameters();
  return living_;
}

void Thorough::passed_over(const void* object, std::size_t bytes) {
  for (const Parameter* p : inside(living(), object, bytes)) see(p);
}

void Thorough::listed(const Path& path, const void* object, std::size_t bytes) {
  for (const Parameter* p : inside(living(), object, bytes)) {
    if (std::binary_search(seen_.begin(), seen_.end(), p, std::less<>()) || !p->defined()) continue;
    const std::string name = path.text();
    fail<ValueError>("nn: a class that lists its fields (", name.empty() ? "the model itself" : name, ") has a parameter ", p->shape(),
                     " that is not in the list, so that nobody would train or save it; add it to nn::Fields, "
                     "as nn::PassedOver where it is no part of the model");
  }
}

}  // namespace gradus::nn
