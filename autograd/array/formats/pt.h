// What torch.save writes, .pt and .pth, read and written without Python: a tree of values whose leaves are tensors, numbers and texts.
//   for (auto& [name, array] : load_pt("resnet18.pth").arrays()) std::cout << name << ' ' << array.shape() << '\n';
//   const PtValue saved = load_pt("checkpoint.pt");
//   double lr = saved["optimizer"]["param_groups"][0]["lr"].number();      Array m = saved["optimizer"]["state"][0]["exp_avg"].array();
//   save_pt("net.pt", PtValue::dict({{"epoch", 3}, {"state_dict", nn::state(net).arrays}}));
// A pickle may have Python call anything; here nothing is called, and what is no plain value is an error that names it.
#pragma once
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gradus/autograd/array/array.h>
#include <gradus/autograd/base/file_name.h>

namespace gradus {

namespace detail {
struct PtNode;
}
struct PtItem;

// A value of Python's, cheap to copy; copies are independent. An accessor that does not fit is a ValueError that says where in the tree it
// stands: "state.0.exp_avg is a float, not a tensor".
class PtValue {
 public:
  enum class Kind : std::uint8_t { none, boolean, integer, number, text, bytes, list, tuple, set, dict, tensor, dtype, device };
  static constexpr int max_depth = 256;                            // of values in values; ValueError where there would be more

  PtValue();                                                       // None
  template <std::same_as<bool> T>
  PtValue(T value) : PtValue(Kind::boolean, value) {}
  template <std::integral T>
    requires(!std::same_as<T, bool>)
  PtValue(T value) : PtValue(Kind::integer, checked(std::in_range<std::int64_t>(value), static_cast<std::int64_t>(value))) {}
  PtValue(double value);
  PtValue(std::string_view text);
  PtValue(const std::string& text) : PtValue(std::string_view(text)) {}
  PtValue(const char* text) : PtValue(std::string_view(text)) {}
  PtValue(const Array& tensor);                                    // ValueError if it is undefined
  PtValue(const std::map<std::string, Array>& state_dict);         // an OrderedDict, as a model's state_dict
  static PtValue parameter(const Array& tensor, bool requires_grad = true);      // a torch.nn.Parameter
  static PtValue bytes(std::string_view bytes);
  static PtValue list(const std::vector<PtValue>& items);
  static PtValue tuple(const std::vector<PtValue>& items);
  static PtValue dict(std::initializer_list<PtItem> items = {});
  // A dict's item, put in the place of the one with that key or at the end; an item of a list.
  void set(const PtValue& key, const PtValue& value);
  void push_back(const PtValue& value);

  Kind kind() const;
  bool is_none() const { return kind() == Kind::none; }
  bool is_tensor() const { return kind() == Kind::tensor; }
  bool is_dict() const { return kind() == Kind::dict; }

  bool boolean() const;
  std::int64_t integer() const;                                    // of an int, or of a tensor of one whole number
  double number() const;                                           // of a float or an int, or of a tensor of one element
  std::string_view text() const;                                   // of a str; "float32" of a dtype, "cuda:0" of a device
  std::string_view bytes() const;
  std::string written() const;                                     // any value in a few words: "0.001", "None", "tensor [2, 3] float32"

  // Of tensors. Views of one storage share it, and what is not one of ours is widened, as from safetensors files.
  Array array() const;                                             // FileError if the file was opened .lazy and does not hold it now
  Shape shape() const;
  std::string_view dtype() const;                                  // as PyTorch calls it: "bfloat16"
  Dtype loads_as() const;
  bool requires_grad() const;
  bool is_parameter() const;

  // Of lists, tuples, sets and dicts. Whatever is not there is a ValueError.
  std::size_t size() const;
  PtValue operator[](std::string_view key) const;
  PtValue operator[](std::int64_t index_or_key) const;
  bool contains(std::string_view key) const;
  bool contains(std::int64_t index_or_key) const;
  std::vector<PtValue> elements() const;                           // of a dict, its values
  std::vector<PtItem> items() const;                               // of a dict
  PtValue attributes() const;                                      // of an OrderedDict: a dict, "_metadata" in a model's; or None

  // All that is no list or dict, by its keys joined by dots: "state_dict.fc.weight", "epoch"; of a value that is a leaf itself, "". The
  // tensors among them. ValueError: two of one name, more than a million, or more than 100 MB of names, as hostile files can have.
  std::map<std::string, PtValue> leaves() const;
  std::map<std::string, Array> arrays() const;
  const std::string& path() const;                                 // from where the file or the tree begins: "optimizer.state.0"

 private:
  friend struct detail::PtNode;
  using Node = std::shared_ptr<detail::PtNode>;
  explicit PtValue(Node node, std::shared_ptr<const std::string> path = nullptr);
  PtValue(Kind kind, std::int64_t value);
  static std::int64_t checked(bool fits, std::int64_t value);
  const detail::PtNode& expect(Kind kind) const;
  [[noreturn]] void refuse(std::string_view wanted) const;
  PtValue child(const Node& node, std::string_view key) const;
  const Node* find(const PtValue& key) const;
  detail::PtNode& own();                                           // to be changed

  Node node_;                                                      // never null, and not changed while it is shared
  std::shared_ptr<const std::string> path_;                        // null: ""
};

struct PtItem {
  PtValue key, value;
};

struct PtOptions {
  bool map = false;    // tensors show the file, mapped, where their storages lie in it uncompressed and aligned; see docs/weights.md
  bool lazy = false;   // a storage is read when a tensor of it is first asked for, which leaves the file open
};

// Either layout, any protocol from 2 on. FileError names the file, what is refused and where it stands: truncated, no such layout, a class
// or function that is no plain value ("posix.system at byte 12 of data.pkl"), storages and tensors that reach beyond the file or each
// other, values that contain themselves, dtypes that gradus has not (complex, quantized).
PtValue load_pt(const FileName& file, const PtOptions& options = {});

// The zip layout, for torch.load with weights_only and mmap. Arrays that share elements share a storage, written once. The same value
// gives the same bytes. ValueError for a dict of a key that is no number, text, bool or None; FileError.
void save_pt(const FileName& file, const PtValue& value);

}  // namespace gradus
