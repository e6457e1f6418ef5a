// An .onnx file, read and written.
//   const Model model = read_model("net.onnx");      write_model("copy.onnx", model);
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include <gradus/autograd/base/file_name.h>
#include <gradus/nn/onnx/internal/messages.h>

namespace gradus::nn::onnx {

struct ReadLimits {
  std::uint64_t entries = 1'000'000;    // nodes, attributes, tensors, names and the like of one file
  int depth = 8;                        // of graphs in attributes
  std::uint64_t large = 4 << 20;        // bytes from which on a file is read by the piece, not as a whole
};

// FileError names the file, the byte, the tensor or node at fault: truncated, no protobuf, dimensions and data that do not fit each other,
// element types that gradus has not, external data that is missing or leaves the file's folder.
Model read_model(const FileName& file, const ReadLimits& limits = {});
// The same from memory. Without a folder external data is refused.
Model parse_model(std::string_view bytes, const std::string& folder = {}, const ReadLimits& limits = {});

struct WriteOptions {
  bool external_data = false;           // tensors of 1 KiB and more go to a file beside, FILE.data, which is written first
};
// ValueError: a model of 2 GiB and more without external data, which no reader would take.
void write_model(const FileName& file, const Model& model, const WriteOptions& options = {});
std::string model_bytes(const Model& model);

}  // namespace gradus::nn::onnx
