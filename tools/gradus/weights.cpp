#include "weights.h"

#include <algorithm>
#include <utility>

#include <gradus/autograd/array/formats/safetensors.h>

namespace gradus::tool {
namespace {

class SafetensorsWeights final : public Weights {
 public:
  explicit SafetensorsWeights(const FileName& name) : file_(name) {
    format = "safetensors";
    files = {name.string()};
    metadata = file_.metadata();
    for (const SafetensorsEntry& e : file_.entries())
      entries.push_back({e.name, std::string(e.dtype), e.loads_as, e.shape, e.end - e.begin, ""});
  }
  Array load(std::string_view name) const override { return file_.load(name); }

 private:
  SafetensorsFile file_;
};

}  // namespace

const Entry* Weights::find(std::string_view name) const {
  const auto at = std::find_if(entries.begin(), entries.end(), [&](const Entry& e) { return e.name == name; });
  return at == entries.end() ? nullptr : &*at;
}

std::uint64_t Weights::bytes() const {
  std::uint64_t sum = 0;
  for (const Entry& e : entries) sum += e.bytes;
  return sum;
}

std::vector<std::string> Weights::checkpoint_parts() const {
  const auto listed = metadata.find("parts");
  if (listed == metadata.end()) return {};
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= listed->second.size();) {
    const std::size_t end = std::min(listed->second.find(',', begin), listed->second.size());
    parts.push_back(listed->second.substr(begin, end - begin));
    begin = end + 1;
  }
  const auto belongs = [&](std::string_view name) {
    return std::any_of(parts.begin(), parts.end(), [&](const std::string& part) {
      return name.size() > part.size() && name.starts_with(part) && name[part.size()] == '.';
    });
  };
  const bool ours = std::all_of(entries.begin(), entries.end(), [&](const Entry& e) { return belongs(e.name); }) &&
                    std::all_of(metadata.begin(), metadata.end(), [&](const auto& m) { return m.first == "parts" || belongs(m.first); });
  return ours ? parts : std::vector<std::string>();
}

std::unique_ptr<Weights> open_weights(const FileName& file) { return std::make_unique<SafetensorsWeights>(file); }

}  // namespace gradus::tool
