// A file of weights as the commands see it, whatever its format: what it lists, and one array at a time.
//   const auto file = open_weights("model.safetensors");
//   for (const Entry& e : file->entries) statistics_of(file->load(e.name));
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gradus/autograd/array/array.h>
#include <gradus/autograd/base/file_name.h>

namespace gradus::tool {

struct Entry {
  std::string name;
  std::string dtype;              // as the format calls it
  std::optional<Dtype> loads_as;  // none: it can be listed alone
  std::vector<std::uint64_t> shape = {};
  std::uint64_t bytes = 0;   // in the file
  std::string storage = {};  // entries that show the same memory have one; "" where the format has no such thing
  std::string same_as = {};  // the entry before it that shows just the same elements
};

// What a model of operations has beside its weights.
struct Graph {
  std::vector<std::pair<std::string, std::string>> facts;            // "opset" "17", "producer" "pytorch 2.13"
  std::vector<std::pair<std::string, std::string>> inputs, outputs;  // "x" "f32 [N, 3, 224, 224]"
  std::map<std::string, std::uint64_t> operators;                    // how often each stands in it
};

class Weights {
 public:
  virtual ~Weights() = default;
  virtual Array load(std::string_view name) const = 0;  // FileError: it cannot be loaded; ValueError: there is none

  std::string format;              // "safetensors"
  std::vector<std::string> files;  // all that are read: a sharded model's, too
  std::vector<Entry> entries;      // in the file's order
  std::map<std::string, std::string> metadata;
  std::vector<std::pair<std::string, std::string>> values;  // what is no array: "epoch" "3"
  std::optional<Graph> graph;

  std::uint64_t bytes() const;
  // The names of the parts if a checkpoint of ours (train/checkpoint/checkpoint.h) wrote it.
  std::vector<std::string> checkpoint_parts() const;
};

// FileError names the file, the rule broken and the place.
std::unique_ptr<Weights> open_weights(const FileName& file);

}  // namespace gradus::tool
