// A .pt file as array_file.h sees it: its tensors by the names of PtValue::leaves(), everything else as metadata.
#include <gradus/autograd/array/formats/internal/array_source.h>
#include <gradus/autograd/array/formats/internal/pt_node.h>
#include <gradus/autograd/array/formats/internal/pt_tree.h>
#include <gradus/autograd/array/formats/internal/stored_array.h>
#include <gradus/autograd/array/formats/pt.h>

namespace gradus::detail {
namespace {

struct PtArrays final : ArraySource {
  PtArrays(const FileName& path, const ArrayFileOptions& options, std::shared_ptr<const ZipReader> zip) : floating(options.floating) {
    format = ArrayFormat::pt;
    std::map<std::string, PtValue> leaves;
    try {
      leaves = load_pt_of(path, {.map = options.map, .lazy = true}, std::move(zip)).leaves();
    } catch (const ValueError& e) {
      fail<FileError>("pt: ", path, ": ", e.what());
    }
    for (const auto& [name, leaf] : leaves) {
      if (!leaf.is_tensor()) {
        metadata.emplace(name, leaf.written());
        continue;
      }
      const PtTensor& tensor = *PtNode::of(leaf)->tensor;
      const Shape shape = leaf.shape();
      entries.push_back({.name = name,
                         .dtype = text("torch.", leaf.dtype()),
                         .loads_as = leaf.loads_as(),
                         .shape = {shape.begin(), shape.end()},
                         .bytes = static_cast<std::uint64_t>(shape.elements()) * static_cast<std::uint64_t>(tensor.dtype->bytes)});
      tensors.push_back(leaf);
    }
    check<FileError>(entries.size() <= options.max_entries, "pt: ", path, ": ", entries.size(), " tensors, where ", options.max_entries,
                     " are allowed");
  }
  Array load(std::size_t i) const override { return converted(tensors[i].array(), floating); }

  std::vector<PtValue> tensors;
  std::optional<Dtype> floating;
};

}  // namespace

std::unique_ptr<const ArraySource> open_pt(const FileName& file, const ArrayFileOptions& options, std::shared_ptr<const ZipReader> zip) {
  return std::make_unique<const PtArrays>(file, options, std::move(zip));
}

}  // namespace gradus::detail
