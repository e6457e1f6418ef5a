// Where `gradus convert` writes to: a sink is told first what will come, then gets one tensor after the other, in the order that it wants,
// so that one is in memory at a time. Without commit(), whatever stood under the name still stands there.
//   auto sink = make_sink("b.safetensors", planned, metadata, {});
//   for (const std::size_t i : sink->order) sink->write(i, load(i));
//   sink->commit();
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gradus/autograd/array/array.h>

namespace gradus::tool {

struct Planned {
  std::string name;
  Dtype dtype;
  Shape shape;
  std::optional<std::size_t> same_as = {};  // the one before that has just the same elements
  std::uint64_t bytes() const { return static_cast<std::uint64_t>(shape.elements()) * size_of(dtype); }
};
using Metadata = std::map<std::string, std::string>;

class Sink {
 public:
  virtual ~Sink() = default;
  virtual void write(std::size_t at, const Array& array) = 0;  // the one planned there
  virtual void commit() = 0;

  std::vector<std::string> files;     // that will be written: shards, when there are several, and the index last
  std::vector<std::string> replaced;  // and that will be removed, since an index named them that is replaced
  std::vector<std::size_t> order;  // without those that same_as stands for, where it keeps ties
  bool keeps_metadata = false, keeps_ties = false, keeps_names = true;
};

// What a file of this name is to be, told by its ending.
enum class Target { safetensors, npz, npy, pt };
Target target_of(const std::string& file);  // ValueError lists the endings
std::string_view name_of(Target target);

// shard_bytes: 0, or of safetensors the most that one file's tensors may take together. ValueError: what the format cannot say.
std::unique_ptr<Sink> make_sink(const std::string& file, const std::vector<Planned>& planned, const Metadata& metadata,
                                std::uint64_t shard_bytes);

}  // namespace gradus::tool
