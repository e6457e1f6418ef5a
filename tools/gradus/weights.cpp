#include "weights.h"

#include <algorithm>
#include <utility>

#include <gradus/autograd/array/formats/array_file.h>

#include "weights_of.h"

namespace gradus::tool {
namespace {

class ArrayWeights final : public Weights {
 public:
  explicit ArrayWeights(ArrayFile file) : file_(std::move(file)) {
    format = name_of(file_.format());
    files = file_.files();
    metadata = file_.metadata();
    for (const ArrayEntry& e : file_.entries()) entries.push_back({e.name, e.dtype, e.loads_as, e.shape, e.bytes, "", ""});
  }
  Array load(std::string_view name) const override { return file_.load(name); }

 private:
  ArrayFile file_;
};

}  // namespace

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

std::unique_ptr<Weights> open_weights(const FileName& name) {
  if (name.string().ends_with(".onnx")) return onnx_weights(name);  // protobuf has nothing that its content could be told by
  if (array_format(name) == ArrayFormat::pt) return pt_weights(name);
  return std::make_unique<ArrayWeights>(ArrayFile(name));
}

}  // namespace gradus::tool
