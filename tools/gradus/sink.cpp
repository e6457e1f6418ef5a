#include "sink.h"

#include "sizes.h"
#include "sink_safetensors.h"
#include "sink_zip.h"

namespace gradus::tool {

Target target_of(const std::string& file) {
  constexpr std::pair<std::string_view, Target> endings[] = {{".safetensors", Target::safetensors},
                                                             {".safetensors.index.json", Target::safetensors},
                                                             {".npz", Target::npz},
                                                             {".npy", Target::npy},
                                                             {".pt", Target::pt},
                                                             {".pth", Target::pt}};
  for (const auto& [ending, target] : endings)
    if (file.ends_with(ending) && !file.ends_with("/" + std::string(ending)) && file != ending) return target;
  fail<ValueError>("gradus convert: \"", printable(file),
                   "\": its ending says no format that is written; there are .safetensors, .npz, .npy, .pt and .pth");
}

std::string_view name_of(Target target) {
  constexpr std::string_view names[] = {"safetensors", "npz", "npy", "pt"};
  return names[static_cast<std::size_t>(target)];
}

std::unique_ptr<Sink> make_sink(const std::string& file, const std::vector<Planned>& planned, const Metadata& metadata,
                                std::uint64_t shard_bytes) {
  switch (target_of(file)) {
    case Target::npz:
      return std::make_unique<NpzSink>(file, planned);
    case Target::npy:
      return std::make_unique<NpySink>(file, planned);
    case Target::pt:
      return std::make_unique<PtSink>(file, planned);
    default:
      return std::make_unique<SafetensorsSink>(file, planned, metadata, shard_bytes);
  }
}

}  // namespace gradus::tool
