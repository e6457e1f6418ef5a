#include <gradus/autograd/tape/tied_weight.h>

#include <algorithm>
#include <mutex>

#include <gradus/autograd/base/internal/after_fork.h>
#include <gradus/autograd/tape/parameter.h>

namespace gradus::detail {
namespace {

// Made when first needed and never destroyed: models may be static objects.
MutexOverForks& lock() {
  static auto& mutex = *new MutexOverForks;
  return mutex;
}

// This thread, as an address.
const void* here() {
  thread_local const char place = 0;
  return &place;
}

}  // namespace

void Leave::operator()(TiedPlace* place) const noexcept {
  {
    const std::lock_guard guard(lock());
    TiedWeight& weight = *place->weight;
    if (place->waits) std::erase_if(weight.copies, [&](const TiedWeight::Copy& copy) { return copy.place == place; });
    else weight.places[place->slot] = nullptr;
  }
  delete place;
}

std::shared_ptr<TiedWeight> TiedWeight::of(const std::vector<Parameter*>& parameters) {
  const auto weight = std::make_shared<TiedWeight>();
  weight->places.assign(parameters.size(), nullptr);
  std::vector<TiedPlacePtr> places;
  for (std::size_t slot = 0; slot < parameters.size(); ++slot) {
    parameters[slot]->place_.reset();
    places.emplace_back(new TiedPlace{parameters[slot], weight, slot, false});
  }
  const std::lock_guard guard(lock());
  for (std::size_t slot = 0; slot < parameters.size(); ++slot) {
    parameters[slot]->stand_for(*parameters[0]);
    weight->places[slot] = places[slot].get();
    parameters[slot]->place_ = std::move(places[slot]);
  }
  return weight;
}

std::shared_ptr<TiedWeight> TiedWeight::copy_of_model() const {
  const auto copy = std::make_shared<TiedWeight>();
  const std::lock_guard guard(lock());
  std::vector<TiedPlace*> fresh(places.size(), nullptr);
  for (const Copy& waiting : copies)
    if (waiting.thread == here()) fresh[waiting.place->slot] = waiting.place;   // the latest of each: the model's, which is being copied
  for (std::size_t slot = 0; slot < places.size(); ++slot)
    check<GraphError>(fresh[slot] || !places[slot], "Tie: copied, but the weights that it ties were not copied before it; "
                      "declare the nn::Tie in the same struct as the layers that it ties, after them");
  copy->places.assign(places.size(), nullptr);
  const Parameter* first = nullptr;
  for (std::size_t slot = 0; slot < places.size(); ++slot) {
    if (!places[slot]) continue;
    TiedPlace& place = *fresh[slot];
    std::erase_if(place.weight->copies, [&](const Copy& waiting) { return waiting.place == &place; });
    place.waits = false;
    place.weight = copy;
    copy->places[slot] = &place;
    if (first) place.parameter->stand_for(*first);
    else first = place.parameter;
  }
  return copy;
}

void TiedWeight::end() {
  const std::lock_guard guard(lock());
  --ties;
}

bool TiedWeight::alive() const {
  const std::lock_guard guard(lock());
  return std::any_of(places.begin(), places.end(), [](const TiedPlace* place) { return place != nullptr; });
}

TiedPlacePtr copied(const TiedPlace& place, Parameter* copy) {
  const std::lock_guard guard(lock());
  if (place.waits) return {};
  TiedWeight& weight = *place.weight;
  check<GraphError>(weight.ties > 0, copy->name(), ": a copy of this weight would lose its tie, since the nn::Tie that made it is gone; "
                    "make it a member of the model: nn::Tie tied{words.weight, output.weight};");
  weight.copies.reserve(weight.copies.size() + 1);
  TiedPlacePtr waiting(new TiedPlace{copy, place.weight, place.slot, true});
  weight.copies.push_back({here(), waiting.get()});
  return waiting;
}

void moved(TiedPlace& place, Parameter* to) noexcept {
  const std::lock_guard guard(lock());
  place.parameter = to;
}

bool ties(const TiedPlace& place) {
  const std::lock_guard guard(lock());
  return !place.waits;
}

void set_requires_grad(const TiedPlace& place, bool on) {
  const std::lock_guard guard(lock());
  if (place.waits) return;
  for (TiedPlace* each : place.weight->places)
    if (each) each->parameter->trainable_ = on;
}

}  // namespace gradus::detail
