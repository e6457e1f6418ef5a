// Pickles of PtValues, of protocol 2, which every PyTorch loads with weights_only. What is referred to twice is written once.
//   PickleWriter writer(root, [&](const PtNode& tensor) { return place of the tensor; });      zip.add("archive/data.pkl", writer.bytes());
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include <gradus/autograd/array/formats/internal/pt_node.h>

namespace gradus::detail {

// Where a tensor's elements are to be found.
struct PicklePlace {
  std::uint64_t storage = 0, count = 0;   // its key, and how many elements it has
  std::int64_t offset = 0;
  Shape strides;
};

class PickleWriter {
 public:
  PickleWriter(const PtNode& root, std::function<PicklePlace(const PtNode& tensor)> place_of);
  const std::string& bytes() const { return out_; }

 private:
  void count(const PtNode& node);
  void write(const PtNode& node);
  void write_new(const PtNode& node);
  void integer(std::int64_t value);
  void text(std::string_view text);
  void global(std::string_view module_and_name);
  void numbers(const Shape& values);
  void tensor(const PtNode& node);
  void dict(const PtNode& node);
  void list(const PtNode& node);
  void little(std::uint64_t value, int bytes);
  void put(std::uint32_t index);
  void get(std::uint32_t index);

  std::function<PicklePlace(const PtNode&)> place_of_;
  std::string out_;
  std::unordered_map<const PtNode*, int> uses_;
  std::unordered_map<const PtNode*, std::uint32_t> memo_;
  std::unordered_map<std::string_view, std::uint32_t> globals_;
  std::uint32_t next_ = 0;                // of the memo
};

}  // namespace gradus::detail
