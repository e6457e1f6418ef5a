// TensorProto, the part of a file where sizes lie: dimensions, a type and elements, which stand in raw_data, in one of several lists of
// numbers, or in another file.
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include <gradus/autograd/base/internal/file.h>
#include <gradus/nn/onnx/internal/messages.h>
#include <gradus/nn/onnx/internal/wire.h>

namespace gradus::nn::onnx {

std::string in_quotes(std::string_view name);        // for errors

// The files beside the model that hold elements, each opened once.
class ExternalFiles {
 public:
  explicit ExternalFiles(std::string folder) : folder_(std::move(folder)) {}   // "": there is none, all are refused
  // FileError for a location that is absolute, or leads out of the folder, by ".." or by a link.
  const InputFile& open(const std::string& location, const std::string& tensor);

 private:
  std::string folder_;
  std::map<std::string, std::unique_ptr<InputFile>> open_;
};

// `model`: the file that the message is of, from which large elements are read to where they stay; null: they are copied.
NamedArray read_tensor(const Field& message, ExternalFiles& files, const InputFile* model = nullptr);

// Where the elements of arrays go that are not written in place.
struct ExternalWriter {
  std::string location;
  std::uint64_t size = 0;
  std::vector<std::pair<std::uint64_t, Array>> placed = {};   // where each begins; ascending
};
WireWriter write_tensor(const NamedArray& tensor, ExternalWriter* external);

}  // namespace gradus::nn::onnx
