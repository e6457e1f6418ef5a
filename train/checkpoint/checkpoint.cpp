#include <gradus/train/checkpoint/checkpoint.h>

#include <gradus/train/checkpoint/internal/checkpoint_file.h>

namespace gradus::train {

StatePart Part::of_model(std::string name, const nn::ModuleRef& net) {
  return {std::move(name), [net] { return nn::state(net); }, [net](const State& state) { nn::load_state(net, state); }};
}

void save_checkpoint(const FileName& file, std::span<const Part> parts) { detail::write_checkpoint(file, parts, {}); }

void save_checkpoint(const FileName& file, std::initializer_list<Part> parts) {
  save_checkpoint(file, std::span<const Part>(parts.begin(), parts.size()));
}

CheckpointReport load_checkpoint(const FileName& file, std::span<const Part> parts, const LoadCheckpointOptions& options) {
  return detail::load_contents(file, parts, detail::read_checkpoint(file, options.verify));
}

CheckpointReport load_checkpoint(const FileName& file, std::initializer_list<Part> parts, const LoadCheckpointOptions& options) {
  return load_checkpoint(file, std::span<const Part>(parts.begin(), parts.size()), options);
}

}  // namespace gradus::train
