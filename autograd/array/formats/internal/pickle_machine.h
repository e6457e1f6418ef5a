// The machine that a pickle is a program for, as much of it as torch.save uses: it makes values, and what a pickle would have Python call
// is one of the few things below or an error that names it. Nothing is run.
//   PickleMachine machine(bytes, "data.pkl");      const PickleRef root = machine.run();      machine[root].kind == PickleKind::dict
// Whatever is made lies in tables and is meant by its number, so that lists may be appended to after others have them, as pickles do, and
// nothing recurses. What is made of the parts of another (a set of a list) shares them: memory stays within some 60 times the bytes.
#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gradus/autograd/array/formats/internal/pickle_dtype.h>
#include <gradus/autograd/array/shape.h>
#include <gradus/autograd/base/error.h>

namespace gradus::detail {

class PickleEnds : public FileError {   // in the middle of a pickle
 public:
  using FileError::FileError;
};

using PickleRef = std::uint32_t;

enum class PickleKind : std::uint8_t {
  none, boolean, integer, big_integer, number, text, bytes, list, tuple, set, dict, storage, tensor, dtype, device, numpy_dtype, global
};
std::string_view name_of(PickleKind kind);

// What a pickle may name.
enum class PickleGlobal : std::uint8_t {
  ordered_dict, default_dict, counter, set, frozen_set, bytearray, encode, size, device, plain_type, typed_storage, untyped_storage,
  rebuild_tensor, rebuild_tensor_v2, rebuild_tensor_v3, rebuild_parameter, rebuild_parameter_with_state, numpy_scalar, numpy_dtype
};

struct PickleNode {
  PickleKind kind = PickleKind::none;
  bool flag = false;                     // a boolean's value; of bytes: written as a text of Latin-1; of a dict: an OrderedDict
  std::uint32_t at = 0;                  // in its kind's table
  union {
    std::int64_t integer = 0;
    double number;
    const TorchDtype* dtype;             // of a dtype and of a global storage class
  };
  std::size_t place = 0;                 // of the instruction that made it
};

struct PickleDict {
  std::vector<std::pair<PickleRef, PickleRef>> items;   // a later one replaces an earlier one of its key
  PickleRef pairs = 0, attributes = 0;                  // of an OrderedDict: a list of pairs that come before; a dict. 0: none
};

struct PickleStorage {
  std::string_view key;
  const TorchDtype* dtype = nullptr;     // none: untyped, counted in bytes
  std::uint64_t count = 0;
  std::uint64_t begin = 0, length = 0;   // the elements of it that are meant: all, but for the legacy layout's views
  std::size_t place = 0;
};

struct PickleTensor {
  std::uint32_t storage = 0;             // in its table
  const TorchDtype* dtype = nullptr;
  std::int64_t offset = 0;
  Shape shape, strides;
  bool requires_grad = false, parameter = false;
};

class PickleMachine {
 public:
  // `name` is what errors call the bytes. They must outlive the machine.
  PickleMachine(std::string_view bytes, std::string_view name) : bytes_(bytes), name_(name), nodes_(1) {}

  PickleRef run();                       // the next pickle. FileError; PickleEnds if the bytes end before it does
  std::size_t position() const { return position_; }        // behind the pickles that were run
  std::size_t size() const { return bytes_.size(); }

  const PickleNode& operator[](PickleRef ref) const { return nodes_[ref]; }
  std::string_view text(PickleRef ref) const { return texts_[nodes_[ref].at]; }   // of a text, bytes, a big integer, a device
  const std::vector<PickleRef>& items(PickleRef ref) const { return lists_[nodes_[ref].at]; }
  const PickleDict& dict(PickleRef ref) const { return dicts_[nodes_[ref].at]; }
  const PickleTensor& tensor(PickleRef ref) const { return tensors_[nodes_[ref].at]; }
  const std::vector<PickleStorage>& storages() const { return storages_; }
  std::size_t count() const { return nodes_.size(); }

  std::string place(std::size_t at) const;   // "at byte 12 of data.pkl"
  template <class... Parts>
  [[noreturn]] void refuse(std::size_t at, const Parts&... parts) const {
    fail<FileError>(parts..., " ", place(at));
  }

 private:
  std::string_view take(std::uint64_t n);
  std::uint64_t number(int bytes);
  std::string_view line();
  void step(unsigned char code);
  PickleNode& make(PickleKind kind);     // on top of the stack
  void push_text(PickleKind kind, std::string_view text);
  void push_long(std::string_view bytes);
  void push_float();
  void push_list(PickleKind kind, std::vector<PickleRef> items);
  PickleNode& push_dict();
  PickleRef pop();
  PickleRef top();
  void replace_top(PickleRef ref) { stack_.back() = ref; }
  std::vector<PickleRef> pop_mark();
  std::vector<PickleRef> pop_several(int n);
  void put(std::uint64_t index);
  void get(std::uint64_t index);
  void append(PickleKind kind, const std::vector<PickleRef>& items);
  void set_items(const std::vector<PickleRef>& items);

  // pickle_reduce.cpp
  void push_global(std::string_view module, std::string_view name);
  void reduce();
  void build();
  void persistent();
  void rebuild_tensor(PickleGlobal how, const std::vector<PickleRef>& arguments);
  void rebuild_parameter(const std::vector<PickleRef>& arguments);
  void make_numpy_scalar(const std::vector<PickleRef>& arguments);
  void expect(bool ok, std::string_view what) const;
  std::int64_t integer(PickleRef ref, std::string_view what) const;
  Shape sizes(PickleRef ref, std::string_view what) const;

  std::string_view bytes_;
  std::string name_;
  std::size_t position_ = 0, at_ = 0;    // at_: of the instruction under way
  std::vector<PickleNode> nodes_;        // the first one is None
  std::vector<std::string_view> texts_;
  std::deque<std::string> joined_;       // texts that do not stand in the bytes
  std::vector<std::vector<PickleRef>> lists_;
  std::vector<PickleDict> dicts_;
  std::vector<PickleStorage> storages_;
  std::vector<PickleTensor> tensors_;
  std::vector<PickleRef> stack_, memo_;  // of the memo, 0 where there is nothing
  std::vector<std::size_t> marks_;
};

}  // namespace gradus::detail
