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

CheckpointReport load_part(const FileName& file, const Part& part, const LoadCheckpointOptions& options) {
  const detail::CheckpointContents contents = detail::read_checkpoint(file, options.verify);
  const State state = contents.state.part(part.name() + ".");
  check<ValueError>(!state.arrays.empty() || !state.values.empty(), "load_part: ", file, " has no part ", part.name());
  try {
    part.load_state(state);
  } catch (const ValueError& e) {
    fail<ValueError>("load_part: ", file, ": ", part.name(), ": ", e.what());
  }
  return {contents.format, detail::differences_from_here(contents.facts)};
}

}  // namespace gradus::train
