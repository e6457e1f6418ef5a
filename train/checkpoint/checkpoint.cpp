#include <gradus/train/checkpoint/checkpoint.h>

#include <vector>

namespace gradus::train {
namespace {

std::vector<StatePart> plain(std::span<const Part> parts) { return {parts.begin(), parts.end()}; }

}  // namespace

StatePart Part::of_model(std::string name, const nn::ModuleRef& net) {
  return {std::move(name), [net] { return nn::state(net); }, [net](const State& state) { nn::load_state(net, state); }};
}

void save_checkpoint(const FileName& file, std::span<const Part> parts) { save_state(file, sum_of_states(plain(parts))); }

void save_checkpoint(const FileName& file, std::initializer_list<Part> parts) {
  save_checkpoint(file, std::span<const Part>(parts.begin(), parts.size()));
}

void load_checkpoint(const FileName& file, std::span<const Part> parts) {
  load_sum_of_states(text("load_checkpoint ", file), plain(parts), read_state(file));
}

void load_checkpoint(const FileName& file, std::initializer_list<Part> parts) {
  load_checkpoint(file, std::span<const Part>(parts.begin(), parts.size()));
}

}  // namespace gradus::train
