// What a PtValue points to, and the storages that tensors of a file show.
#pragma once
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <gradus/autograd/array/formats/internal/pickle_dtype.h>
#include <gradus/autograd/array/formats/pt.h>

namespace gradus::detail {

// Where storages are read: an archive, or a file of the legacy layout. Any number of threads may.
class PtSource {
 public:
  virtual ~PtSource() = default;
  // The bytes of a storage, read now and all of them; or its elements where they lie in the file, if they can be mapped.
  virtual void read(std::size_t storage, std::span<std::byte> to) const = 0;
  virtual std::optional<Array> mapped(std::size_t storage, std::int64_t count, Dtype dtype) const = 0;
  virtual const FileName& path() const = 0;
};

struct PtStorage {
  std::shared_ptr<const PtSource> source;
  std::size_t index = 0;                              // in the source
  std::uint64_t bytes = 0;
  int tensors = 0;                                    // that show it; what several show is kept
  bool swapped = false;                               // written on a machine of the other byte order
  bool map = false;
  std::string where;                                  // "storage 0", for errors
  mutable std::mutex loading;
  mutable std::vector<std::pair<const TorchDtype*, Array>> loaded;

  Array load(const TorchDtype& dtype) const;          // all of it, as elements of this type, in one dimension

 private:
  Array read(const TorchDtype& dtype) const;
};

struct PtTensor {
  Array array;                                        // or
  std::shared_ptr<const PtStorage> storage;
  const TorchDtype* dtype = nullptr;
  std::int64_t offset = 0;                            // in elements
  Shape shape, strides;
  bool requires_grad = false, parameter = false;

  Array load() const;
};

struct PtNode {
  using Kind = PtValue::Kind;
  using Node = PtValue::Node;
  struct Items {
    std::vector<Node> keys, values;                   // keys of a dict alone
    std::unordered_map<std::string, std::size_t> places;      // of its keys, by key_text()
    Node attributes;
  };

  explicit PtNode(Kind k) : kind(k) {}
  PtNode(const PtNode& other);
  static PtValue value_of(Node node) { return PtValue(std::move(node)); }
  static const Node& of(const PtValue& value) { return value.node_; }
  // Keys that Python takes for one are one: 1, 1.0 and True. "" for what cannot be a key.
  std::string key_text() const;
  std::string name() const;                           // as a part of a path
  void add(const Node& value);
  bool add(const Node& key, const Node& value);       // false: no such keys
  void contain(const Node& value);                    // keeps `height`; ValueError if it is too high

  Kind kind;
  bool ordered = false;                               // of a dict: an OrderedDict
  int height = 0;                                     // of values below it
  union {
    std::int64_t integer = 0;
    double number;
  };
  std::string text;
  std::unique_ptr<Items> items;
  std::unique_ptr<PtTensor> tensor;
};

}  // namespace gradus::detail
