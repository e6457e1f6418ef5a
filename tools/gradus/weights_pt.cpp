// .pt and .pth: tensors of one storage are tied, and what is no tensor is listed.
#include <mutex>
#include <unordered_map>

#include <gradus/autograd/array/formats/internal/pt_node.h>
#include <gradus/autograd/array/formats/pt.h>
#include <gradus/autograd/base/error.h>

#include "weights_of.h"

namespace gradus::tool {
namespace {

class PtWeights final : public Weights {
 public:
  explicit PtWeights(const FileName& name) : root_(load_pt(name, {.lazy = true})) {
    format = "pt";
    files = {name.string()};
    std::unordered_map<const void*, std::string> storages;
    std::map<std::string, std::string> views;  // by storage and place in it, the first tensor that shows it
    for (auto& [path, value] : root_.leaves()) {
      if (!value.is_tensor()) {
        values.emplace_back(path, value.written());
        continue;
      }
      const detail::PtTensor& tensor = *detail::PtNode::of(value)->tensor;
      Entry e{.name = path, .dtype = std::string(value.dtype()), .loads_as = value.loads_as()};
      std::uint64_t elements = 1;
      for (const std::int64_t size : value.shape()) {
        e.shape.push_back(static_cast<std::uint64_t>(size));
        elements *= static_cast<std::uint64_t>(size);
      }
      e.bytes = elements * static_cast<std::uint64_t>(tensor.dtype ? tensor.dtype->bytes : 0);
      if (tensor.storage) {
        const auto [at, is_new] = storages.emplace(tensor.storage.get(), "");
        if (is_new) at->second = std::to_string(storages.size() - 1);
        e.storage = at->second;
        const std::string view = text(e.storage, ' ', tensor.offset, ' ', tensor.shape, ' ', tensor.strides, ' ', e.dtype);
        const auto [first, is_first] = views.emplace(view, path);
        if (!is_first) e.same_as = first->second;
      }
      entries.push_back(std::move(e));
      tensors_.emplace(path, value);
    }
  }

  // A storage that several tensors show is kept until another one is asked for.
  Array load(std::string_view name) const override {
    const auto found = tensors_.find(std::string(name));
    check<ValueError>(found != tensors_.end(), "pt: no tensor ", name);
    const detail::PtStorage* storage = detail::PtNode::of(found->second)->tensor->storage.get();
    if (last_ && last_ != storage) {
      const std::lock_guard lock(last_->loading);
      last_->loaded.clear();
    }
    last_ = storage;
    return found->second.array();
  }

 private:
  PtValue root_;
  std::unordered_map<std::string, PtValue> tensors_;
  mutable const detail::PtStorage* last_ = nullptr;
};

}  // namespace

std::unique_ptr<Weights> pt_weights(const FileName& file) { return std::make_unique<PtWeights>(file); }

}  // namespace gradus::tool
